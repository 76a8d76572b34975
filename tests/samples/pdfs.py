"""PDF files written by hand, so that every byte of the pictures in them is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO

from PIL import Image

Objects = dict[int, bytes]


def pdf_of(objects: Objects, extra: bytes = b"") -> bytes:
    """A whole file; object 1 is the catalogue."""
    out = BytesIO()
    out.write(b"%PDF-1.7\n")
    starts = {}
    for number, body in sorted(objects.items()):
        starts[number] = out.tell()
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    table = out.tell()
    size = max(objects) + 1
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % size)
    for number in range(1, size):
        out.write(b"%010d 00000 n \n" % starts[number] if number in starts else b"0000000000 00000 f \n")
    out.write(b"trailer\n<< /Size %d /Root 1 0 R %s>>\nstartxref\n%d\n%%%%EOF\n" % (size, extra, table))
    return out.getvalue()


def stream(body: bytes, words: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(body), words, body)


def scanned_pdf(pictures: Sequence[bytes], over: bytes = b"", page: bytes = b"", image: bytes = b"") -> bytes:
    """JPEGs, each filling a page at 150 dpi, as a scanner makes it.

    ``over``: what is drawn over each; ``page``, ``image``: more entries of the page and of the picture.
    """
    objects: Objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: b"<< /Type /Pages /Count %d /Kids [%s] >>"
        % (len(pictures), b" ".join(b"%d 0 R" % (10 + 3 * at) for at in range(len(pictures)))),
        3: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    }
    for at, content in enumerate(pictures):
        objects |= _scanned_page(10 + 3 * at, content, over, page, image)
    return pdf_of(objects)


def _scanned_page(number: int, content: bytes, over: bytes, page: bytes, image: bytes) -> Objects:
    with Image.open(BytesIO(content)) as picture:
        across, down = picture.size
        space = {"L": b"/DeviceGray", "RGB": b"/DeviceRGB", "CMYK": b"/DeviceCMYK"}[picture.mode]
    width, height = across * 72 / 150, down * 72 / 150
    drawn = b"q %.3f 0 0 %.3f 0 0 cm /Im0 Do Q\n" % (width, height) + over
    return {
        number: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %.3f %.3f] /Contents %d 0 R /Resources "
        b"<< /XObject << /Im0 %d 0 R >> /Font << /F1 3 0 R >> >> %s >>" % (width, height, number + 1, number + 2, page),
        number + 1: stream(drawn),
        number + 2: stream(
            content,
            b"/Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace %s /BitsPerComponent 8 "
            b"/Filter /DCTDecode %s" % (across, down, space, image),
        ),
    }


def empty_pdf() -> bytes:
    return pdf_of({1: b"<< /Type /Catalog /Pages 2 0 R >>", 2: b"<< /Type /Pages /Count 0 /Kids [] >>"})


def drawn_pdf(
    drawn: bytes, size: tuple[float, float] = (595, 842), more: Mapping[int, bytes] = {}, page: bytes = b""
) -> bytes:
    """One page that is drawn: no picture in it. ``size`` in points."""
    return pdf_of({
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: b"<< /Type /Pages /Count 1 /Kids [4 0 R] >>",
        3: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        4: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %f %f] /Contents 5 0 R "
        b"/Resources << /Font << /F1 3 0 R >> >> %s >>" % (*size, page),
        5: stream(drawn),
        **more,
    })  # fmt: skip


def jpeg_page(colour: str, words: str = "", size: tuple[int, int] = (1240, 877), mode: str = "RGB") -> bytes:
    """A page that another is not mistaken for."""
    from PIL import ImageDraw

    picture = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((80, 80, size[0] // 2, size[1] // 3), fill=colour)
    pen.text((100, size[1] // 2), words, fill="black")
    data = BytesIO()
    picture.convert(mode).save(data, "JPEG", quality=88)
    return data.getvalue()
