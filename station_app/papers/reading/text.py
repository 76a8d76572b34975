"""The recogniser: RapidOCR (its models are in the wheel) on onnxruntime, stage by stage: so it tells which way up."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # before its import: no connection is ever made

from rapidocr import RapidOCR
from rapidocr.main import RapidOCRError

from station_app.papers.reading.pictures import Picture
from station_app.papers.reading.shapes import Box, Line

_THREADS = 2
_FOUND_IN = 1088  # pixels of the longer side
_AT_ONCE = 4  # pieces; more cost memory, not time
_LONG = 1.5  # times as long as high: such a piece shows which way it lies
_LEAST_SCORE = 0.5


@dataclass(frozen=True)
class Read:
    """``turns``: quarter turns against the clock that would put the text upright. ``slant``: radians downhill."""

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
                "Det.limit_type": "max",  # letters are found in fewer pixels than they are read in
                "Det.limit_side_len": _FOUND_IN,
                "Cls.cls_batch_num": _AT_ONCE,
                "Rec.rec_batch_num": _AT_ONCE,
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

    def read(self, picture: Picture, *, upright: bool = False) -> Read:
        """What stands on a picture; of one that lies turned only the turns, unless it is said to be ``upright``."""
        engine = self._engine
        try:
            crops, found = engine.detect_and_crop(picture, {})
            straight, turned = engine.cls_and_rotate(crops)
            corners = _some(found.boxes)
            boxes = [_around(box) for box in corners]
            turns = _turns(boxes, [label for label, _ in _some(turned.cls_res)])
            if turns and not upright:
                return Read((), turns)  # reading it is most of the work
            texts = engine.recognize_txt(straight)
        except RapidOCRError:
            return Read((), 0)
        pieces = list(zip(_some(texts.txts), texts.scores, boxes, strict=True))
        lines = [
            Line(text, float(score), *box) for text, score, box in pieces if text.strip() and score >= _LEAST_SCORE
        ]
        return Read(tuple(lines), turns, _slant(corners))


def _some(found: Any) -> Any:
    """The engine says None for nothing."""
    return [] if found is None else found


def _around(corners: Any) -> Box:
    """An upright box around a slanted one."""
    xs, ys = corners[:, 0], corners[:, 1]
    return float(xs.min()), float(ys.min()), float(xs.max()), float(ys.max())


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
