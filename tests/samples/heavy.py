"""Small files whose headers claim pictures too large to be read: nobody is to decode them to find out."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

from PIL import Image


def png_of(
    size: tuple[int, int], depth: int = 8, *, interlaced: bool = False, data: bytes = zlib.compress(b"\0" * 1000)
) -> bytes:
    """In colour; ``data``: what its rows were packed into."""
    head = struct.pack(">IIBBBBB", *size, depth, 2, 0, 0, interlaced)
    chunks = ((b"IHDR", head), (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in chunks
    )


def progressive_jpeg_of(size: tuple[int, int]) -> bytes:
    data = BytesIO()
    Image.new("RGB", (16, 16)).save(data, "JPEG", progressive=True)
    content = bytearray(data.getvalue())
    at = content.index(b"\xff\xc2") + 5  # behind the marker, its length and the bits of a sample
    content[at : at + 4] = struct.pack(">HH", size[1], size[0])
    return bytes(content)


TOO_LARGE_TO_BE_READ = {
    "interlaced": (png_of((6_000, 5_001), interlaced=True), "picture_too_heavy"),
    "sixteen bits": (png_of((6_000, 5_001), 16), "picture_too_heavy"),
    "progressive": (progressive_jpeg_of((10_000, 8_001)), "picture_too_heavy"),
    "too many pixels": (png_of((12_000, 10_001)), "picture_too_large"),
    "far too many pixels": (png_of((40_000, 40_000)), "picture_too_large"),
}
