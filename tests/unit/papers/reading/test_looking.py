"""How closely a page is looked at, and what of that serves again."""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np

from station_app.papers.reading.looking import Look, looked
from station_app.papers.reading.pictures import Picture
from station_app.papers.reading.shapes import Pieces, boxes_of
from station_app.papers.reading.sides import Quad
from station_app.papers.reading.text import Recogniser

_CARD = (300, 400, 1500, 1150)  # on a page of 2400 x 1800
_WHOLE: Quad = ((0, 0), (2399, 0), (2399, 1799), (0, 1799))


class _Seeing(Recogniser):
    """Finds text in the same places of the page in however many pixels it is shown."""

    def __init__(self, *places: tuple[int, int]) -> None:
        self.places = places
        self.seen: list[int] = []  # pixels of the longer side

    def find(self, picture: Picture, found_in: int = 0) -> Pieces:
        scale = max(picture.shape[:2]) / 2400
        self.seen.append(max(picture.shape[:2]))
        return np.array([_piece(x, y) for x, y in self.places], np.float32).reshape(-1, 4, 2) * np.float32(scale)


def _piece(left: int, top: int) -> list[tuple[int, int]]:
    return [(left, top), (left + 300, top), (left + 300, top + 40), (left, top + 40)]


def _page(*, card: bool) -> Picture:
    page = np.full((1800, 2400, 3), 90 if card else 240, np.uint8)
    if card:
        cv2.rectangle(page, _CARD[:2], _CARD[2:], (235, 235, 235), cv2.FILLED)
    return page


_ON_CARD = [(400, 500), (400, 650), (400, 800), (900, 950)]
_BESIDE = [(1800, 300), (1800, 500), (1800, 700)]


def test_a_page_whose_papers_hold_all_text_is_looked_at_from_afar_only() -> None:
    recogniser = _Seeing(*_ON_CARD)
    look = looked(_page(card=True), recogniser)
    assert recogniser.seen == [640]
    assert (len(look.found), len(look.boxes), look.outside) == (1, 4, [])


def test_what_lies_beside_is_looked_at_closer() -> None:
    recogniser = _Seeing(*_ON_CARD, *_BESIDE)
    look = looked(_page(card=True), recogniser)
    assert recogniser.seen == [640, 960]
    assert (len(look.found), len(look.outside)) == (1, 3)


def test_a_page_without_text_is_looked_at_closer_before_it_is_called_blank() -> None:
    recogniser = _Seeing()
    assert looked(_page(card=False), recogniser).boxes == ()
    assert recogniser.seen == [640, 960]


def test_letters_of_a_sheet_as_large_as_its_page_are_not_looked_for_again() -> None:
    look = looked(_page(card=False), _Seeing(*_ON_CARD, *_BESIDE))
    half = np.diag([0.5, 0.5, 1.0])
    letters = look.letters_in(_WHOLE, half, wanted=1000)
    assert letters is not None
    assert np.allclose(boxes_of(letters)[0], (200, 250, 350, 270), atol=1)
    assert look.letters_in(_WHOLE, half, wanted=1200) is None  # there they would be too coarse
    assert look.letters_in(cast("Quad", ((0, 0), (9, 0), (9, 9), (0, 9))), half, wanted=1) is None  # none of them


def test_from_afar_letters_are_too_coarse_to_be_read() -> None:
    look = looked(_page(card=True), _Seeing(*_ON_CARD))
    assert isinstance(look, Look)
    assert look.letters_in(look.found[0].quad, np.eye(3), wanted=800) is None
