"""Sample scans, drawn: both sides of an ID card, the service card, a certificate of each category.

Nobody's papers: every picture says 样本. The same input gives the same bytes (with the same Pillow and font).
"""

from __future__ import annotations

import io
import random
from functools import lru_cache
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from station_app.domain.application import Category, ScanKind
from station_app.domain.identity import group_number
from tests.samples.people import Person

FONTS = (
    Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"),  # fonts-noto-cjk
    Path("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc"),
)
_NOTO_SC = 2  # the face of the collection that draws simplified Chinese
_CARD = (1012, 638)  # 85.6 x 54 mm at 300 dpi
_PAGE = (1240, 877)  # A5 across at 150 dpi
_INK, _SOFT, _RED = "#22282f", "#5a6572", "#a02020"
_SEGMENT = 65_000  # bytes of one JPEG comment

Drawing = tuple[Image.Image, ImageDraw.ImageDraw]


def scans_of(one: Person, case: dict[str, Any], size: int = 0) -> dict[ScanKind, bytes]:
    """The four scans a submission needs, as JPEG bytes; ``size`` as in ``jpeg``."""
    category = Category(case["category"])
    pictures = {
        ScanKind.ID_FRONT: id_front(one),
        ScanKind.ID_BACK: id_back(one),
        ScanKind.CARD: service_card(one),
        ScanKind.CERTIFICATE: certificate(one, category, case["certificate"]),
    }
    return {kind: jpeg(picture, size, seed=one.id_number + kind) for kind, picture in pictures.items()}


def write_scans(folder: Path, one: Person, case: dict[str, Any], size: int = 0) -> dict[ScanKind, Path]:
    """The same as files named after their kind."""
    paths = {}
    for kind, content in scans_of(one, case, size).items():
        paths[kind] = folder / f"{kind}.jpg"
        paths[kind].write_bytes(content)
    return paths


def jpeg(picture: Image.Image, size: int = 0, seed: str = "") -> bytes:
    """JPEG bytes. With ``size``, the grain of a scanner brings them near it and a comment to it exactly."""
    if not size:
        return _encoded(picture, 88)
    grainy = Image.blend(picture, _grain(picture.size, seed), 0.14)
    content = _encoded(picture, 88)
    low, high = 50, 98
    while low <= high:
        quality = (low + high) // 2
        tried = _encoded(grainy, quality)
        if len(tried) <= size:
            content, low = tried, quality + 1
        else:
            high = quality - 1
    return padded(content, size, seed)


def _encoded(picture: Image.Image, quality: int) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality, dpi=(300, 300))
    return buffer.getvalue()


def _grain(size: tuple[int, int], seed: str) -> Image.Image:
    grey = Image.frombytes("L", size, random.Random(seed).randbytes(size[0] * size[1]))
    return grey.convert("RGB")


def padded(content: bytes, size: int, seed: str) -> bytes:
    """A JPEG of ``size`` bytes that shows the same picture and differs for each seed; too big already: as it is."""
    source = random.Random(seed)
    parts = []
    missing = size - len(content)
    while missing >= 4:
        # a segment is a marker of two bytes, a length of two, and the payload; never leave less than a segment's head
        payload = min(missing, _SEGMENT) - 4
        if 0 < missing - payload - 4 < 4:
            payload -= 4
        parts.append(b"\xff\xfe" + (payload + 2).to_bytes(2) + source.randbytes(payload))
        missing -= payload + 4
    return content[:2] + b"".join(parts) + content[2:]


def id_front(one: Person) -> Image.Image:
    """人像面."""
    picture, draw = _sheet(_CARD, "#eef3f8")
    rows = (
        ("姓 名", one.name),
        ("性 别", f"{one.sex}      民 族  汉"),
        ("出 生", f"{one.birth.year} 年 {one.birth.month} 月 {one.birth.day} 日"),
        ("住 址", f"北京市{one.district}测试街道"),
        ("", f"样本路 {int(one.phone[-3:]) + 1} 号"),
    )
    for row, (label, value) in enumerate(rows):
        draw.text((70, 70 + row * 82), label, _SOFT, _font(32))
        draw.text((200, 66 + row * 82), value, _INK, _font(38))
    draw.text((70, 540), "公民身份号码", _SOFT, _font(32))
    draw.text((320, 534), one.id_number, _INK, _font(44))
    draw.rounded_rectangle((690, 70, 940, 400), 12, "#d3dde8")
    draw.ellipse((755, 120, 875, 250), "#9fb0c2")
    draw.chord((715, 260, 915, 540), 180, 360, "#9fb0c2")
    return _specimen(picture)


