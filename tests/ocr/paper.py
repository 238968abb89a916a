"""Paper for tests: small forms drawn with shipped fonts, filled with scribbles, scanned and photographed."""

from __future__ import annotations

import io
import itertools
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
import zxingcpp
from PIL import Image, ImageDraw, ImageFont

from forms.catalog import RESOURCES
from forms.form_file import Box, Form, FormField, FormOption, FormPage
from forms.kinds import Kind
from ocr.registration import FROM_CENTRES, PX_PER_MM, TO_CENTRES, Picture, Points, transform

WIDTH_MM, HEIGHT_MM = 210.0, 297.0
CORNERS = tuple(Box(x, y, 5, 5) for x, y in ((8, 8), (197, 8), (197, 284), (8, 284)))
QR = Box(172, 14, 20, 20)
FACE = next((RESOURCES / "fonts").glob("*Sans*"))
LABELS = (
    "姓名 性别 民族 出生日期 身份证件号码 户籍地 现居住地 联系电话 监护人 与儿童关系 就读学校 年级 "
    "入学时间 居住证 健康状况 预防接种 医疗保险 残疾类别 残疾等级 康复需求 父亲情况 母亲情况 外出务工 "
    "照护人 生活困难 帮扶措施 走访时间 走访人 填表日期 备注 村（社区） 乡镇 县（市、区） 学籍 寄宿 "
    "班主任 心理状况 低保 特困 孤儿"
)
WORDS = tuple(LABELS.split())


def pixels(box: Box) -> list[float]:
    return [v * PX_PER_MM for v in (box.x, box.y, box.right, box.bottom)]


@dataclass(frozen=True)
class Layout:
    """A drawn page: its picture at 300 dpi and the answer cells on it."""

    picture: Picture
    cells: tuple[tuple[str, Box], ...]


def draw(seed: int, title: str, *, marks: bool, payload: str = "") -> Layout:
    """One page of ruled rows with labels; ``seed`` decides rows and words, ``marks`` corner squares and QR."""
    rng = np.random.default_rng(seed)
    image = Image.new("L", (round(WIDTH_MM * PX_PER_MM), round(HEIGHT_MM * PX_PER_MM)), 255)
    pen = ImageDraw.Draw(image)
    pen.text((60 * PX_PER_MM, 16 * PX_PER_MM), title, font=ImageFont.truetype(str(FACE), 75), fill=0)
    label_font = ImageFont.truetype(str(FACE), 44)
    cells: list[tuple[str, Box]] = []
    y = 40.0
    while y < 270:
        h = float(rng.choice([8.0, 9.0, 11.0]))
        edges = [16.0, *sorted(rng.choice(np.arange(40, 180, 6), size=int(rng.integers(1, 4)), replace=False)), 194.0]
        for left, right in itertools.pairwise(edges):
            pen.rectangle(pixels(Box(left, y, right - left, h)), outline=0, width=4)
            word = str(rng.choice(WORDS))
            wide = min(4.2 * len(word) + 2, (right - left) / 2)
            pen.text(((left + 1) * PX_PER_MM, (y + 1.5) * PX_PER_MM), word, font=label_font, fill=0)
            cells.append((word, Box(left + wide, y + 0.8, right - left - wide - 0.8, h - 1.6)))
        y += h
    if marks:
        for corner in CORNERS:
            pen.rectangle(pixels(corner), fill=0)
        code = zxingcpp.create_barcode(payload, zxingcpp.BarcodeFormat.QRCode)
        modules = np.array(zxingcpp.write_barcode_to_image(code, scale=8, add_quiet_zones=False))
        side = round(QR.w * PX_PER_MM)
        image.paste(
            Image.fromarray(cv2.resize(modules, (side, side), interpolation=cv2.INTER_NEAREST)),
            (round(QR.x * PX_PER_MM), round(QR.y * PX_PER_MM)),
        )
    return Layout(np.array(image), tuple(cells))


def png(picture: Picture, dpi: int) -> bytes:
    out = io.BytesIO()
    Image.fromarray(picture).save(out, "PNG", dpi=(dpi, dpi))
    return out.getvalue()


@cache
def paper_form(name: str = "paper", *, marks: bool = True, seed: int = 1) -> Form:
    """A two-page form; with ``marks`` its pages carry corner squares and a QR code."""
    pages, fields = [], []
    for number in (1, 2):
        layout = draw(seed * 10 + number, f"测试登记表{name}{number}", marks=marks, payload=payload(name, number))
        small = cv2.resize(layout.picture, None, fx=2 / 3, fy=2 / 3, interpolation=cv2.INTER_AREA)
        if marks:  # the blank picture is one for all serials: no code on it
            x, y, right, bottom = (round(v * 2 / 3) for v in pixels(QR))
            small[y : bottom + 1, x : right + 1] = 255
        pages.append(
            FormPage(
                WIDTH_MM,
                HEIGHT_MM,
                corners=CORNERS if marks else (),
                qr=QR if marks else None,
                blank=png(np.asarray(small, dtype=np.uint8), 200),
                blank_dpi=200,
            )
        )
        fields += [
            FormField(f"f{number}_{n}", label, Kind.TEXT, number, box) for n, (label, box) in enumerate(layout.cells)
        ]
    first = fields[0].box
    fields.append(
        FormField(
            "choice",
            "选项",
            Kind.CHOICE,
            1,
            first,
            options=(
                FormOption("1", "是", Box(first.x, first.y, 4, 4)),
                FormOption("2", "否", Box(first.x + 9, first.y, 4, 4)),
            ),
        )
    )
    return Form(name, "1", f"测试登记表{name}", tuple(pages), tuple(fields))


