"""What the real child holds of pictures with 120 million pixels in colour, as large as any that is taken."""

from __future__ import annotations

import json
import struct
import subprocess
import zlib
from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from station_app import children
from station_app.config import child_environment
from station_app.papers.reader import Reader
from station_app.services.filing import media_type_of

pytestmark = pytest.mark.slow
_WIDTH, _HEIGHT, _STRIP = 12_000, 10_000, 100
_MOST_MB = 600  # while reading: issue 5, part 7
_MOST_MB_OF_PAGING = 200  # one such page whole has 480


def _row() -> bytes:
    """Paper, with a line of print down the page."""
    return b"\xfa\xf9\xf8" * 2_000 + b"\x10\x10\x40" * 40 + b"\xfa\xf9\xf8" * (_WIDTH - 2_040)


def _png(colours: int) -> bytes:
    row = b"\0" + (_row() if colours == 3 else b"\xfa\xf9\xf8\xff" * _WIDTH)
    deflate = zlib.compressobj(1)
    data = b"".join([*(deflate.compress(row) for _ in range(_HEIGHT)), deflate.flush()])
    head = struct.pack(">IIBBBBB", _WIDTH, _HEIGHT, 8, 2 if colours == 3 else 6, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in chunks
    )


def _tiff(*, pages: int = 1) -> bytes:
    """Every strip is the same one, written once; every page is the same, but for where the next one is."""
    strip, count = zlib.compress(_row() * _STRIP, 1), _HEIGHT // _STRIP
    at = 8 + len(strip)
    more = struct.pack("<3H", 8, 8, 8) + struct.pack(f"<{count}I", *[8] * count)
    more += struct.pack(f"<{count}I", *[len(strip)] * count)
    tags = [(256, 4, 1, _WIDTH), (257, 4, 1, _HEIGHT), (258, 3, 3, at), (259, 3, 1, 8), (262, 3, 1, 2)]
    tags += [(273, 4, count, at + 6), (277, 3, 1, 3), (278, 4, 1, _STRIP), (279, 4, count, at + 6 + 4 * count)]
    entries = struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", *each) for each in tags)
    length = len(entries) + 4
    first = at + len(more)
    following = [first + length * (page + 1) for page in range(pages - 1)] + [0]
    head = struct.pack("<2sHI", b"II", 42, first)
    return head + strip + more + b"".join(entries + struct.pack("<I", each) for each in following)


def _peak_mb(process: int) -> int:
    status = Path(f"/proc/{process}/status").read_text("ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize(
    ("made", "form"), [(lambda: _png(3), "png"), (lambda: _png(4), "png"), (_tiff, "tiff")], ids=["PNG", "RGBA", "TIFF"]
)
def test_the_largest_picture_is_read_within_the_memory_of_an_old_pc(made: Callable[[], bytes], form: str) -> None:
    content = made()
    assert media_type_of(content) == f"image/{form}"
    small = BytesIO()
    Image.new("RGB", (1240, 1754), "white").save(small, "PNG")
    with Reader() as reader:
        reader.read_page(small.getvalue(), date(2024, 5, 15))  # the models are there from now on
        reader.read_page(content, date(2024, 5, 15))
        assert reader.process is not None
        assert _peak_mb(reader.process) < _MOST_MB


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_the_largest_pages_of_a_file_are_taken_out_without_one_of_them_being_had_whole() -> None:
    content = _tiff(pages=2)
    with subprocess.Popen(
        children.command("station_app.papers.paging.child"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=child_environment(),
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(json.dumps({"size": len(content), "most": 2}).encode() + b"\n" + content)
        child.stdin.flush()
        first = json.loads(child.stdout.readline())
        page = child.stdout.read(first["size"])
        second = json.loads(child.stdout.readline())
        assert second["size"] > 2**17  # more than a pipe holds: the child waits, with all behind it
        assert _peak_mb(child.pid) < _MOST_MB_OF_PAGING
        child.kill()
    with Image.open(BytesIO(page)) as picture:
        assert picture.size == (_WIDTH, _HEIGHT)
        picture.draft("RGB", (_WIDTH // 8, _HEIGHT // 8))
        for down in (0, picture.height // 2, picture.height - 1):
            assert picture.getpixel((20, down)) == pytest.approx((250, 249, 248), abs=3)
            assert picture.getpixel((252, down)) == pytest.approx((16, 16, 64), abs=8)
