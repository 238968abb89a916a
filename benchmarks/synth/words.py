"""The words that families use: schools, work, illnesses, needs. All invented from what such places are called."""

from __future__ import annotations

from benchmarks.synth.dice import Dice
from benchmarks.synth.places import Place, division_name

PERMIT_REASONS = (
    "不满十六周岁，随父母登记",
    "正在办理",
    "居住不满半年时未办",
    "不了解办理流程",
    "父母已办理",
    "无固定住所",
    "材料不全",
    "租房合同未备案",
)
SEVERE = ("先天性心脏病", "急性淋巴细胞白血病", "癫痫", "尿毒症", "地中海贫血", "脊髓性肌萎缩症")
"""Illnesses that make a child key-concern."""
ILLNESSES = (*SEVERE, "支气管哮喘", "过敏性紫癜", "慢性肾炎", "一型糖尿病", "甲状腺功能减退", "营养不良性贫血")
FREE_TEXTS = (
    "无",
    "家庭和睦，生活稳定",
    "情况属实",
    "由祖父母照料",
    "租房居住",
    "已纳入台账",
    "身体健康，学习成绩良好",
    "暂无困难",
)

_TRADES = (
    "建筑工地",
    "装饰装修队",
    "木业有限公司",
    "食品加工厂",
    "人参加工厂",
    "物流园",
    "汽车配件厂",
    "服装厂",
    "矿泉水厂",
    "水泥厂",
    "煤矿",
    "养殖场",
    "农贸市场",
    "家政服务公司",
)
_OWN = (
    "个体经营",
    "开小吃部",
    "务农",
    "打零工",
    "跑货车运输",
    "理发店",
    "超市收银员",
    "早市摆摊",
    "饭店服务员",
    "外卖员",
    "网约车司机",
    "快递站点",
)
_BRANDS = ["鑫源", "宏达", "长白", "天一", "吉顺", "瑞丰", "恒通", "永兴", "金谷", "北方", "华盛", "松江"]
_AWAY = (
    "辽宁省沈阳市",
    "北京市",
    "天津市",
    "山东省青岛市",
    "山东省威海市",
    "辽宁省大连市",
    "江苏省苏州市",
    "浙江省宁波市",
    "广东省深圳市",
    "上海市",
    "黑龙江省哈尔滨市",
    "河北省唐山市",
)
_NEEDS = (
    "无",
    "无",
    "暂无",
    "希望协调转入公办小学就读",
    "家庭收入低，希望申请临时救助",
    "父亲外出务工，希望关注孩子心理",
    "希望享受课后托管服务",
    "孩子学习基础差，希望有志愿者辅导",
    "租房居住，经济负担重",
    "希望办理居住证后在本地参加中考",
    "希望协助办理医保参保手续",
    "需要购买学习用品，希望教育资助",
    "希望就近入园",
    "母亲无固定工作，希望提供就业信息",
    "异地就医报销不便，希望咨询报销政策",
)
_KINDERGARTENS = ["小太阳", "金色童年", "启明星", "童之梦", "蓝天", "育才", "新苗", "红黄蓝", "贝贝", "爱心"]
_NUMBERS = "一二三四五六七八九十"


def school_name(dice: Dice, home: Place, stage: str) -> str:
    """The name of a school of this stage (code of table school_state) near ``home``."""
    county = division_name(home.county)
    town = division_name(home.town) if home.town else ""
    number = dice.one(_NUMBERS)
    if stage == "kindergarten":
        return dice.one(
            (
                f"{dice.one(_KINDERGARTENS)}幼儿园",
                f"{county}{dice.one(_KINDERGARTENS)}幼儿园",
                f"{county}第{number}幼儿园",
            )
        )
    if stage == "special":
        return f"{county}特殊教育学校"
    if stage == "vocational":
        return dice.one((f"{county}职业教育中心", f"{county}职业高中"))
    if stage == "senior":
        return dice.one((f"{county}第{number}高级中学", f"{county}实验高中"))
    level = "小学" if stage == "primary" else "中学"
    rural = town.endswith(("镇", "乡"))
    if rural and dice.chance(0.6):
        return town + ("中心小学校" if stage == "primary" else dice.one(("中学", "初级中学", "九年制学校")))
    return dice.one(
        (f"{county}第{number}{level}", f"{county}实验{level}", f"{county}朝阳{level}", f"{county}民族{level}")
    )


def grade(dice: Dice, stage: str, years: int) -> str:
    """Year and class as a teacher writes them; ``years``: age at the beginning of the school year."""
    group = dice.randint(1, 8)
    if stage == "kindergarten":
        return {3: "小班", 4: "中班"}.get(years, "大班") + (f"{group}班" if dice.chance(0.2) else "")
    if stage == "special":
        return f"{_NUMBERS[max(0, min(8, years - 6))]}年级"
    first = {"primary": 6, "junior": 12, "senior": 15, "vocational": 15}[stage]
    year = _NUMBERS[max(0, min(5, years - first))]
    if stage == "primary":
        return dice.one((f"{year}年级{group}班", f"{year}年{group}班", f"{year}年级（{group}）班"))
    prefix = {"junior": "初", "senior": "高", "vocational": "职高"}[stage]
    return dice.one((f"{prefix}{year}{group}班", f"{prefix}{year}（{group}）班", f"{prefix}{year}"))


def workplace(dice: Dice, home: Place, *, away: bool) -> str:
    """Employer or place of work; ``away``: in another province."""
    if away:
        return dice.one(_AWAY) + (dice.one(_TRADES) if dice.chance(0.5) else "")
    if dice.chance(0.4):
        return dice.one(_OWN)
    return division_name(home.county) + dice.one(_BRANDS) + dice.one(_TRADES)


def rehabilitation(dice: Dice, home: Place) -> str:
    """Programme or institution of rehabilitation."""
    county = division_name(home.county)
    return dice.one(
        (f"{county}残联康复中心", f"{county}人民医院康复科", "听力语言康复训练", "肢体康复训练", f"{county}妇幼保健院")
    )


def needs(dice: Dice, age: int) -> str | None:
    """Difficulties and wishes; blank for many."""
    if dice.chance(0.35):
        return None
    wish = dice.one(_NEEDS)
    while age < 5 and any(word in wish for word in ("中考", "小学", "课后", "学习")):
        wish = dice.one(_NEEDS)
    return wish


def dossier_number(dice: Dice, year: int) -> str:
    """An archive number in the style of DA/T 13-2022 (按卷)."""
    return f"J{dice.randint(1, 60):03d}-ZY·ET·{year}·D30-{dice.randint(1, 40):03d}"
