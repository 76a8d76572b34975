"""The piece of a page that a value was read from: upright whichever way it lies, its characters told apart."""

from __future__ import annotations

import io
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont
from PySide6.QtGui import QImage, QTransform

from ui.pages.intake.clip import characters, cut_out
from ui.pages.intake.compare_words import own_words, with_lines
from ui.pages.intake.pictures import stored

NUMBER = "6220   3058   7788   9900"
LEFT, TOP, BOTTOM = 60, 300, 350


def page(ground: str, ink: str) -> Image.Image:
    """A number in large digits on a page, from LEFT on."""
    picture = Image.new("RGB", (800, 500), ground)
    draw = ImageDraw.Draw(picture)
    draw.text((LEFT, TOP), NUMBER, fill=ink, font=ImageFont.load_default(50))
    draw.rectangle((40, 40, 760, 200), outline=ink)
    return picture


def box(picture: Image.Image) -> list[tuple[float, float]]:
    width = ImageDraw.Draw(picture).textlength(NUMBER, font=ImageFont.load_default(50))
    return [(LEFT, TOP), (LEFT + width, TOP), (LEFT + width, BOTTOM + 8), (LEFT, BOTTOM + 8)]


def bytes_of(picture: Image.Image, form: str = "PNG", **more: object) -> bytes:
    into = io.BytesIO()
    picture.save(into, form, **more)
    return into.getvalue()


def quad(points: list[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    a, b, c, d = points
    return a, b, c, d


@pytest.mark.parametrize(("ground", "ink"), [("white", "black"), ("#B03020", "white")])
@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_a_number_is_cut_out_upright_and_its_digits_are_told_apart(
    qapp: object, ground: str, ink: str, turns: int
) -> None:
    picture = page(ground, ink)
    corners, (width, height) = box(picture), picture.size
    for _ in range(turns):  # a quarter turn clockwise
        picture = picture.transpose(Image.Transpose.ROTATE_270)
        corners = [(height - 1 - y, x) for x, y in corners]
        width, height = height, width
    piece = cut_out(bytes_of(picture), quad(corners))  # type: ignore[arg-type]
    assert piece.width() > 4 * piece.height()
    found = characters(piece)
    assert len(found) == len(NUMBER.replace(" ", ""))
    gaps = [after[0] - before[1] for before, after in pairwise(found)]
    widest = sorted(range(len(gaps)), key=gaps.__getitem__)[-3:]
    assert sorted(widest) == [3, 7, 11]  # the gaps between the groups, from left to right


def test_boxes_are_in_the_pixels_that_the_bytes_store_whatever_they_say_of_turning(qapp: object) -> None:
    picture = page("white", "black")
    exif = Image.Exif()
    exif[0x0112] = 6  # to be shown a quarter turned
    content = bytes_of(picture, "JPEG", exif=exif, quality=95)
    assert len(characters(cut_out(content, quad(box(picture))))) == 16  # type: ignore[arg-type]
    shown = stored(content, 400)
    assert (shown.image.width(), shown.image.height()) == (400, 250)
    assert shown.factor == pytest.approx(2.0)


def test_what_is_no_picture_is_no_piece(qapp: object) -> None:
    corners = ((0.0, 0.0), (10.0, 0.0), (10.0, 5.0), (0.0, 5.0))
    assert cut_out(b"nothing of the kind", corners).isNull()
    assert stored(b"nothing of the kind", 100).image.isNull()
    off = ((900.0, 900.0), (990.0, 900.0), (990.0, 950.0), (900.0, 950.0))
    cut_out(bytes_of(page("white", "black")), off)  # off the page: whatever it is, no fault


def test_an_empty_ground_has_no_characters(qapp: object) -> None:
    plain = QImage(200, 40, QImage.Format.Format_RGB32)
    plain.fill(0xFFFFFF)
    assert characters(plain) == []
    assert characters(plain.transformed(QTransform().rotate(90))) == []


WORDS = st.text(st.sampled_from("卡面磨损，【】核对；x"), max_size=40)
LINES = st.lists(st.text("核对录入一二", min_size=1, max_size=20), max_size=3)


@given(WORDS, LINES)
def test_our_lines_never_cost_the_clerks_own_words(words: str, lines: list[str]) -> None:
    own = own_words(words)
    told = with_lines(own, lines)
    assert own_words(told) == own
    assert with_lines(told, lines) == told
    assert with_lines(told, ()) == own
    assert len(told) <= 200