def id_back(one: Person) -> Image.Image:
    """国徽面, without the emblem."""
    picture, draw = _sheet(_CARD, "#f2f0ea")
    draw.ellipse((80, 70, 250, 240), outline=_RED, width=8)
    draw.text((112, 130), "样 本", _RED, _font(40))
    draw.text((330, 90), "中华人民共和国", _INK, _font(60))
    draw.text((330, 180), "居 民 身 份 证", _INK, _font(72))
    draw.text((150, 430), "签发机关", _SOFT, _font(34))
    draw.text((330, 426), f"测试市公安局{one.district.removesuffix('区')}分局", _INK, _font(38))
    draw.text((150, 520), "有效期限", _SOFT, _font(34))
    draw.text((330, 516), "2016.05.20-2036.05.20", _INK, _font(38))
    return _specimen(picture)


def service_card(one: Person) -> Image.Image:
    """工会会员互助服务卡."""
    picture, draw = _sheet(_CARD, "#c9342d")
    draw.text((60, 50), "工会会员互助服务卡", "white", _font(56))
    draw.text((60, 130), "京 卡（测试样本）", "#ffe2c8", _font(34))
    draw.rounded_rectangle((70, 230, 190, 320), 12, "#e0c27a")
    draw.text((70, 370), group_number(one.card_no), "white", _font(72))
    draw.text((70, 500), one.name, "white", _font(44))
    draw.text((640, 510), "有效期 05/36", "#ffe2c8", _font(34))
    return _specimen(picture, "white")


def certificate(one: Person, category: Category, facts: dict[str, Any]) -> Image.Image:
    """The certificate that the case tells of."""
    title, rows = _CERTIFICATE_TEXTS[category](one, facts)
    picture, draw = _sheet(_PAGE, "#fbf7ec")
    draw.rectangle((30, 30, _PAGE[0] - 30, _PAGE[1] - 30), outline="#b08a3c", width=5)
    draw.text((_PAGE[0] / 2, 120), title, _RED, _font(64), anchor="mm")
    for row, (label, value) in enumerate(rows):
        draw.text((140, 230 + row * 74), label, _SOFT, _font(32))
        draw.text((400, 226 + row * 74), str(value), _INK, _font(38))
    draw.ellipse((900, 560, 1110, 770), outline=_RED, width=8)
    draw.text((1005, 665), "测试专用章", _RED, _font(34), anchor="mm")
    return _specimen(picture)


def _vocational(one: Person, facts: dict[str, Any]) -> tuple[str, list[tuple[str, Any]]]:
    level = ("一级 / 高级技师", "二级 / 技师", "三级 / 高级工")[facts["level"] - 1]
    return facts["kind"], [
        ("姓    名", one.name),
        ("证件号码", one.id_number),
        ("职业名称", facts["occupation"]),
        ("职业技能等级", level),
        ("证书编号", facts["number"]),
        ("评价机构", facts["issuer"]),
        ("发证日期", _printed(facts["issue_date"])),
    ]


def _social_worker(one: Person, facts: dict[str, Any]) -> tuple[str, list[tuple[str, Any]]]:
    return facts["kind"], [
        ("姓    名", one.name),
        ("证件号码", one.id_number),
        ("级    别", facts["level_name"]),
        ("管理号", facts["management_no"]),
        ("批准日期", _printed(facts["approval_date"])),
        ("签发单位", facts["issuer"]),
        ("签发日期", _printed(facts["sign_date"])),
    ]


def _competition(one: Person, facts: dict[str, Any]) -> tuple[str, list[tuple[str, Any]]]:
    return "荣 誉 证 书", [
        ("姓    名", one.name),
        ("证件号码", one.id_number),
        ("赛    事", facts["competition"]),
        ("工    种", facts["occupation"]),
        ("名    次", f"个人决赛第 {facts['rank']} 名"),
        ("颁发单位", "北京市职工技术协会"),
    ]


_CERTIFICATE_TEXTS = {
    Category.VOCATIONAL: _vocational,
    Category.SOCIAL_WORKER: _social_worker,
    Category.COMPETITION: _competition,
}


def _printed(iso: str) -> str:
    year, month, day = iso.split("-")
    return f"{year} 年 {int(month)} 月 {int(day)} 日"


def _sheet(size: tuple[int, int], colour: str) -> Drawing:
    picture = Image.new("RGB", size, colour)
    return picture, ImageDraw.Draw(picture)


def _specimen(picture: Image.Image, colour: str = _RED) -> Image.Image:
    """样本 across the picture, and a thin edge so that white ones end somewhere."""
    layer = Image.new("L", picture.size, 0)
    draw = ImageDraw.Draw(layer)
    draw.text((picture.width / 2, picture.height / 2), "测 试 样 本", 36, _font(150), anchor="mm")
    picture.paste(colour, mask=layer.rotate(18))
    ImageDraw.Draw(picture).rectangle((0, 0, picture.width - 1, picture.height - 1), outline="#c8cfd6", width=2)
    return picture


@lru_cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    for path in FONTS:
        if path.exists():
            return ImageFont.truetype(str(path), size, index=_NOTO_SC if "Noto" in path.name else 0)
    raise FileNotFoundError("no Chinese font: packaging/setup.sh installs fonts-noto-cjk")
