"""The table of roles and rights for the manual, made from what the program checks."""

from __future__ import annotations

from collections.abc import Mapping

from records.views import Role
from workflow.permissions import RIGHTS, ROLE_NAMES, Right

RIGHT_NAMES: Mapping[Right, str] = {
    Right.SEE_OFFICE: "登录，看单位和轮次，改自己的密码，解锁窗口，到时候自动备份",
    Right.TAKE_IN: "收件、识别、归置页面（配、分、附在后面、搁置、转正）、重试，写出核对草稿",
    Right.SEE_INBOX: "看收件箱",
    Right.LEARN_FORMS: "学新的表格，停用、恢复、带入、带出表格",
    Right.VERIFY: "核对、撤销、存为已核对、退回核对、配正反面",
    Right.SEE_REGISTRATIONS: "看登记表和图像，按档号找",
    Right.SEE_CHILDREN: "看儿童台账和每张纸在哪里",
    Right.UNMASK: "显示完整身份证号",
    Right.MERGE: "合并同一名儿童，撤销合并",
    Right.REVIEW: "复核，退回，裁定两次录入不一致的栏目",
    Right.ENTER_AGAIN: "第二次录入",
    Right.PLACE: "记存放位置",
    Right.SEE_CARE: "看重点关爱、走访、强制报告、工作日志",
    Right.CARE: "记重点关爱、走访、强制报告、工作日志",
    Right.SEE_ROUNDS: "看更新轮次的进度",
    Right.PRINT_FORMS: "打印带上次内容的登记表、给村里的核实单",
    Right.SEE_ROSTERS: "看基础名单，和登记的儿童比对",
    Right.ROSTERS: "带入、删除基础名单",
    Right.SEE_BATCHES: "看报送批次",
    Right.REPORT: "组批、冻结、写出、记反馈结果",
    Right.ASK_ERASURE: "申请依法删除误扫的页（由另一位管理员决定）",
    Right.HAND_OVER: "单位名片、交接包的制作和接收",
    Right.PROPOSE: "对别的单位的登记表提建议",
    Right.DECIDE: "采纳或不采纳别的单位的建议",
    Right.ADMINISTER: "人员、密码、密钥、设置、轮次、备份、检查、操作记录",
}

HEAD = """# 权限表

由程序里的权限生成（`tongdang user rights`），和程序做的一样。每一项都只在自己管的区划以内；
外部协助人员只看得到还没核对完的登记表。特别敏感的内容另要由管理员指定。

"""


def table() -> str:
    """The chapter of the manual, in Markdown."""
    roles = tuple(ROLE_NAMES)
    lines = [f"| | {' | '.join(ROLE_NAMES[role] for role in roles)} |", "|---" * (len(roles) + 1) + "|"]
    lines += [f"| {_name(right)} | {' | '.join(_mark(right, role) for role in roles)} |" for right in Right]
    return HEAD + "\n".join(lines) + "\n"


def _name(right: Right) -> str:
    return RIGHT_NAMES.get(right, right.value)


def _mark(right: Right, role: Role) -> str:
    return "可以" if role in RIGHTS[right] else ""
