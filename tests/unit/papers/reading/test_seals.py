"""Seals: where they are, what the red light shows of the print under them, and whose reading counts."""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image, ImageDraw

from station_app.papers.reading.pictures import Picture
from station_app.papers.reading.seals import seals_on, without_red, without_seals
from tests.samples.pictures import _font
from tests.samples.prints import _stamp
from tests.samples.scanned import pixels_of


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


def test_beside_a_seal_nothing_changes() -> None:
    plain, sealed = pixels_of(_sheet()), _sealed()
    clear = without_seals(sealed)
    beside = np.ones(plain.shape[:2], bool)
    beside[630:930, 750:1050] = False
    assert (clear[beside] == sealed[beside]).all()
    assert clear[700:860, 800:1000].min(axis=2)[plain[700:860, 800:1000].min(axis=2) > 200].mean() > 235
    assert without_seals(plain) is plain
