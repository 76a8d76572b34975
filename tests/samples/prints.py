"""Papers drawn another way than ``pictures`` draws them: round corners, guilloches, other faces, other layouts.

Readers must not be fitted to one drawing. Pictures are RGBA, transparent outside the paper, at 300 dpi.
"""

from __future__ import annotations

import math
import random
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from stdnum import luhn

from tests.samples.people import Person
from tests.samples.pictures import Drawing

_NOTO = Path("/usr/share/fonts/opentype/noto")
_DEJAVU = Path("/usr/share/fonts/truetype/dejavu")
_FACES = {
    "sans": _NOTO / "NotoSansCJK-Regular.ttc",
    "bold": _NOTO / "NotoSansCJK-Bold.ttc",
    "serif": _NOTO / "NotoSerifCJK-Regular.ttc",
    "title": _NOTO / "NotoSerifCJK-Bold.ttc",
    "digits": _DEJAVU / "DejaVuSansMono-Bold.ttf",
    "latin": _DEJAVU / "DejaVuSans.ttf",
}
_NOTO_SC = 2  # the face of the collection that draws simplified Chinese
_CARD, _SPREAD, _SHEET = (1012, 638), (2200, 1540), (2480, 1754)
_INK, _BLUE, _RED = (24, 24, 28), (60, 110, 170), (200, 36, 40)
_TINTS = ((224, 236, 240), (232, 238, 232), (236, 232, 238), (216, 232, 240))
_BANKS = (((190, 30, 40), "white"), ((20, 60, 130), "white"), ((240, 240, 238), _INK), ((40, 40, 46), "white"))
_PLACES = ("朝阳门外大街", "学院南路", "西三旗建材城中路", "和平里东街", "宋家庄路", "天通苑北一区")
_LONG_PLACE = "新疆维吾尔自治区伊犁哈萨克自治州察布查尔锡伯自治县"
_LEVELS = {1: "一级／高级技师", 2: "二级／技师", 3: "三级／高级工"}


