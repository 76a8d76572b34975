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


def test_a_card_of_few_pixels_is_too_small_whatever_its_title() -> None:
    assert is_too_small([_TEXT], 1.0, card=314)
    assert not is_too_small([_TEXT], 1.0, card=480)
