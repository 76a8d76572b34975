"""Pages of a TIFF too large to be had whole: taken out in bands, they are the same pictures."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageSequence
from PIL.TiffImagePlugin import TiffImageFile

from station_app.errors import UserError
from station_app.papers import bands
from station_app.papers.paging import long_jpeg, tiff
from station_app.papers.paging.page import FilePage, encoded

_RANDOM = np.random.default_rng(20240515)
_SIZE = (90, 700)


def _page(mode: str) -> Image.Image:
    picture = Image.fromarray(_RANDOM.integers(0, 256, (_SIZE[1] // 4, _SIZE[0] // 3, 3), np.uint8)).resize(_SIZE)
    return picture.quantize(200) if mode == "P" else picture.convert(mode)


def _file(*pages: Image.Image, **how: Any) -> bytes:
    data = io.BytesIO()
    pages[0].save(data, "TIFF", save_all=True, append_images=pages[1:], **how)
    return data.getvalue()


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the memory held no whole picture."""
    for room in (bands, tiff):
        monkeypatch.setattr(room, "WHOLE_BYTES", 90 * 260 * 4)


def _only_bands(monkeypatch: pytest.MonkeyPatch) -> None:
    load = TiffImageFile.load

    def loaded(picture: TiffImageFile) -> Any:
        assert picture.height <= 256
        return load(picture)

    monkeypatch.setattr(TiffImageFile, "load", loaded)


def _pixels(page: FilePage) -> Any:
    with Image.open(io.BytesIO(page.content)) as picture:
        return np.asarray(picture)


_FORMS: dict[str, tuple[str, dict[str, Any]]] = {
    **{how: ("RGB", {"compression": how}) for how in ("raw", "tiff_lzw", "tiff_adobe_deflate", "jpeg")},
    "few rows": ("RGB", {"compression": "tiff_lzw", "tiffinfo": {278: 3}}),
    "alpha": ("RGBA", {"compression": "tiff_lzw"}),
    "CMYK": ("CMYK", {"compression": "tiff_lzw"}),
}


@pytest.mark.parametrize("form", list(_FORMS))
def test_pages_in_bands_are_the_same_pixels(form: str, narrow: None, monkeypatch: pytest.MonkeyPatch) -> None:
    mode, how = _FORMS[form]
    content = _file(_page(mode), _page(mode), dpi=(300, 300), **how)
    with Image.open(io.BytesIO(content)) as file:
        whole = [encoded(frame) for frame in ImageSequence.Iterator(file)]
    _only_bands(monkeypatch)
    found = list(tiff.pages(content, 2))
    assert [each.media_type for each in found] == ["image/jpeg"] * 2
    for page, wanted in zip(found, whole, strict=True):
        assert np.array_equal(_pixels(page), _pixels(wanted))
        with Image.open(io.BytesIO(page.content)) as picture:
            assert picture.info["dpi"] == (300, 300)


def test_a_palette_that_fits_and_its_colours_do_not(narrow: None) -> None:
    content = _file(_page("P"), _page("P"))
    with Image.open(io.BytesIO(content)) as file:
        whole = [encoded(frame) for frame in ImageSequence.Iterator(file)]
    for page, wanted in zip(tiff.pages(content, 2), whole, strict=True):
        assert np.array_equal(_pixels(page), _pixels(wanted))
        assert b"\xff\xd7" in page.content  # restarts: it was encoded in bands


@pytest.mark.parametrize("how", [{274: 6}, {278: 700}], ids=["turned", "one strip"])
def test_what_cannot_be_had_in_parts_is_had_whole_within_bounds(
    how: dict[int, int], narrow: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = _file(_page("RGB"), _page("RGB"), compression="tiff_lzw", tiffinfo=how)
    assert len(list(tiff.pages(content, 2))) == 2
    monkeypatch.setattr(tiff, "_ELSE_WHOLE", 90 * 700 * 4 - 1)
    with pytest.raises(UserError, match="picture_too_heavy"):
        list(tiff.pages(content, 2))


def test_a_page_whose_end_is_missing_is_unreadable(narrow: None) -> None:
    content = _file(_page("RGB"), _page("RGB"), compression="raw")
    cut = bytearray(content)
    at = content.rindex(_page_end(content))
    cut[at : at + 40] = b""
    with pytest.raises(UserError, match="scan_unreadable"):
        list(tiff.pages(bytes(cut), 2))


def _page_end(content: bytes) -> bytes:
    return content[-60:-20]


def test_bands_that_end_too_early_are_no_picture() -> None:
    with pytest.raises(SyntaxError):
        long_jpeg.jpeg_of([Image.new("RGB", (90, 300))], (90, 301), 90, (0, 0))


def test_more_rows_than_a_jpeg_may_have_are_refused() -> None:
    with pytest.raises(UserError, match="picture_too_large"):
        long_jpeg.jpeg_of(iter(()), (90, 65_501), 90, (0, 0))


@pytest.mark.parametrize("height", [1, 255, 256, 257, 512, 2_300])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_every_height_comes_out(mode: str, height: int) -> None:
    picture = _page(mode).resize((33, height))
    parts = [picture.crop((0, top, 33, min(top + 100, height))) for top in range(0, height, 100)]
    data = io.BytesIO()
    picture.save(data, "JPEG", quality=92)
    made = long_jpeg.jpeg_of(parts, (33, height), 92, (0, 0))
    assert np.array_equal(_pixels(FilePage(made, "")), _pixels(FilePage(data.getvalue(), "")))
