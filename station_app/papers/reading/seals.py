"""What stands under the red seal of a certificate: there a page is read by its red light alone, in which the seal is as
bright as the paper. A number that a seal hides the end of reads as a shorter one, and surely.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from station_app.papers.reading.pictures import Picture
from station_app.papers.reading.shapes import Box

_RED, _BRIGHT = 35, 110  # levels by which red leads; its least
_SEEN_IN = 900  # pixels of the longer side that are enough to find a seal
_JOIN = 90  # parts of the longer side: letters and ring of a seal stand so close
_LEAST, _MOST = 0.1, 0.45  # of the longer side: a seal's width, and no character of a title's
_ROUND = 1.43  # its sides apart at most
_INK = 0.08  # of its box that is red at least
_UNDER = (110.0, 205.0)  # red light of print under a seal and of paper under it
_RIM = 0.04  # of a seal's width: as far as its ink runs out


def without_seals(picture: Picture) -> Picture:
    """The same picture if there is none."""
    found = seals_on(picture)
    clear = picture.copy() if found else picture
    for left, top, right, bottom in found:
        rim = _RIM * (right - left)
        place = np.s_[max(0, int(top - rim)) : int(bottom + rim), max(0, int(left - rim)) : int(right + rim)]
        clear[place] = without_red(picture[place])
    return clear


def seals_on(picture: Picture) -> list[Box]:
    """Round red marks, neither frames nor titles."""
    scale = min(1.0, _SEEN_IN / max(picture.shape[:2]))
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else picture
    longest = max(small.shape[:2])
    reach = max(3, longest // _JOIN)
    joined = cv2.morphologyEx(_red(small), cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(np.asarray(joined, np.uint8))
    found = []
    for left, top, width, height, area in stats[1:count].tolist():
        is_size = min(width, height) > _LEAST * longest and max(width, height) < _MOST * longest
        if is_size and 1 / _ROUND < width / height < _ROUND and area > _INK * width * height:
            found.append((left / scale, top / scale, (left + width) / scale, (top + height) / scale))
    return found


def without_red(part: Picture) -> Picture:
    """By its red light alone; print under the ink as dark as elsewhere."""
    light = part[:, :, 2].astype(np.float32)
    paper = float(np.percentile(light, 80))
    dark, bright = _UNDER
    inked = cv2.dilate(_red(part), np.ones((3, 3), np.uint8)) > 0
    clear = np.where(inked, (light - dark) * paper / (bright - dark), light).clip(0, paper)
    return np.asarray(cv2.cvtColor(clear.astype(np.uint8), cv2.COLOR_GRAY2BGR))


def _red(picture: Picture) -> NDArray[Any]:
    blue, green, red = cv2.split(picture)
    leads = cv2.subtract(red, cv2.max(blue, green))
    return ((leads > _RED) & (red > _BRIGHT)).astype(np.uint8)
