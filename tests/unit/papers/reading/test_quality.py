"""Defects, each beside what looks like it and is none."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw

from station_app.papers.reading.pictures import Picture
from station_app.papers.reading.quality import has_glare, is_blurred, is_too_small
from station_app.papers.reading.shapes import Line
from tests.samples.pictures import _font
from tests.samples.scanned import pixels_of

_TEXT = Line("公民身份号码", 0.99, 40, 60, 640, 160)


def _written() -> Picture:
    picture = Image.new("RGB", (700, 220), (226, 230, 228))
    ImageDraw.Draw(picture).text((44, 62), _TEXT.text, (20, 20, 24), _font(96))
    return pixels_of(picture)


def _moved(picture: Picture, across: int, down: int) -> Picture:
    return cv2.blur(picture, (across, down))


def test_sharp_print_is_not_blurred() -> None:
    assert not is_blurred(_written(), [_TEXT])


@pytest.mark.parametrize(("across", "down"), [(23, 1), (1, 23), (17, 17)])
def test_what_was_moved_along_one_way_is_blurred(across: int, down: int) -> None:
    assert is_blurred(_moved(_written(), across, down), [_TEXT])


def _card() -> Picture:
    return np.full((640, 1012, 3), 205, np.uint8)


def test_a_reflection_is_glare_and_a_white_photograph_is_none() -> None:
    lit, photograph = _card(), _card()
    cv2.ellipse(lit, (500, 320), (150, 90), 20, 0, 360, (255, 255, 255), cv2.FILLED)
    photograph[80:440, 660:940] = 255
    assert has_glare(lit)
    assert has_glare(cv2.GaussianBlur(lit, (0, 0), 15))
    assert not has_glare(photograph)


def test_white_paper_lit_from_one_side_has_no_glare() -> None:
    light = np.linspace(215, 300, 1012).clip(0, 255).astype(np.uint8)
    assert not has_glare(np.repeat(np.repeat(light[None, :, None], 640, 0), 3, 2))


def test_printed_paper_in_the_light_beside_a_shadow_has_no_glare() -> None:
    """A reflection hides what is printed; light on paper does not."""
    page = np.full((640, 1012, 3), 205, np.uint8)
    for left in range(100, 900, 60):
        cv2.line(page, (left, 20), (left + 30, 20), (30, 30, 30), 6)
    lit = page.copy()
    bright = np.zeros(page.shape[:2], np.uint8)
    cv2.fillConvexPoly(bright, np.array([(300, 0), (1011, 0), (1011, 110), (420, 60)], np.int32), 1)
    lit[bright > 0] = np.clip(page[bright > 0].astype(int) + 50, 0, 255).astype(np.uint8) * (page[bright > 0] > 100)
    assert not has_glare(lit)
    washed = page.copy()
    washed[bright > 0] = 255
    assert has_glare(washed)


def test_pale_paper_lit_on_both_sides_of_a_frame_has_no_glare() -> None:
    """What lies inside the frame is lit as what lies outside is."""
    page = np.full((640, 1012, 3), 226, np.uint8)
    lit = np.zeros(page.shape[:2], np.uint8)
    cv2.ellipse(lit, (960, 300), (190, 190), 0, 0, 360, 1, cv2.FILLED)
    page[lit > 0] = 252
    page = np.asarray(cv2.GaussianBlur(page, (0, 0), 9), np.uint8)
    cv2.rectangle(page, (60, 60), (952, 580), (40, 36, 200), 8)
    assert not has_glare(page)


@pytest.mark.parametrize(("height", "small"), [(12, True), (16, True), (18, False), (24, False)])
def test_the_smaller_print_decides_beside_a_large_title(height: int, small: bool) -> None:
    body = [Line("姓名", 0.99, 10, 40 * row, 200, 40 * row + height) for row in range(3)]
    title = [Line("荣誉证书", 0.99, 10, 400 + 60 * row, 200, 440 + 60 * row) for row in range(4)]
    assert is_too_small([*body, *title], 1.0) is small


def test_a_card_of_few_pixels_is_too_small_whatever_its_title() -> None:
    assert is_too_small([_TEXT], 1.0, card=314)
    assert not is_too_small([_TEXT], 1.0, card=480)