def payload(name: str, page: int, serial: str = "7QX3M2K9AB") -> str:
    return f"TD1:{name}:1:{page}:{serial}"


@cache
def drawn_page(name: str = "paper", page: int = 1, *, marks: bool = True, seed: int = 1) -> Layout:
    return draw(seed * 10 + page, f"测试登记表{name}{page}", marks=marks, payload=payload(name, page))


def scribble(layout: Layout, rng: np.random.Generator) -> Picture:
    """The page filled with wavy strokes, as a hand would leave them; colour."""
    page = cv2.cvtColor(layout.picture, cv2.COLOR_GRAY2BGR)
    for _, box in layout.cells:
        left, top, right, bottom = pixels(box)
        x = left + 8
        while x < min(right - 40, left + 500):
            steps = rng.normal(0, 16, (6, 2)).cumsum(axis=0)
            stroke = steps - steps.mean(axis=0) + (x + 20, (top + bottom) / 2)
            cv2.polylines(page, [stroke.astype(np.int32)], False, (90, 40, 30), int(rng.integers(3, 7)), cv2.LINE_AA)
            x += 48
    return np.asarray(page, dtype=np.uint8)


@dataclass(frozen=True)
class Shot:
    """A delivered picture and the truth: form millimetres to its pixels."""

    picture: Picture
    homography: np.ndarray[tuple[int, ...], np.dtype[np.float64]]

    def error_px(self, to_px: object, dpi: float = 300) -> float:
        """Largest distance, in pixels at 300 dpi, between ``to_px`` and the truth over a lattice of the page."""
        lattice = np.stack(np.meshgrid(np.linspace(12, 198, 9), np.linspace(12, 285, 13)), axis=-1).reshape(-1, 2)
        assert callable(to_px)
        found: Points = to_px(lattice)
        return float(np.linalg.norm(found - transform(self.homography, lattice), axis=1).max() * 300 / dpi)


def shoot(
    page: Picture,
    rng: np.random.Generator,
    *,
    dpi: float = 300,
    skew: float = 0.0,
    turn: int = 0,
    perspective: float = 0.0,
    margin: float = 6.0,
    noise: float = 4.0,
    paper: int = 245,
    desk: int = 250,
) -> Shot:
    """Deliver a page: turned by ``turn`` + ``skew`` degrees, corners pulled by up to ``perspective`` of the width.

    ``margin`` (mm) of desk shows around the page; negative cuts the page's edges off.
    """
    w, h = WIDTH_MM, HEIGHT_MM
    corners = np.array([(0, 0), (w, 0), (w, h), (0, h)], dtype=np.float64)
    pulled = corners + rng.uniform(-1, 1, (4, 2)) * perspective * w
    angle = np.deg2rad(turn + skew)
    rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    placed = (pulled - (w / 2, h / 2)) @ rotation.T
    low, high = placed.min(axis=0) - margin, placed.max(axis=0) + margin
    scale = dpi / 25.4
    homography = cv2.getPerspectiveTransform(
        corners.astype(np.float32), ((placed - low) * scale).astype(np.float32)
    ).astype(np.float64)
    size = tuple(int(v) for v in np.ceil((high - low) * scale))
    matrix = FROM_CENTRES @ homography @ np.diag([1 / PX_PER_MM, 1 / PX_PER_MM, 1.0]) @ TO_CENTRES
    tinted = cv2.convertScaleAbs(page, alpha=paper / 255)
    blurred = cv2.GaussianBlur(tinted, (0, 0), max(0.4, 300 / dpi * 0.45))
    shot = cv2.warpPerspective(blurred, matrix, size, flags=cv2.INTER_LINEAR, borderValue=(desk, desk, desk))
    if noise:
        grain = (rng.standard_normal((256, 1024), dtype=np.float32) * noise).astype(np.int16)
        rows, columns = -(-shot.shape[0] // 256), -(-shot.shape[1] // 1024)
        tiled = np.tile(grain, (rows, columns))[: shot.shape[0], : shot.shape[1], None]
        shot = (shot.astype(np.int16) + tiled).clip(0, 255)
    return Shot(np.asarray(shot, dtype=np.uint8), homography)
