"""Names as they are given in the north-east: by ethnic group, sex and year of birth.

Surname shares of the Han are those of the national sample published in 2006 (袁义达, 中国科学院遗传与发育生物学
研究所), per cent of the population, for the first hundred or so, from memory and rounded; below 0.1 the order is right
and the figure is a guess. The other groups' lists are short ones of what is usual in Jilin. A given name is built
character by character from pools by sex and generation; no list of real persons is used.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from benchmarks.synth.dice import Dice

_HAN = """
李7.94 王7.41 张7.07 刘5.38 陈4.53 杨3.08 赵2.29 黄2.23 周2.12 吴2.05 徐1.67 孙1.54 胡1.31 朱1.26 高1.21
林1.18 何1.17 郭1.15 马1.15 罗1.05 梁0.85 宋0.81 郑0.80 谢0.75 韩0.68 唐0.67 冯0.64 于0.62 董0.61 萧0.05
肖0.54 程0.57 曹0.57 袁0.54 邓0.54 许0.54 傅0.51 沈0.50 曾0.50 彭0.49 吕0.47 苏0.47 卢0.46 蒋0.46 蔡0.46
贾0.42 丁0.42 魏0.42 薛0.41 叶0.41 闫0.40 余0.41 潘0.40 杜0.40 戴0.39 夏0.38 钟0.38 汪0.38 田0.38 任0.37
姜0.37 范0.36 方0.36 石0.35 姚0.35 谭0.35 廖0.34 邹0.33 熊0.31 金0.31 陆0.30 郝0.28 孔0.27 白0.27 崔0.27
康0.27 毛0.26 邱0.26 秦0.26 江0.25 史0.24 顾0.24 侯0.24 邵0.23 孟0.23 龙0.23 万0.22 段0.22 雷0.22 钱0.22
汤0.21 尹0.21 黎0.21 易0.20 常0.20 武0.20 乔0.19 贺0.19 赖0.18 龚0.18 文0.18 庞0.12 樊0.12 兰0.11 殷0.11
施0.11 陶0.11 洪0.10 翟0.10 安0.10 颜0.10 倪0.09 严0.09 牛0.09 温0.09 芦0.08 季0.08 俞0.08 章0.08 鲁0.08
葛0.08 伍0.08 韦0.08 申0.07 尤0.05 毕0.07 聂0.07 丛0.06 焦0.07 向0.06 柳0.06 邢0.07 路0.05 岳0.06 齐0.06
梅0.05 莫0.05 庄0.05 辛0.05 管0.05 祝0.05 左0.05 涂0.04 谷0.05 祁0.04 时0.03 舒0.04 耿0.05 牟0.03 卜0.03
詹0.04 初0.03 宫0.03 曲0.05 隋0.04 滕0.03 迟0.03 仇0.02 单0.03 解0.02 查0.02 欧阳0.06 上官0.01 司马0.01 诸葛0.01
"""
_MANCHU = "关8 佟4 那2 富2 赵6 白2 傅4 金3 郎2 舒1.5 何2 康1 宁1 唐1 马3 李5 王5 张4 刘3 吴2 付1 英0.3 毓0.2 罗1"
_KOREAN = (
    "金21.6 李14.7 朴8.5 崔4.7 郑4.4 姜2.4 赵2.1 尹2.1 张2.0 林1.7 韩1.5 申1.5 徐1.5 权1.4 黄1.4 安1.4 全1.0 洪1.1 "
    "南0.8 玄0.5 太0.2 池0.4 许0.7 元0.3"
)
_MONGOL = "包12 白8 韩4 李3 王3 何2 陈3 吴3 邰1 孟2 佟1 席1 鲍1"
_HUI = "马15 杨4 白3 丁3 李5 王5 张4 刘3 洪1 回0.5 沙1 米0.5 哈0.5 撒0.3 金1 麻0.5"


def _shares(listed: str) -> dict[str, float]:
    return {name: float(share) for name, share in re.findall(r"([^\d\s.]+)([\d.]+)", listed)}


HAN, MONGOL, HUI, UYGHUR, KOREAN, MANCHU, XIBE, KAZAKH = "01", "02", "03", "05", "10", "11", "38", "17"
"""Codes of GB/T 3304."""

SURNAMES: dict[str, dict[str, float]] = {
    HAN: _shares(_HAN),
    MANCHU: _shares(_MANCHU),
    KOREAN: _shares(_KOREAN),
    MONGOL: _shares(_MONGOL),
    HUI: _shares(_HUI),
    XIBE: _shares("关3 佟2 吴2 何1 赵1"),
}
ETHNIC_SHARES: dict[str, float] = {
    HAN: 80, MANCHU: 7.5, KOREAN: 6.5, MONGOL: 3, HUI: 1.5, UYGHUR: 0.8, KAZAKH: 0.4, XIBE: 0.3,
}  # fmt: skip
"""Minorities are about twice as frequent as in the province, so that few families show them."""

# pools by generation: weight falls along the string (the first are the commonest)
_PARENT_MALE = (
    "伟强军磊勇涛明超刚平辉健鹏波斌宇浩凯飞峰亮龙志海文国建永春晓东立庆德忠玉成福生林岩岭洪利新长振树喜贵宝才全"
)
_PARENT_FEMALE = "丽静敏艳娟霞燕玲芳娜婷雪红梅英莉琳杰颖慧晶萍秀春玉桂淑凤海晓云洪香兰平华荣珍波辉双微维洋爽影岩贺"
_CHILD_MALE_FIRST = "子宇浩俊梓博一文泽嘉家明天鑫思雨昊皓铭佳宏睿奕沐峻承恩景晨靖尚瑞春禹钧"
_CHILD_MALE_LAST = "轩宇涵泽豪博然辰睿航皓晨阳霖鑫洋杰熙旭铭翔哲瑞桐凯源诚昊琪烨锐昕泓彤楠森硕赫喆骁彧"
_CHILD_FEMALE_FIRST = "子梓欣雨思诗佳嘉一梦语可雅若紫馨依怡芷婉静晨悦艺诺宇美心安沐玥婧钰"
_CHILD_FEMALE_LAST = "涵萱怡彤妍琪雪瑶婷欣然诺宁悦桐汐琳颖萌彤洋阳霏馨茹晗滢莹珊菲蕊娜宸玥钰姝玮媛"
_ELDER_MALE = "国德永福贵生才广文玉忠志成金兴山林财有发祥振海学清荣春树庆长明义富宝田江"
_ELDER_FEMALE = "秀英桂兰玉珍凤芝淑香芬琴华云霞荣清素贤梅芳金花莲莉艳丽珠娥"
_KOREAN_MALE = "哲浩龙日光学成虎范永洙国男俊锡镇勋基元泰秀正东植石"
_KOREAN_FEMALE = "顺姬花善美玉英爱莲淑香贞今兰红子星月慧妍智"

_UYGHUR_MALE = ["艾尼瓦尔", "买买提", "阿不都拉", "吐尔逊", "艾力", "库尔班", "玉素甫", "阿迪力", "木拉提", "依明"]
_UYGHUR_FEMALE = ["阿依古丽", "古丽娜尔", "迪丽娜尔", "阿米娜", "热依汗", "帕提古丽", "祖丽皮亚", "玛依拉"]
_KAZAKH_MALE = ["叶尔兰", "努尔兰", "巴合提", "哈那提", "阿依丁"]
_KAZAKH_FEMALE = ["阿依努尔", "古丽扎提", "玛丽亚", "加娜尔"]
_MONGOL_MALE = ["巴图", "苏和", "那日苏", "宝音", "朝鲁", "格日勒图", "乌恩"]
_MONGOL_FEMALE = ["乌兰", "萨仁", "其其格", "娜仁花", "托娅", "萨日娜", "斯琴"]


@dataclass(frozen=True, slots=True)
class PersonName:
    """``full`` as on the identity card; ``family`` is empty where the group has no surname."""

    family: str
    given: str

    @property
    def full(self) -> str:
        return self.family + self.given


def surname(dice: Dice, ethnic: str) -> str:
    """A surname of the ethnic group (GB/T 3304 code); unknown groups get a Han one."""
    return dice.pick(SURNAMES.get(ethnic, SURNAMES[HAN]))


def _falling(dice: Dice, pool: str) -> str:
    """One character; the first of the pool about eight times as often as the last."""
    return pool[int(len(pool) * dice.random() ** 1.6)]


def _given(dice: Dice, sex: str, born: int, ethnic: str) -> str:
    male = sex == "1"
    if ethnic == KOREAN and dice.chance(0.8):
        pool = _KOREAN_MALE if male else _KOREAN_FEMALE
        return _pair(dice, pool, pool)
    if born >= 2005:
        if dice.chance(0.11):
            return _falling(dice, _CHILD_MALE_LAST if male else _CHILD_FEMALE_LAST)
        if dice.chance(0.04):  # doubled: 涵涵, 洋洋
            return _falling(dice, _CHILD_MALE_LAST if male else _CHILD_FEMALE_LAST) * 2
        return _pair(
            dice,
            _CHILD_MALE_FIRST if male else _CHILD_FEMALE_FIRST,
            _CHILD_MALE_LAST if male else _CHILD_FEMALE_LAST,
        )
    pool = (_PARENT_MALE if male else _PARENT_FEMALE) if born >= 1972 else (_ELDER_MALE if male else _ELDER_FEMALE)
    if dice.chance(0.3 if born >= 1972 else 0.15):
        return _falling(dice, pool)
    return _pair(dice, pool, pool)


def _pair(dice: Dice, first: str, last: str) -> str:
    """Two different characters: a doubled one is a name of its own kind."""
    one = _falling(dice, first)
    while True:
        two = _falling(dice, last)
        if two != one:
            return one + two


def person_name(
    dice: Dice, *, ethnic: str, sex: str, born: int, family: str | None = None, father: str = ""
) -> PersonName:
    """A name. ``family`` is the inherited surname; ``father`` the father's given name, for names with ``·``."""
    male = sex == "1"
    if ethnic in (UYGHUR, KAZAKH):
        pools = {UYGHUR: (_UYGHUR_MALE, _UYGHUR_FEMALE), KAZAKH: (_KAZAKH_MALE, _KAZAKH_FEMALE)}[ethnic]
        fathers = father.split("·", maxsplit=1)[0] or dice.one(pools[0])
        own = dice.one([name for name in pools[0 if male else 1] if name != fathers])
        return PersonName("", f"{own}·{fathers}")
    if ethnic == MONGOL and family is None and dice.chance(0.45):
        return PersonName("", dice.one(_MONGOL_MALE if male else _MONGOL_FEMALE))
    name = PersonName(surname(dice, ethnic) if family is None else family, _given(dice, sex, born, ethnic))
    return name if len(name.full) > 1 else PersonName(name.family, name.given + "子")
