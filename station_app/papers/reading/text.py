"""The recogniser: RapidOCR (its models are in the wheel) on onnxruntime, stage by stage: so it tells which way up."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import cv2
import numpy as np

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # before its import: no connection is ever made

from rapidocr import RapidOCR
from rapidocr.main import RapidOCRError

from station_app.papers.reading.pictures import Picture
from station_app.papers.reading.shapes import Box, Line, Pieces, boxes_of

_CORES = 2
FOUND_IN = 1088  # pixels of the longer side: letters are found in fewer than they are read in
_SHORTEST = (3, 48, 96)  # channels, height, width that a piece is padded to: 320 by itself, mostly for nothing
_LONG = 1.5  # times as long as high: such a piece shows which way it lies
_LEAST_SCORE = 0.5
_NONE: Pieces = np.empty((0, 4, 2), np.float32)


@dataclass(frozen=True)
class Read:
    """``turns``: quarter turns against the clock that put the text upright. ``slant``: radians downhill."""

    lines: tuple[Line, ...]
    turns: int
    slant: float = 0.0


class Recogniser:
    """Loads the models, about a second; then any number of pictures.

    Letters are looked for with all cores on one picture; pieces are read one on each core, which a model of so small
    pictures uses better.
    """

    def __init__(self) -> None:
        self._finding, self._reading = _engine(_CORES), _engine(1)  # each loads only the models that it is asked for

    def find(self, picture: Picture, found_in: int = FOUND_IN) -> Pieces:
        """Where text is, nothing of what it says. ``found_in``: pixels of the longer side in which it is looked for."""
        scale = min(1.0, found_in / max(picture.shape[:2]))
        small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else picture
        try:
            _, found = self._finding.detect_and_crop(small, {})
        except RapidOCRError:  # there is none
            return _NONE
        return np.asarray(found.boxes, np.float32) / np.float32(scale)

    def read(self, picture: Picture, found: Pieces, *, as_it_lies: bool = False) -> Read:
        """What stands in these places of a picture, as it would lie upright. ``as_it_lies``: without turning what lies
        turned.
        """
        if not len(found):
            return Read((), 0)
        turns = 0
        pieces, labels = self._pieces(picture, found)
        if not as_it_lies:
            turns = _turns(boxes_of(found), labels)
            if turns:  # letters are where they were: finding them again would be a third of the work
                picture, found = np.rot90(picture, turns), _turned(found, picture.shape, turns)
            pieces = self._upright(picture, found)
        read = zip(self._texts(pieces), boxes_of(found), strict=True)
        lines = [Line(text, score, *box) for (text, score), box in read if text.strip() and score >= _LEAST_SCORE]
        return Read(tuple(lines), turns, _slant(found))

    def _pieces(self, picture: Picture, corners: Pieces) -> tuple[list[Picture], list[str]]:
        """Pictures of the pieces, each the right way up, and whether it had to be turned for that."""
        straight, turned = self._finding.cls_and_rotate(self._finding.crop_text_regions(picture, corners))
        return straight, [label for label, _ in turned.cls_res or ()]

    def _upright(self, picture: Picture, found: Pieces) -> list[Picture]:
        """Of a picture that stands upright: each alone the engine would turn a number on its head now and then. Only
        what is written downwards it has to look at.
        """
        pieces = self._finding.crop_text_regions(picture, found)
        down = [at for at, (left, top, right, bottom) in enumerate(boxes_of(found)) if bottom - top >= right - left]
        if down:
            looked_at, _ = self._finding.cls_and_rotate([pieces[at] for at in down])
            for at, piece in zip(down, looked_at, strict=True):
                pieces[at] = piece
        return pieces

    def _texts(self, pieces: Sequence[Picture]) -> list[tuple[str, float]]:
        """What each says, and how surely."""
        with ThreadPoolExecutor(_CORES) as cores:
            return list(cores.map(self._text, pieces))

    def _text(self, piece: Picture) -> tuple[str, float]:
        found = self._reading.recognize_txt([piece])
        return (found.txts or [""])[0], float((found.scores or [0.0])[0])


def _engine(threads: int) -> RapidOCR:
    return RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.use_preprocess_img": False,
            "Global.use_vertical_padding": False,
            "Det.limit_type": "max",
            "Det.limit_side_len": FOUND_IN,
            "Cls.cls_batch_num": _CORES,
            "Rec.rec_img_shape": list(_SHORTEST),
            "EngineConfig.onnxruntime.intra_op_num_threads": threads,
        }
    )


def _turned(corners: Pieces, shape: Sequence[int], turns: int) -> Pieces:
    """Where corners lie when their picture is turned by quarters against the clock; again each from its upper left."""
    height, width = shape[:2]
    for _ in range(turns):
        corners = np.stack([corners[:, :, 1], width - 1 - corners[:, :, 0]], axis=2)[:, [1, 2, 3, 0]]
        height, width = width, height
    return corners.astype(np.float32)


def _slant(pieces: Pieces) -> float:
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
