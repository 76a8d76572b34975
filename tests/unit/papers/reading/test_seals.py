"""Seals: where they are, what the red light shows of the print under them, and whose reading counts."""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image, ImageDraw

from station_app.papers.reading.pictures import Picture
from station_app.papers.reading.seals import merged, seals_on, without_red
from station_app.papers.reading.shapes import Line
from tests.samples.pictures import _font
from tests.samples.prints import _stamp
from tests.samples.scanned import pixels_of

_SEAL = (400.0, 200.0, 600.0, 400.0)


def _sheet() -> Image.Image:
    picture = Image.new("RGB", (1600, 1100), (250, 247, 240))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((60, 60, 1540, 1040), outline=(200, 36, 40), width=14)
    draw.text((500, 120), "荣 誉 证 书", (200, 36, 40), _font(120))
    draw.text((700, 760), "北京市职业技能鉴定管理中心", (24, 24, 28), _font(44))
    return picture


def _sealed() -> Picture:
    picture = _sheet()
    _stamp(picture, (900, 780), 130)
    return pixels_of(picture)


def test_a_seal_is_found_and_neither_a_frame_nor_a_red_title() -> None:
    assert seals_on(pixels_of(_sheet())) == []
    (found,) = seals_on(_sealed())
    assert np.allclose(found, (770, 650, 1030, 910), atol=12)


def test_a_red_card_has_no_seal() -> None:
    assert seals_on(np.full((640, 1012, 3), (40, 40, 200), np.uint8)) == []


def test_in_red_light_the_seal_is_gone_and_the_print_under_it_is_not() -> None:
    plain, clear = pixels_of(_sheet())[740:840], without_red(_sealed()[740:840])
    grey = cv2.cvtColor(plain, cv2.COLOR_BGR2GRAY)
    inside = np.s_[:, 780:1020]
    assert np.abs(clear[inside][grey[inside] > 200].astype(int) - 250).mean() < 12
    assert clear[inside][grey[inside] < 60].mean() < 90


def _line(text: str, left: float, right: float, top: float = 280) -> Line:
    return Line(text, 0.99, left, top, right, top + 40)


def test_a_number_that_a_seal_cut_short_is_read_whole() -> None:
    short, whole = _line("证书编号：S00001", 100, 410), _line("证书编号：S000011617", 100, 560)
    assert merged([short], [whole], [_SEAL]) == [whole]


def test_what_a_seal_hid_is_added_and_its_own_letters_are_left_out() -> None:
    letter, date = _line("专", 450, 490), _line("2023年9月21日", 380, 620, 330)
    assert merged([letter], [date], [_SEAL]) == [date]


def test_what_no_seal_touches_stays_as_it_was_read() -> None:
    before, again = _line("二级（技师）", 100, 300), _line("二级技师", 100, 300)
    assert merged([before], [again], [_SEAL]) == [before]


def test_two_pieces_are_not_given_up_for_half_of_them() -> None:
    parts = [_line("北京市职业", 300, 440), _line("技能鉴定中心", 450, 640)]
    assert merged(parts, [_line("北京市", 300, 560)], [_SEAL]) == parts
