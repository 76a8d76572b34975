"""A scan of a bundle that another request is sending too: bytes from its middle never begin a file."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from central.blobs import BlobStore, Place, Upload
from central.bundles import Bundles

PIECE = 256 * 1024
SCAN = bytes(range(256)) * (4 * PIECE // 256)


class Coming:
    """A body whose pieces come one by one; ``between`` is called before the second."""

    def __init__(self, between: Callable[[], None]) -> None:
        self.left = SCAN
        self._between = between

    async def chunk(self, most: int) -> bytes:
        if len(self.left) == len(SCAN) - PIECE:
            self._between()
        chunk, self.left = self.left[: min(PIECE, most)], self.left[min(PIECE, most) :]
        return chunk

    async def skip(self, size: int) -> None:
        self.left = self.left[size:]


async def at_once(work: Callable[[], Any]) -> Any:
    return work()


def read(blobs: BlobStore, place: Place, between: Callable[[], None] = lambda: None) -> tuple[str | None, bytes]:
    """The code of what is wrong, and what is left of the body."""
    coming, anything = Coming(between), cast("Any", None)
    reading = Bundles(blobs, anything, anything, at_once)._read(
        cast("Any", coming), Upload(blobs, place, len(SCAN), 0), []
    )
    return asyncio.run(reading), coming.left


def test_a_part_that_vanishes_after_it_was_in_the_way_is_not_begun_in_the_middle(tmp_path: Path) -> None:
    blobs, place = BlobStore(tmp_path), Place("d", "r", hashlib.sha256(SCAN).hexdigest())
    part = blobs.path(place).with_suffix(".part")
    part.parent.mkdir(parents=True)
    part.write_bytes(b"of another request")
    assert read(blobs, place, lambda: part.unlink(missing_ok=True)) == ("offset_mismatch", b"")
    assert part.read_bytes() == b"of another request"


def test_a_scan_that_nobody_else_sends_is_read_to_its_end(tmp_path: Path) -> None:
    blobs, place = BlobStore(tmp_path), Place("d", "r", hashlib.sha256(SCAN).hexdigest())
    assert read(blobs, place) == (None, b"")
    assert SCAN.startswith(blobs.path(place).with_suffix(".part").read_bytes())
