"""When to shoot: one shot for each page that was laid down and lies still, none for hands, the table or the light."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import cv2
import numpy as np
import pytest

from tests.unit.ui.camera.clips import FPS, Frame, desk, laid_down, noisy, papers, with_page
from ui.camera.frames import grey_of
from ui.camera.stillness import Phase, Stillness


def _shots(frames: Iterable[Frame], stillness: Stillness | None = None) -> list[int]:
    """The numbers of the frames that are shot."""
    watched = stillness or Stillness()
    return [at for at, frame in enumerate(frames) if watched.see(grey_of(frame, 200), at / FPS)]


def _still(frame_of: Frame, seconds: float) -> Iterator[Frame]:
    yield from (noisy(frame_of, seed) for seed in range(round(seconds * FPS)))


def test_each_page_that_is_laid_down_is_shot_once_and_after_a_second_of_rest() -> None:
    pages = papers()
    shots = _shots(laid_down(pages, still=4.0))
    assert len(shots) == len(pages)
    came_to_rest = 15 + 5
    assert came_to_rest + FPS <= shots[0] <= came_to_rest + FPS + 2


def test_pages_that_are_changed_without_an_empty_table_are_shot_each() -> None:
    one, other, *_ = papers()
    lying = [with_page(page, (100, 80)) for page in (one, other)]
    frames = [desk(), *_still(lying[0], 2), *_still(lying[1], 2)]
    assert len(_shots(frames)) == 2


def test_a_hand_over_the_page_makes_no_second_shot() -> None:
    lying = with_page(papers()[0], (100, 80))
    hand = lying.copy()
    cv2.circle(hand, (310, 310), 95, (120, 150, 190), -1)
    frames = [*_still(desk(), 2), *_still(lying, 2), *_still(hand, 0.5), *_still(lying, 3)]
    assert len(_shots(frames)) == 1


def test_the_same_page_laid_down_again_after_an_empty_table_is_shot_again() -> None:
    lying = with_page(papers()[0], (100, 80))
    frames = [*_still(desk(), 2), *_still(lying, 2), *_still(desk(), 2), *_still(lying, 2)]
    assert len(_shots(frames)) == 2


def test_pages_go_on_being_shot_where_the_camera_changes_its_format() -> None:
    pages = papers()[:2]
    frames = [*laid_down(pages[:1]), *(frame[:450] for frame in laid_down(pages[1:]))]
    assert len(_shots(frames)) == 2


def test_a_page_that_creeps_is_not_still() -> None:
    page = papers()[0]
    frames = [*_still(desk(), 2), *(with_page(page, (100 + 4 * step, 80), step) for step in range(60))]
    assert _shots(frames) == []


def test_the_table_is_no_page_whatever_lay_there_at_the_beginning() -> None:
    lying = with_page(papers()[0], (100, 80))
    frames = [*_still(lying, 3), *_still(desk(), 3)]
    stillness = Stillness()
    assert _shots(frames, stillness) == []
    assert stillness.phase is Phase.WAITING
    assert len(_shots([desk(), *_still(lying, 3)])) == 1


@pytest.mark.parametrize("by", [-25, 25])
def test_a_lamp_that_is_switched_is_no_page(by: int) -> None:
    lit = np.clip(desk().astype(np.int16) + by, 0, 255).astype(np.uint8)
    assert _shots([*_still(desk(), 2), *_still(lit, 3)]) == []


def test_after_a_shot_by_hand_the_same_page_is_not_shot_again() -> None:
    lying = with_page(papers()[0], (100, 80))
    stillness = Stillness()
    assert _shots([*_still(desk(), 2), *_still(lying, 0.5)], stillness) == []
    stillness.shot(grey_of(lying, 200))
    later = [stillness.see(grey_of(frame, 200), 2.5 + at / FPS) for at, frame in enumerate(_still(lying, 3))]
    assert not any(later)


def test_what_the_clerk_may_do_is_said() -> None:
    stillness = Stillness()
    lying = with_page(papers()[0], (100, 80))
    said: list[Phase] = []
    for at, frame in enumerate([*_still(desk(), 2), *_still(lying, 2)]):
        stillness.see(grey_of(frame, 200), at / FPS)
        if not said or said[-1] is not stillness.phase:
            said.append(stillness.phase)
    assert said == [Phase.WAITING, Phase.MOVING, Phase.SETTLING, Phase.WAITING]


def test_a_camera_that_changes_its_size_begins_anew() -> None:
    stillness = Stillness()
    assert not stillness.see(grey_of(desk(), 200), 0.0)
    assert not stillness.see(grey_of(desk(), 120), 5.0)
