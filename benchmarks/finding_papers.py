"""Forms for measuring the finder: near relatives of the reference form, forms in its style, forms without marks."""

from __future__ import annotations

import copy
import io
import tomllib
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from benchmarks.synth.dice import Dice
from exporters.blank_form import render_pages
from forms.catalog import RESOURCES
from forms.dictionary import load_dictionary
from forms.form_file import Form
from forms.kinds import Kind
from forms.layout import build

LAYOUT = RESOURCES / "forms" / "jl-migrant-child-1.layout.toml"
Layout = dict[str, Any]


@cache
def relatives() -> dict[str, Form]:
    """Other versions of the reference form, as a ministry would revise it, by what was changed."""
    changes: dict[str, Callable[[Layout], None]] = {
        "rows exchanged": _exchange,
        "a row taken out": _take_out,
        "father and mother exchanged": _parents,
        "two labels exchanged": _labels,
        "taller rows": _taller,
    }
    made = {}
    for number, (name, change) in enumerate(changes.items(), start=2):
        layout = copy.deepcopy(_reference())
        change(layout)
        layout["version"] = str(number)
        made[name] = with_blanks(build(layout))
    return made


@cache
def in_the_same_style(count: int) -> tuple[Form, ...]:
    """``count`` forms of one side each, with corner squares and rows of the dictionary's fields in random order."""
    return tuple(with_blanks(build(_random_layout(Dice(6000, "style", number), number))) for number in range(count))


def without_marks(form: Form) -> Form:
    """As if learned from a blank sheet: no corner squares, no code, nothing known but a picture."""
    bare = replace(form, pages=tuple(replace(p, corners=(), qr=None) for p in form.pages))
    drawn = with_blanks(bare)
    return replace(drawn, id=f"x-{form.id}", pages=tuple(replace(p, lines=(), texts=()) for p in drawn.pages))


def with_blanks(form: Form) -> Form:
    """The form with its blank pictures at 200 dpi."""
    pictures = render_pages(form, 200)
    return replace(form, pages=tuple(replace(p, blank=b) for p, b in zip(form.pages, pictures, strict=True)))


def _reference() -> Layout:
    return tomllib.loads(LAYOUT.read_text(encoding="utf-8"))


def _exchange(layout: Layout) -> None:
    rows = layout["page"][0]["section"][1]["rows"]
    rows[3], rows[4] = rows[4], rows[3]
    health = layout["page"][0]["section"][4]["rows"]
    health[1], health[2] = health[2], health[1]


def _take_out(layout: Layout) -> None:
    del layout["page"][0]["section"][1]["rows"][6]
    layout["page"][1]["section"][0]["group"][2]["rows"].pop()


def _parents(layout: Layout) -> None:
    groups = layout["page"][1]["section"][0]["group"]
    groups[0], groups[1] = groups[1], groups[0]
    basic = layout["page"][0]["section"][1]["rows"]
    basic[0], basic[2] = basic[2], basic[0]


def _labels(layout: Layout) -> None:
    """Same rules, other meaning: where the date of birth was, the date of arrival is asked."""
    rows = layout["page"][0]["section"][1]["rows"]
    rows[4][1][0], rows[3][1][0] = rows[3][1][0], rows[4][1][0]
    work = layout["page"][1]["section"][0]["group"]
    work[0]["rows"][0][1][0], work[0]["rows"][2][1][0] = "单　　位", "姓　　名"


def _taller(layout: Layout) -> None:
    for page in layout["page"]:
        for section in page["section"][:2]:
            for row in section.get("rows") or section["group"][0]["rows"]:
                row[0] -= 0.7


def _random_layout(dice: Dice, number: int) -> Layout:
    layout = copy.deepcopy(_reference())
    kinds = (Kind.NAME, Kind.TEXT, Kind.DATE, Kind.NUMBER, Kind.DIVISION, Kind.ADDRESS)
    fields = [d for d in load_dictionary().fields.values() if d.kind in kinds]
    dice.shuffle(fields)
    rows, y = [], 40.0
    while y < 270 and len(fields) > 2:
        height = dice.one((9.0, 10.0, 11.0, 13.0, 16.0))
        wide = dice.chance(0.4)
        one, two = fields.pop(), fields.pop()
        left = dice.uniform(50, 75) // 1
        cells = [["　", 24.0], [f"@{one.key}", 156.0]] if wide else [
            [one.label[:4], 24.0], [f"@{one.key}", left], [two.label[:4], 24.0], [f"@{two.key}", 132.0 - left]
        ]  # fmt: skip
        if wide:
            cells[0][0] = one.label[:4]
        rows.append([height, *cells])
        y += height
    page = layout["page"][0]
    page["section"] = [{"title": "", "rows": rows}]
    page.pop("heads")
    layout.update(id=f"style-{number}", title=f"吉林省儿童情况登记表{number}", page=[page])
    return layout


@cache
def with_brackets(form: Form) -> Form:
    """The form with a pair of brackets in each tick box's stead, as ``在（ ）中划√`` asks; known as a picture only."""
    bare = replace(
        form,
        fields=tuple(replace(f, options=()) for f in form.fields),
        pages=tuple(replace(p, corners=(), qr=None) for p in form.pages),
    )
    pages = []
    for number, (page, png) in enumerate(zip(form.pages, render_pages(bare, 300), strict=True), start=1):
        image = Image.open(io.BytesIO(png)).convert("L")
        pen = ImageDraw.Draw(image)
        face = ImageFont.truetype(str(RESOURCES / "fonts" / "NotoSerifSC-Regular.otf"), 46)
        for field in form.on_page(number):
            for option in field.options:
                middle = (option.box.y + option.box.h / 2) * 300 / 25.4
                pen.text((option.box.x * 300 / 25.4 - 1, middle), "(", 0, font=face, anchor="rm")
                pen.text((option.box.right * 300 / 25.4 + 1, middle), ")", 0, font=face, anchor="lm")
        out = io.BytesIO()
        image.save(out, "PNG")
        pages.append(replace(page, blank=out.getvalue(), blank_dpi=300, lines=(), texts=(), corners=(), qr=None))
    return replace(form, id=f"brackets-{form.id}", pages=tuple(pages))
