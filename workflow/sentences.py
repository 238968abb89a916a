"""What the stored English codes say in Chinese: what happened, what is safe, what to do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from records.views import BatchRowState, ErasurePlan, ReportedElsewhere
from records.views_handover import IncomingRegistration, IncomingReport

SOURCE_REASONS = {
    "empty": "文件是空的，没有内容。原文件没有动，请重新扫描或重新复制一份。",
    "not_an_image": "这不是图片，也不是 PDF。原文件没有动，请另存为 JPG、PNG、TIFF 或 PDF 再收入。",
    "truncated": "文件不完整，后面的内容缺了。原文件没有动，请重新扫描或重新复制一份再收入。",
    "encrypted": "PDF 有密码，还打不开。文件已经加密存好，在收件箱里选中它，输入打开密码，就会接着识别。",
    "too_large": "图片大得不正常，没有打开。原文件没有动，请用 300 dpi 重新扫描再收入。",
    "unsupported": "这种格式还不会读。文件已经加密存好，请另存为 JPG、PNG、TIFF 或 PDF 再收入。",
    "worker_died": "识别程序在打开这个文件时两次中断，已经跳过，其余文件不受影响。请重新扫描再收入。",
    "timed_out": "打开这个文件的时间太长，已经停下，其余文件不受影响。请重新扫描再收入，或点“再读一次”。",
    "defect": "识别程序打开这个文件时出错，已经跳过，其余文件不受影响。可以点“再读一次”，或重新扫描再收入。",
    "vault_damaged": "存好的这份文件坏了，读不出来。请从备份恢复，或把原文件重新收入。",
}
PAGE_REASONS = {
    "blank": "空白页，已放在一边。",
    "twin": "和另一页是同一张纸的同一面，扫了两次；保留了前一页，这一页放在一边。",
    "by_person": "人工放在一边。",
    "erased": "已依法删除。",
    "unknown_form": "不是认识的表格，没有按栏目识别，图像存好了。请看图处理，不是登记表的可以放在一边。",
    "id_card_copy": "是居民身份证复印件，姓名、号码等已读出待核对，图像存好了。请看图处理，归入儿童的档案。",
    "household_copy": "是户口簿复印件，姓名、号码等已读出待核对，图像存好了。请看图处理，归入儿童的档案。",
    "no_form_found": "不是认识的表格，没有按栏目识别，图像存好了。请看图处理，不是登记表的可以放在一边。",
    "form_not_installed": "这张表的样式还没有装进来，没有按栏目识别，图像存好了。装上这种表格后点“再读一次”。",
    "other_version": "像认识的表格，但印的栏目不一样，可能是另一个版本，没有识别，图像存好了。请先装上这个版本。",
    "ambiguous_form": "有两种装好的表格都和这一页相符，分不清是哪一种，没有识别，图像存好了。请看图处理。",
    "not_this_form": "这一页和选定的表格对不上，没有按栏目识别，图像存好了。请另选一种，或归到登记表后面，或搁置。",
    "partly_visible": "这一页没有扫全，缺的部分太多，没有识别，以免漏读。图像存好了，请把整张纸重新扫描一次。",
    "mirrored": "这一页左右反了（镜像），没有识别。图像存好了，请检查扫描仪的设置，重新扫描这一页。",
    "too_dark": "这一页几乎全黑，没有识别。图像存好了，请盖好扫描仪的盖子，重新扫描这一页。",
    "too_small": "这一页的图像太小，字看不清，没有识别。图像存好了，请用 300 dpi 重新扫描这一页。",
    "noise": "这一页的图像全是杂点，看不出内容，没有识别。图像存好了，请重新扫描这一页。",
    "worker_died": "识别程序在这一页两次中断，已经跳过，图像存好了。请点“再读一次”，或重新扫描这一页。",
    "timed_out": "这一页识别时间太长，两次都没有完成，图像存好了。请点“再读一次”，或重新扫描这一页。",
    "defect": "识别程序在这一页出错，已经跳过，图像存好了。请点“再读一次”，或重新扫描这一页。",
    "truncated": "这一页不完整，读不出来。请重新扫描这一页再收入。",
    "encrypted": "PDF 有密码，这一页没有读成。请输入密码后重试。",
    "too_large": "这一页大得不正常，没有打开。请用 300 dpi 重新扫描再收入。",
    "not_an_image": "这一页的图像打不开。请重新扫描这一页再收入。",
    "unsupported": "这一页的图像格式还不会读。请另存为 JPG、PNG、TIFF 或 PDF 再收入。",
    "vault_damaged": "存好的这份文件坏了，读不出来。请从备份恢复，或把原文件重新收入。",
}
PAIRING_NOTES = {
    "by_neighbours": "正反两面是按扫描的前后顺序配成一份的，请看一下是不是同一个孩子。",
    "wrong_order": "先扫了反面，后扫了正面，已经调过来。",
    "shared_serial": "这张表的编号和别的表相同（可能是复印的空表），不能按编号配正反面。",
    "scanned_twice": "有一面扫了两次，已把多出的一页放在一边。",
    "joined_by_person": "正反两面由人工配成一份。",
    "parted_by_person": "正反两面由人工分开。",
    "brought_back": "这一页由人工从一边取回。",
    "keyed_by_hand": "有一面没有识别，由人照着图像录入：请照左边的整页一栏一栏打。",
    "same_content": "有一面和以前收入的另一页内容相同，请看是不是重复登记。",
}
# what the reader and the judge have to say about one field; short, because they stand beside the value
FIELD_REASONS = {
    # prefilled sheets and copies of papers
    "changed": "手写改动过",
    "struck_out": "原内容被划去",
    "not_struck": "旁边写了字，原内容没有划去",
    "print_missing": "印好的内容没有找到",
    "prefilled_unknown": "不知道印过什么",
    "conflict_unchanged": "勾了无变化，却有改动",
    "id_card_copy": "出自身份证复印件",
    "household_copy": "出自户口簿复印件",
    # the ink
    "ink_outside": "写到格子外面",
    "stamp": "被印章盖住",
    "strikeout": "有划改",
    "red_ink": "有红笔写的或红手印，没有读",
    "corrected": "涂改液盖过，重新写的",
    "faint": "字迹太淡",
    "specks": "有污点",
    "illegible": "认不出来",
    "unread_ink": "有笔画没有认出来",
    "wide_gap": "字间空得很开",
    "ditto": "写的是“同上”，请照上文补全",
    # the decoding
    "low_confidence": "字迹看不准",
    "ambiguous": "有相近的读法",
    "joint": "依其他栏改读过",
    "forced": "为合格式改读过",
    "forced_checksum": "为合校验位改读过",
    "not_in_list": "不在代码表里",
    "unusual": "写法少见",
    "day_missing": "只写到月，请补日",
    "month_missing": "只写了年，请补月",
    "unknown_form": "按栏目名猜的，表格没有登记",
    "handwritten": "手写，没有旁证",
    "new_model": "新换的识别模型，还没有取得信任",
    "outside_picture": "没有扫到",
    "registration": "页面没有对准",
    "form_by_hand": "表格是人工选定的",
    "keyed_by_hand": "照整页录入",
    "place_doubtful": "页面没有对准",
    # the marks
    "two_marks": "勾了不止一项",
    "multiple_marks": "勾了不止一项",
    "cancelled_mark": "勾了又划掉",
    "filled_box": "方框涂满了",
    "unclear_mark": "勾得不清楚",
    "circled": "圈了选项，没有打勾",
    "mark_beside": "勾在方框外面",
    "no_mark": "没有勾选",
    # other fields
    "conflict_id_birth": "和身份证号里的日期不同",
    "conflict_id_sex": "和身份证号里的性别不同",
    "conflict_id_prefix": "和身份证号前六位不同",
    "conflict_id_certificate": "残疾人证号和身份证号不同",
    "conflict_id_permit": "居住证号和身份证号不同",
    "differs_from_picture": "文字层和图像不一致",
    "near_earlier": "和上次登记只差一点",
    # why it is shown although nothing speaks against it
    "missing_side": "这一面没有扫描",
    "required": "必填",
    "first_forms": "头几份每栏都看",
    "asked": "要问清楚",
    "unchanged": "勾了“信息无变化”，印好的内容没有改动",
    "nothing_changed": "印好的内容没有改动，也没有勾“信息无变化”",
    "always": "本单位定了这一栏都要看",
    "recheck": "请看一眼",  # no word of its own: who knows a test looks differently
}
INVALID, CONFLICT = "不合栏目格式", "和别的栏目矛盾"


def source_reason(code: str) -> str:
    """The sentence for a refused source, "" for no reason."""
    return SOURCE_REASONS.get(code, SOURCE_REASONS["defect"]) if code else ""


def page_reason(code: str) -> str:
    """The sentence for a page that failed or was put aside, "" for no reason."""
    plain, _, words = code.partition(":")  # a person's own words follow the code
    if not plain:
        return ""
    sentence = PAGE_REASONS.get(plain, PAGE_REASONS["defect"])
    return f"{sentence.rstrip('。')}：{words}" if words else sentence


def missing_side(side: int) -> str:
    """The note for a side that was not scanned."""
    which = {1: "正面", 2: "反面"}.get(side, f"第 {side} 面")
    return f"缺{which}：没有扫到，或没有配上。找到后再扫一次会自动补上，也可以人工配对。"


def behind(sheets: int) -> list[str]:
    """The note for papers that lie behind a form, none for none."""
    return [f"后面附有 {sheets} 张其他材料。"] if sheets > 0 else []


def field_reason(code: str) -> str:
    """A few words for a reader's or judge's reason code; an unknown code asks for a look."""
    if code.startswith("invalid_"):
        return INVALID
    if code not in FIELD_REASONS and code.startswith("conflict_"):
        return CONFLICT
    return FIELD_REASONS.get(code, "请看一眼")


# -- erasure by law --------------------------------------------------------------------------------------------------

CARE_NAMES: Mapping[str, str] = {
    "concerns": "重点关爱情形",
    "visits": "走访",
    "mandatory_reports": "强制报告",
    "work_log": "工作日志",
    "child_moves": "退出和恢复",
    "child_links": "关联",
    "dossiers": "案卷",
    "second_entries": "双录",
    "printed_forms": "印出的预填表",
    "child_merges": "合并记录",
    "proposals": "交接建议",
}


def erasure_plan(told: ErasurePlan) -> list[str]:
    """What an erasure takes with it, sentence by sentence, and where it is held besides."""
    lines = [f"将删除：{told.pages} 页图像和识别记录，{told.registrations} 份登记表，{told.children} 名儿童。"]
    if told.papers:
        lines.append(f"这个人另有的 {told.papers} 页（走访记录、案卷和登记表后面附的纸）连图像和内容一起删除。")
    if told.unsent:
        lines.append(f"从还没有报出的批次 {'、'.join(told.unsent)} 里拿出；冻结过的退回到冻结以前，请重新冻结。")
    if told.reported:
        lines.append(
            f"已经报出的批次 {'、'.join(told.reported)} 只留下行号和校验码，孩子的内容全部删去，这个批次不能再写出。"
            "报出去的信息还在国家系统和写出的文件、对照单里：请在国家系统里另行申请删除，把文件和纸销毁"
            "（《个人信息保护法》第四十七条）。"
        )
    if told.care:
        kinds = "、".join(f"{CARE_NAMES[table]} {count} 条" for table, count in told.care)
        lines.append(f"连带删除人记下的：{kinds}。")
    if told.roster_entries:
        lines.append(f"基础名单上的 {told.roster_entries} 行也删去。")
    if told.elsewhere:
        lines.append(f"有 {told.elsewhere} 页工作日志的扫描件写到这名儿童，还写了别人，不会删；要删请另外申请。")
    if told.offices:
        lines.append(f"已经交给{'、'.join(told.offices)}，下一个交接包会告诉对方一起删除。")
    return [*lines, *erasure_held(told)]


def erasure_held(told: ErasurePlan) -> list[str]:
    """Which backups still hold what is erased, and until when."""
    if told.held_until is None:
        return ["备份文件夹里没有备份。别处另存的备份里如果还有，请自行销毁。"]
    until = "直到有人删掉（有手工另存的）" if told.held_until == date.max else f"按保留规则最晚到 {told.held_until}"
    return [
        f"以前的 {told.backups} 份备份里还有，{until}。急的话，删完以后另做一份备份，再销毁以前的；别处另存的也要销毁。"
    ]


def reported_elsewhere(told: ReportedElsewhere) -> str:
    """A batch of another office in a line."""
    waiting = told.rows - told.accepted - told.returned
    counts = f"接收 {told.accepted}　退回 {told.returned}　等结果 {waiting}"
    return f"{told.office}　批次 {told.number}　{told.written_on} 报送　{told.rows} 名　{counts}"


REPORTED = {
    BatchRowState.SENT: "已报送，等结果",
    BatchRowState.ACCEPTED: "已接收",
    BatchRowState.RETURNED: "被退回：",
}


def incoming_report(told: IncomingReport) -> str:
    """What a package says of a child's reporting, in a line."""
    twice = "　※本单位的批次里也有，请两边商定由谁报送" if told.twice else ""
    return f"报送：{told.title}　批次 {told.batch_number}　{REPORTED[told.state]}{told.answer}{twice}"


def comes_along(row: IncomingRegistration) -> str:
    """What comes with a registration besides its fields."""
    papers = f"　后附 {row.papers} 张" if row.papers else ""
    return papers + (f"　双录一致 {row.agreed} 栏" if row.agreed else "")
