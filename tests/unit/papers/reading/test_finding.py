"""Outlines on pages: one paper, several, turned, tilted, cut off, none; and what is told of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from station_app.papers.reading.finding import Outline, corner_first, outlines, straightened
from station_app.papers.reading.pictures import Picture
from station_app.papers.reading.shapes import Box
from tests.samples import prints
from tests.samples.cases import case
from tests.samples.people import person
from tests.samples.pictures import id_back, id_front
from tests.samples.scanned import Corners, Scanned, camera, cut_off, flatbed, pixels_of
from tests.samples.tables import GROUNDS, shot

Draw = Callable[[Any, dict[str, Any]], Any]
_CARD = pixels_of(id_front(person(3)))
_NEAR = 0.015  # of the paper's diagonal


def _fits(outline: Outline, corners: Corners) -> bool:
    """Whether each corner lies where it is, whichever is told first."""
    told, there = np.array(outline.quad), np.array(corners)
    diagonal = np.hypot(*(there[0] - there[2]))
    return all(min(np.hypot(*(corner - each)) for each in told) < _NEAR * diagonal for corner in there)


@pytest.mark.parametrize("seed", range(4))
def test_a_card_on_the_glass(seed: int) -> None:
    page = flatbed([_CARD], seed, dpi=150, skew=8)
    (found,) = outlines(page.pixels)
    assert _fits(found, page.corners[0])
    assert not found.cut


@pytest.mark.parametrize("seed", range(4))
def test_a_card_under_a_camera(seed: int) -> None:
    page = camera(_CARD, seed, width=1600, turns=seed)
    (found,) = outlines(page.pixels)
    assert _fits(found, page.corners[0])


@pytest.mark.parametrize("ground", GROUNDS)
def test_a_card_with_round_corners_on_any_table(ground: str) -> None:
    page = shot([prints.front(person(3))], 11, ground, width=1600)
    (found,) = outlines(page.pixels, _text_on(page.corners[0]))
    assert _fits(found, page.corners[0])


def _text_on(card: Corners) -> list[Box]:
    """About where its rows stand."""
    (left, top), (right, _), _, (_, bottom) = card
    width, height = right - left, bottom - top
    rows = [(0.1, 0.14, 0.3), (0.1, 0.3, 0.5), (0.1, 0.55, 0.6), (0.1, 0.87, 0.85)]
    places = [(left + a * width, top + y * height, left + b * width) for a, y, b in rows]
    return [(a, y, b, y + 0.06 * height) for a, y, b in places]


def test_a_card_seen_from_the_side_with_a_shadow_over_it() -> None:
    page = shot([prints.back(person(3))], 5, "wood", width=1600, tilt=20, spin=25, shadow=0.4)
    (found,) = outlines(page.pixels)
    assert _fits(found, page.corners[0])


_FACTS = case(3)["certificate"]


@pytest.mark.parametrize("seed", [2, 4, 5])
@pytest.mark.parametrize("draw", [prints.booklet, prints.award])
def test_the_edge_of_a_shadow_and_the_fold_of_a_booklet_are_no_edges_of_paper(draw: Draw, seed: int) -> None:
    page = shot([draw(person(3), _FACTS)], seed, "cloth", width=1600, shadow=0.35, quality=40)
    (found,) = outlines(page.pixels, _text_on(page.corners[0]))
    assert _fits(found, page.corners[0])


@pytest.mark.parametrize("ground", ["white", "stripes", "dark"])
@pytest.mark.parametrize("seed", [2, 3, 6])
def test_a_frame_drawn_on_a_sheet_is_not_its_edge(ground: str, seed: int) -> None:
    page = shot([prints.award(person(3), _FACTS)], seed, ground, width=1600)
    (found,) = outlines(page.pixels, _text_on(page.corners[0]))
    assert _fits(found, page.corners[0])


def test_two_cards_on_one_page_from_the_top_downwards() -> None:
    page = flatbed([_CARD, pixels_of(id_back(person(3)))], 5, dpi=150)
    upper, lower = outlines(page.pixels)
    assert _fits(upper, page.corners[0])
    assert _fits(lower, page.corners[1])


def test_a_card_that_is_partly_outside_is_said_to_be_cut() -> None:
    (found,) = outlines(cut_off(flatbed([_CARD], 5, dpi=150), 0.2).pixels)
    assert found.cut


@pytest.mark.parametrize("page", [flatbed([], 1, dpi=100).pixels, np.full((600, 400, 3), 255, np.uint8)])
def test_an_empty_page_has_none(page: Picture) -> None:
    assert outlines(page) == []


def test_straight_out_of_the_page_and_back() -> None:
    page: Scanned = camera(_CARD, 2, width=2000)
    (found,) = outlines(page.pixels)
    picture, back = straightened(page.pixels, found.quad, 500)
    assert max(picture.shape[:2]) == 500
    corner = back @ np.array([0, 0, 1])
    assert np.allclose(corner[:2] / corner[2], found.quad[0], atol=1)


def test_the_documents_own_top_left_comes_first() -> None:
    quad = ((0.0, 0.0), (9.0, 0.0), (9.0, 5.0), (0.0, 5.0))
    assert corner_first(quad, 0) == quad
    assert corner_first(quad, 1)[0] == (9.0, 0.0)  # to be turned against the clock: its top is at the right
    assert corner_first(quad, 2)[0] == (9.0, 5.0)