def front(one: Person, address: str = "") -> Image.Image:
    """人像面; a long address runs over many lines."""
    chance = random.Random(one.id_number)
    picture, draw = _guilloche(_CARD, chance.choice(_TINTS), chance)
    _portrait(picture, (664, 84, 940, 440), chance)
    left, right, top, faces = 64, 172, 66, (_font("bold", 29), _font(chance.choice(("sans", "bold", "serif")), 36))
    birth = one.birth
    rows = (("姓名", one.name), ("性别", one.sex), ("出生", f"{birth.year}  {birth.month}  {birth.day}"), ("住址", ""))
    for place, (label, value) in enumerate(rows):
        draw.text((left, top + 6 + place * 80), label, _BLUE, faces[0])
        if label != "出生":
            draw.text((right, top + place * 80), value, _INK, faces[1])
    draw.text((292, top + 86), "民族", _BLUE, faces[0])
    draw.text((382, top + 80), "汉", _INK, faces[1])
    _day(draw, (right, top + 160), (birth.year, birth.month, birth.day), faces)
    home = address or f"北京市{one.district}{chance.choice(_PLACES)}{chance.randrange(1, 99)}号院{one.phone[-3:]}室"
    step = 44 if len(home) <= 44 else 32
    for line in range(0, len(home), 11):
        draw.text((right, top + 240 + line // 11 * step), home[line : line + 11], _INK, _font("sans", step - 10))
    draw.text((left, 562), "公民身份号码", _BLUE, faces[0])
    draw.text((310, 554), one.id_number, _INK, _font("digits", 43))
    return _rounded(picture)


def long_address(one: Person) -> str:
    """Of some lines more than most have."""
    return f"{_LONG_PLACE}{_PLACES[int(one.phone[-1]) % len(_PLACES)]}{one.phone[-3:]}号院12号楼3单元{one.phone[-4:]}室"


def back(one: Person, term: str = "2016.03.04-2036.03.04") -> Image.Image:
    """国徽面, a plain disc for the emblem."""
    chance = random.Random(one.id_number + "b")
    picture, draw = _guilloche(_CARD, chance.choice(_TINTS), chance)
    draw.ellipse((70, 60, 250, 240), _RED)
    draw.ellipse((105, 95, 215, 205), (230, 190, 70))
    draw.text((300, 70), "中华人民共和国", _INK, _font("title", 56))
    draw.text((300, 165), "居 民 身 份 证", _INK, _font("title", 78))
    for top, label, value in ((440, "签发机关", f"北京市公安局{one.district[:-1]}分局"), (520, "有效期限", term)):
        draw.text((300, top), label, _INK, _font("bold", 32))
        draw.text((470, top - 4), value, _INK, _font("sans", 36))
    return _rounded(picture)


def bank_card(one: Person) -> tuple[Image.Image, str]:
    """A service card of some bank, embossed or flat, with 16 or 19 digits; and its number."""
    chance = random.Random(one.id_number + "c")
    ground, ink = chance.choice(_BANKS)
    picture, draw = _guilloche(_CARD, ground, chance)
    body = f"629999{chance.randrange(10**9):09d}" + chance.choice(("", f"{chance.randrange(1000):03d}"))
    number = body + luhn.calc_check_digit(body)
    draw.text((60, 45), "北京测试银行", ink, _font("bold", 54))
    draw.text((60, 118), "TEST BANK", ink, _font("latin", 26))
    draw.text((640, 58), "会员互助服务卡", ink, _font("sans", 42))
    draw.rounded_rectangle((80, 215, 210, 315), 14, (214, 180, 110))
    text = " ".join(number[at : at + 4] for at in range(0, len(number), 4))
    face = _font("digits", 64 if len(number) == 16 else 58)
    if chance.random() < 0.5:
        for shift, light in ((3, -80), (-2, 90)):
            draw.text((66 + shift, 350 + shift), text, tuple(min(max(c + light, 0), 255) for c in ground), face)
        ink = (216, 216, 210) if sum(ground) < 420 else (120, 120, 126)
    draw.text((66, 350), text, ink, face)
    draw.text((300, 462), "05/36", ink, _font("digits", 34))
    draw.rounded_rectangle((800, 490, 950, 590), 12, (230, 230, 230))
    draw.text((830, 540), "银联", _RED, _font("bold", 36))
    return _rounded(picture), number


def booklet(one: Person, facts: dict[str, Any]) -> Image.Image:
    """The 职业资格证书 of before 2018, open: two pages, labels in two languages, a stamp over the issuer."""
    chance = random.Random(one.id_number + "o")
    picture, draw = _guilloche(_SPREAD, (248, 244, 240), chance, 1)
    middle = _SPREAD[0] // 2
    draw.rectangle((middle - 6, 0, middle + 6, _SPREAD[1]), (206, 202, 198))
    _portrait(picture, (380, 150, 675, 563), chance)
    year, month, day = facts["issue_date"].split("-")
    left = (
        ("发证机关（印）", "Issued by", ""),
        ("", "", facts["issuer"]),
        ("发证日期", "", f"{year}年{month}月{day}日"),
        ("证书编号", "Certificate No.", facts["number"]),
    )
    _pairs(draw, left, (140, 800), 120)
    birth = one.birth
    right = (
        ("姓　　名", "Name", one.name),
        ("性　　别", "Sex", one.sex),
        ("出生日期", "Birth Date", f"{birth.year} 年 {birth.month:02d} 月 {birth.day:02d} 日"),
        ("文化程度", "Education", "大专"),
        ("职业（工种）", "Occupation", facts["occupation"]),
        ("等　　级", "Skill Level", _LEVELS[facts["level"]]),
        ("理论知识考试成绩", "Result of Theoretical Knowledge Test", "86"),
        ("评定成绩", "Result of Test", "合格"),
        ("身份证号", "ID No.", one.id_number),
    )
    _pairs(draw, right, (middle + 90, 140), 145)
    _stamp(picture, (560, 930), 190)
    return picture.convert("RGBA")


def award(one: Person, facts: dict[str, Any]) -> Image.Image:
    """荣誉证书: a sentence tells who won what."""
    picture, draw = _guilloche(_SHEET, (253, 251, 244), random.Random(one.id_number + "a"), 1)
    draw.rectangle((140, 140, _SHEET[0] - 140, _SHEET[1] - 140), outline=_RED, width=16)
    draw.text((_SHEET[0] / 2, 330), "荣 誉 证 书", _RED, _font("title", 150), anchor="mm")
    year, month, day = facts["issue_date"].split("-")
    told = f"　　在{year}年北京市职工职业技能大赛{facts['occupation']}决赛中荣获个人第三名，特发此证，以资鼓励。"
    draw.text((300, 540), f"{one.name} 同志：", _INK, _font("serif", 76))
    for at in range(0, len(told), 24):
        draw.text((300, 680 + at // 24 * 130), told[at : at + 24], _INK, _font("serif", 70))
    draw.text((1360, 1230), facts["issuer"], _INK, _font("serif", 66))
    draw.text((1420, 1350), f"{year}年{int(month)}月{int(day)}日", _INK, _font("serif", 66))
    _stamp(picture, (1640, 1290), 200)
    return picture.convert("RGBA")


# ---- parts


def _pairs(draw: ImageDraw.ImageDraw, rows: Any, at: tuple[int, int], step: int) -> None:
    for place, (label, again, value) in enumerate(rows):
        top = at[1] + place * step
        draw.text((at[0], top), label, _INK, _font("serif", 40))
        draw.text((at[0], top + 52), again, (80, 80, 80), _font("latin", 20))
        beside = at[0] + (max(260, draw.textlength(label, _font("serif", 40)) + 24) if label else 0)
        size = next(
            each for each in range(44, 20, -2) if beside + _font("serif", each).getlength(value) < _SPREAD[0] - 40
        )
        draw.text((beside, top - 4), value, _INK, _font("serif", size))


def _day(draw: ImageDraw.ImageDraw, at: tuple[int, int], parts: tuple[int, int, int], faces: Any) -> None:
    x = float(at[0])
    for value, unit in zip(parts, "年月日", strict=True):
        draw.text((x, at[1]), str(value), _INK, faces[1])
        x += draw.textlength(str(value), faces[1]) + 12
        draw.text((x, at[1] + 6), unit, _BLUE, faces[0])
        x += draw.textlength(unit, faces[0]) + 14


def _guilloche(size: tuple[int, int], tint: tuple[int, ...], chance: random.Random, depth: float = 6) -> Drawing:
    ys, xs = np.mgrid[: size[1], : size[0]].astype(np.float32)
    wave = np.sin((ys + 18 * np.sin(xs / chance.uniform(40, 90))) / chance.uniform(14, 30) * 2 * math.pi) * depth
    shade = (xs / size[0] - 0.5) * chance.uniform(-16, 16)
    pixels = np.array(tint, np.float32) + (wave * 0.7 + shade)[:, :, None]
    picture = Image.fromarray(pixels.clip(0, 255).astype(np.uint8))
    return picture, ImageDraw.Draw(picture)


def _portrait(picture: Image.Image, box: tuple[int, int, int, int], chance: random.Random) -> None:
    width, height = box[2] - box[0], box[3] - box[1]
    small = Image.new("RGB", (width, height), chance.choice(((240, 240, 240), (60, 110, 190), (214, 226, 236))))
    draw = ImageDraw.Draw(small)
    draw.ellipse((width * 0.08, height * 0.68, width * 0.92, height * 1.4), (40, 44, 60))
    draw.ellipse((width * 0.26, height * 0.18, width * 0.74, height * 0.72), (226, 190, 165))
    draw.chord((width * 0.24, height * 0.1, width * 0.76, height * 0.6), 180, 360, (25, 22, 20))
    picture.paste(small, box[:2])


def _stamp(picture: Image.Image, middle: tuple[int, int], radius: int) -> None:
    """A red seal that the print shines through."""
    ink = Image.new("L", (2 * radius + 20, 2 * radius + 20), 0)
    draw = ImageDraw.Draw(ink)
    centre = radius + 10
    draw.ellipse((10, 10, 2 * radius + 10, 2 * radius + 10), outline=140, width=radius // 16)
    for at, letter in enumerate("测试样本专用章"):
        angle = math.radians(-210 + 40 * at)
        place = (centre + 0.74 * radius * math.cos(angle), centre + 0.74 * radius * math.sin(angle))
        draw.text(place, letter, 140, _font("title", radius // 4), anchor="mm")
    draw.regular_polygon((centre, centre, radius // 4), 5, fill=140)
    picture.paste(_RED, (middle[0] - centre, middle[1] - centre), ink)


def _rounded(picture: Image.Image) -> Image.Image:
    """Cards have corners of 3.18 mm (ISO/IEC 7810)."""
    shape = Image.new("L", picture.size, 0)
    ImageDraw.Draw(shape).rounded_rectangle((0, 0, picture.width - 1, picture.height - 1), 38, 255)
    cut = picture.convert("RGBA")
    cut.putalpha(shape)
    return cut


def _font(face: str, size: int) -> ImageFont.FreeTypeFont:
    path = _FACES[face]
    return ImageFont.truetype(str(path), size, index=_NOTO_SC if path.suffix == ".ttc" else 0)
