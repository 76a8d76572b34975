"""The recogniser: RapidOCR (its models are in the wheel) on onnxruntime, stage by stage: so it tells which way up."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # before its import: no connection is ever made

from rapidocr import RapidOCR
from rapidocr.main import RapidOCRError

from station_app.papers.reading.pictures import Picture
from station_app.papers.reading.shapes import Box, Line

_THREADS = 2
FOUND_IN = 1088  # pixels of the longer side: letters are found in fewer than they are read in
_AT_ONCE = 2  # pieces; each is padded to the longest of them
_SHORTEST = (3, 48, 96)  # channels, height, width that a piece is padded to: 320 by itself, mostly for nothing
_LONG = 1.5  # times as long as high: such a piece shows which way it lies
_LEAST_SCORE = 0.5


@dataclass(frozen=True)
class Read:
    """``turns``: quarter turns against the clock that put the text upright. ``slant``: radians downhill."""

    lines: tuple[Line, ...]
    turns: int
    slant: float = 0.0


class Recogniser:
    """Loads the models, about a second; then any number of pictures."""

    def __init__(self) -> None:
        self._engine = RapidOCR(
            params={
                "Global.log_level": "critical",
                "Global.use_preprocess_img": False,
                "Global.use_vertical_padding": False,
                "Det.limit_type": "max",
                "Det.limit_side_len": FOUND_IN,
                "Cls.cls_batch_num": _AT_ONCE,
                "Rec.rec_batch_num": _AT_ONCE,
                "Rec.rec_img_shape": list(_SHORTEST),
                "EngineConfig.onnxruntime.intra_op_num_threads": _THREADS,
            }
        )

    def find(self, picture: Picture) -> list[Box]:
        """Where text is, nothing of what it says."""
        try:
            _, found = self._engine.detect_and_crop(picture, {})
        except RapidOCRError:  # there is none
            return []
        return [_around(box) for box in _some(found.boxes)]

    def read(self, picture: Picture, found_in: int = FOUND_IN, *, as_it_lies: bool = False) -> Read:
        """What stands on a picture, as it would lie upright. ``found_in``: pixels of the longer side in which letters
        are looked for; ``as_it_lies``: without turning what lies turned.
        """
        try:
            corners = self._corners(picture, found_in)
            pieces, labels = self._pieces(picture, corners)
            turns = 0 if as_it_lies else _turns([_around(box) for box in corners], labels)
            if turns:  # letters are where they were: finding them again would be a third of the work
                picture, corners = np.rot90(picture, turns), _turned(corners, picture.shape, turns)
                pieces, _ = self._pieces(picture, corners)
            texts = self._engine.recognize_txt(pieces)
        except RapidOCRError:
            return Read((), 0)
        found = zip(_some(texts.txts), texts.scores, [_around(box) for box in corners], strict=True)
        lines = [Line(text, float(score), *box) for text, score, box in found if text.strip() and score >= _LEAST_SCORE]
        return Read(tuple(lines), turns, _slant(corners))

    def _corners(self, picture: Picture, found_in: int) -> NDArray[Any]:
        """Of the pieces of text, each from its upper left on."""
        scale = min(1.0, found_in / max(picture.shape[:2]))
        small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else picture
        _, found = self._engine.detect_and_crop(small, {})
        return np.asarray(_some(found.boxes) / np.float32(scale))

    def _pieces(self, picture: Picture, corners: NDArray[Any]) -> tuple[list[Picture], list[str]]:
        """Pictures of the pieces, each the right way up, and whether it had to be turned for that."""
        straight, turned = self._engine.cls_and_rotate(self._engine.crop_text_regions(picture, corners))
        return straight, [label for label, _ in _some(turned.cls_res)]


def _some(found: Any) -> Any:
    """The engine says None for nothing."""
    return [] if found is None else found


def _around(corners: Any) -> Box:
    """An upright box around a slanted one."""
    xs, ys = corners[:, 0], corners[:, 1]
    return float(xs.min()), float(ys.min()), float(xs.max()), float(ys.max())


def _turned(corners: NDArray[Any], shape: Sequence[int], turns: int) -> NDArray[Any]:
    """Where corners lie when their picture is turned by quarters against the clock; again each from its upper left."""
    height, width = shape[:2]
    for _ in range(turns):
        corners = np.stack([corners[:, :, 1], width - 1 - corners[:, :, 0]], axis=2)[:, [1, 2, 3, 0]]
        height, width = width, height
    return corners.astype(np.float32)


def _slant(pieces: Any) -> float:
    """Of the upper edges of long pieces, the middle one."""
    edges = [(box[1][0] - box[0][0], box[1][1] - box[0][1], box[3][1] - box[0][1]) for box in pieces]
    slants = sorted(math.atan2(down, across) for across, down, height in edges if across > 3 * abs(height) > 0)
    return slants[len(slants) // 2] if slants else 0.0


def _turns(boxes: Sequence[Box], labels: Sequence[str]) -> int:
    """By majority of the long pieces, weighted by their length.

    The engine turns a high piece a quarter against the clock before it looks whether it stands on its head.
    """
    votes = [0.0] * 4
    for (left, top, right, bottom), label in zip(boxes, labels, strict=True):
        width, height = right - left, bottom - top
        upside_down = "180" in label
        if width >= _LONG * height:
            votes[2 if upside_down else 0] += width
        elif height >= _LONG * width:
            votes[3 if upside_down else 1] += height
    return max(range(4), key=lambda turns: votes[turns])
