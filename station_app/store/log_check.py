"""Whether the write-ahead log still holds what was committed, looked at before SQLite does.

SQLite takes a log up to its first bad frame and says nothing of the rest; a log that is gone is an empty one to it.
Two witnesses tell otherwise. ``store.db-shm``, which outlives a killed process, names the frame of the last commit; it
is written after the log was synced, so it never promises too much. ``store.open`` lies here while the store is open:
with it and without a log, the log was taken away.

The layouts: https://www.sqlite.org/walformat.html (big-endian log header and frames; the index in native order).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

MARK = "store.open"
_HEADER, _FRAME_HEADER = 32, 24
_MAGIC = (0x377F0682, 0x377F0683)
_MOST_SUMMED = 4000  # frames, 16 MB: a third of a second at most; of those behind them only the salts are looked at
_BACKFILLED = 96  # where the index says how many frames are in the database already


@dataclass(frozen=True)
class _Promise:
    """What the index says: so many frames of the log with these salts are committed, so many moved already."""

    frames: int
    moved: int
    salts: tuple[int, int]


def lost_from_log(database: Path) -> str | None:
    """``log_missing``, ``log_short``, or None where nothing that was committed is known to be gone.

    Nobody may have the store open. Raises OSError.
    """
    log, index = (database.with_name(database.name + end) for end in ("-wal", "-shm"))
    promise = _promise(_read(index))
    content = _read(log)
    if len(content) < _HEADER:
        marked = database.with_name(MARK).exists() and not log.exists()
        return "log_missing" if marked or (promise is not None and promise.moved < promise.frames) else None
    if promise is None or promise.moved >= promise.frames:
        return None
    if not _header_holds(content):
        return "log_short"
    salts = struct.unpack_from(">2I", content, 16)
    if salts != promise.salts:  # a later log than the index knows of is what a power cut leaves
        return "log_short" if (salts[0] - promise.salts[0]) % 2**32 > 2**31 else None
    return "log_short" if _whole_frames(content) < promise.frames else None


def _read(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def _promise(index: bytes) -> _Promise | None:
    """The index's header, which is there twice; None where the two differ or nobody has written it yet."""
    if len(index) < _BACKFILLED + 4 or index[:48] != index[48:96]:
        return None
    initialised, frames = index[12], struct.unpack_from("=I", index, 16)[0]
    if not initialised:
        return None
    # the index keeps the salts as the log's bytes stand
    salts = struct.unpack(">2I", index[32:40])
    return _Promise(frames, struct.unpack_from("=I", index, _BACKFILLED)[0], (salts[0], salts[1]))


def _whole_frames(log: bytes) -> int:
    """Frames from the first on whose salts and running checksum hold; the log's own header does."""
    magic, _, page = struct.unpack_from(">3I", log)
    words, size = (">" if magic & 1 else "<"), _FRAME_HEADER + page
    sums, count = struct.unpack_from(">2I", log, 24), 0
    for start in range(_HEADER, len(log) - size + 1, size):
        head = log[start : start + _FRAME_HEADER]
        if head[8:16] != log[16:24]:
            break
        if count < _MOST_SUMMED:
            sums = _checksum(head[:8] + log[start + _FRAME_HEADER : start + size], words, sums)
            if sums != struct.unpack(">2I", head[16:24]):
                break
        count += 1
    return count


def _header_holds(log: bytes) -> bool:
    (magic,) = struct.unpack_from(">I", log)
    words = ">" if magic & 1 else "<"
    return magic in _MAGIC and _checksum(log[:24], words, (0, 0)) == struct.unpack_from(">2I", log, 24)


def _checksum(data: bytes, order: str, sums: tuple[int, int]) -> tuple[int, int]:
    first, second = sums
    for one, two in struct.iter_unpack(f"{order}2I", data):
        first = (first + one + second) & 0xFFFFFFFF
        second = (second + two + first) & 0xFFFFFFFF
    return first, second
