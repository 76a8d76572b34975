"""When a page lies still under the camera: the moment to shoot, by small grey pictures alone."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Grey: TypeAlias = NDArray[Any]  # uint8, height x width, always of the same size; some hundred pixels wide

STILL_SECONDS = 1.0
_NOTICED = 14  # of 255: a pixel that differs by more is another
_MOVED = 0.006  # of all pixels: more than noise
_OTHER_PAGE = 0.006  # of all pixels: another page lies there
_BARER = 0.5  # detail below this share of the ground's: what was taken for the ground was a page


class Phase(StrEnum):
    """What the clerk may do now."""

    WAITING = "waiting"  # for the next page
    MOVING = "moving"  # hands, or a page that is being laid down
    SETTLING = "settling"  # it lies still: hold on


class Stillness:
    """``see`` every picture in its order. A shot is due once for each page that was laid down and lies still.

    What lies there when the camera opens counts as the ground until something moves; the bare ground is no page.
    Attribute: ``phase``.
    """

    def __init__(self, still_seconds: float = STILL_SECONDS) -> None:
        self.phase = Phase.WAITING
        self._still = still_seconds
        self._anchor: NDArray[np.int16] | None = None  # how it lay when it came to rest
        self._since = 0.0
        self._moved = False
        self._ground: NDArray[np.int16] | None = None
        self._last: NDArray[np.int16] | None = None  # the page that was shot

    def see(self, picture: Grey, at: float) -> bool:
        """Whether to shoot now. ``at``: seconds of any steady clock."""
        level = _level(picture)
        if self._anchor is None or level.shape != self._anchor.shape:
            self._ground = self._last = None  # of another form: a camera may change it while it runs
            self._rest(level, at)
            return False
        if _unlike(level, self._anchor) > _MOVED:
            self._rest(level, at)
            self._moved, self.phase = True, Phase.MOVING
            return False
        lying = at - self._since
        if lying < self._still:
            if self._moved and lying > self._still / 3:
                self.phase = Phase.SETTLING
            return False
        self.phase = Phase.WAITING
        moved, self._moved = self._moved, False
        if not moved:
            self._ground = level if self._ground is None else self._ground
            return False
        return self._is_new_page(level)

    def shot(self, picture: Grey) -> None:
        """The clerk has shot by hand: what lies there now is done."""
        self._last, self._moved, self.phase = _level(picture), False, Phase.WAITING

    def _rest(self, level: NDArray[np.int16], at: float) -> None:
        self._anchor, self._since = level, at

    def _is_new_page(self, level: NDArray[np.int16]) -> bool:
        if self._ground is not None and self._is_ground(level, self._ground):
            self._last = None
            return False
        if self._last is not None and _unlike(level, self._last) < _OTHER_PAGE:
            return False
        self._last = level
        return True

    def _is_ground(self, level: NDArray[np.int16], ground: NDArray[np.int16]) -> bool:
        if _unlike(level, ground) < _OTHER_PAGE:
            return True
        if _detail(level) < _BARER * _detail(ground):
            self._ground = level
            return True
        return False


def _level(picture: Grey) -> NDArray[np.int16]:
    """Without the exposure, which the camera changes as it likes."""
    level = picture.astype(np.int16)
    level -= np.int16(np.median(level))
    return level


def _unlike(one: NDArray[np.int16], other: NDArray[np.int16]) -> float:
    return float(np.mean(np.abs(one - other) > _NOTICED))


def _detail(level: NDArray[np.int16]) -> float:
    return float(np.abs(np.diff(level, axis=0)).mean() + np.abs(np.diff(level, axis=1)).mean())
