"""Pictures too large to be had whole: in bands they are the same pixels, and what cannot be had so is refused."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile

from station_app.errors import UserError
from station_app.papers import bands
from station_app.papers.reading import pictures
from station_app.services.filing import media_type_of
from tests.samples.heavy import png_of

_RANDOM = np.random.default_rng(20240515)


def _page(mode: str) -> Image.Image:
    """No two rows alike, 700 rows."""
    picture = Image.fromarray(_RANDOM.integers(0, 256, (700, 90, 3), np.uint8))
    if mode == "P":
        return picture.quantize(200)
    picture = picture.convert(mode)
    if mode in ("RGBA", "LA"):
        picture.putalpha(Image.fromarray(_RANDOM.integers(0, 256, (700, 90), np.uint8)))
    return picture


def _file(picture: Image.Image, form: str, **how: Any) -> bytes:
    data = io.BytesIO()
    picture.save(data, form, **how)
    return data.getvalue()


def _made(mode: str, form: str, **how: Any) -> bytes:
    return _file(_page(mode), form, **how)


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the memory held no whole picture."""
    monkeypatch.setattr(bands, "WHOLE_BYTES", 90 * 260 * 4)


def _stacked(content: bytes) -> Image.Image:
    with Image.open(io.BytesIO(content)) as picture:
        found = list(bands.bands_of(content, picture))
        assert len(found) > 1
        assert max(each.height for each in found) <= 256
        whole = Image.new(found[0].mode, picture.size)
        top = 0
        for each in found:
            whole.paste(each, (0, top))
            top += each.height
        assert top == picture.height
    if found[0].mode == "P":
        whole.putpalette(found[0].getpalette() or [])
    return whole


_FORMS: dict[str, Callable[[], bytes]] = {
    **{f"png {mode}": partial(_made, mode, "PNG") for mode in ("RGB", "RGBA", "LA", "L", "P")},
    **{
        f"tiff {how}": partial(_made, "RGB", "TIFF", compression=how)
        for how in ("raw", "tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg")
    },
    "tiff predicted": partial(_made, "RGB", "TIFF", compression="tiff_lzw", tiffinfo={317: 2}),
    "tiff RGBA": partial(_made, "RGBA", "TIFF", compression="tiff_lzw"),
    "tiff CMYK": partial(_made, "CMYK", "TIFF", compression="tiff_lzw"),
    "tiff few rows": partial(_made, "RGB", "TIFF", compression="tiff_lzw", tiffinfo={278: 3}),
}


@pytest.mark.parametrize("form", list(_FORMS))
def test_bands_are_the_same_pixels(form: str, narrow: None) -> None:
    content = _FORMS[form]()
    with Image.open(io.BytesIO(content)) as whole:
        assert np.array_equal(np.asarray(_stacked(content).convert("RGBA")), np.asarray(whole.convert("RGBA")))


@pytest.mark.parametrize("form", ["png RGB", "png RGBA", "tiff tiff_lzw", "png P"])
def test_a_large_picture_is_made_smaller_as_if_it_were_whole(
    form: str, narrow: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = _FORMS[form]()
    (whole,) = pictures.pages_of(content)
    if form != "png P":  # which is small enough
        for each in (PngImageFile, TiffImageFile):
            monkeypatch.setattr(each, "load", _only_bands(each.load))
    assert whole.picture.shape == (700, 90, 3)
    monkeypatch.setattr(pictures, "_READ_PIXELS", 9_000)
    (small,) = pictures.pages_of(content)
    height, width, _ = small.picture.shape
    assert width * height <= 9_000
    assert small.scale == pytest.approx(700 / height, rel=0.03)
    wanted = Image.fromarray(whole.picture).resize((width, height), Image.Resampling.BOX)
    unlike = np.abs(np.asarray(wanted).astype(int) - small.picture)
    assert unlike.mean() < 1  # on noise: a row too far, and it is 30; a few edges round otherwise


def _planes() -> bytes:
    """Each colour in a plane of its own, one strip each."""
    data = _file(_page("RGB"), "TIFF", compression="raw", tiffinfo={284: 2})
    with Image.open(io.BytesIO(data), formats=("TIFF",)) as opened:
        assert isinstance(opened, TiffImageFile)
        assert opened.tag_v2[284] == 2
    return data


@pytest.mark.parametrize(
    "content",
    [
        lambda: _file(_page("RGB"), "WEBP", lossless=True),
        lambda: _file(_page("RGB"), "TIFF", compression="tiff_lzw", tiffinfo={274: 6}),
        lambda: _file(_page("RGB"), "TIFF", compression="tiff_lzw", tiffinfo={278: 700}),
        _planes,
    ],
    ids=["webp", "turned", "one strip", "planes"],
)
def test_what_cannot_be_had_in_bands_is_refused(
    content: Callable[[], bytes], narrow: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "_READ_PIXELS", 9_000)
    with pytest.raises(UserError, match="picture_too_heavy"):
        list(pictures.pages_of(content()))


def test_a_progressive_jpeg_whose_coefficients_fill_the_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    plain, progressive = (_file(_page("RGB"), "JPEG", progressive=each) for each in (False, True))
    monkeypatch.setattr(pictures, "_READ_PIXELS", 9_000)
    monkeypatch.setattr(bands, "_MOST_COEFFICIENTS", 90 * 700 * 2 * 3 // 2)  # 4:2:0
    assert list(pictures.pages_of(progressive))
    monkeypatch.setattr(bands, "_MOST_COEFFICIENTS", 90 * 700 * 2 * 3 // 2 - 1)
    assert list(pictures.pages_of(plain))
    with pytest.raises(UserError, match="picture_too_heavy"):
        list(pictures.pages_of(progressive))


@pytest.mark.parametrize("form", ["png RGB", "tiff raw"])
def test_a_file_whose_end_is_missing_is_unreadable(form: str, narrow: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "_READ_PIXELS", 9_000)
    content = _FORMS[form]()
    with pytest.raises(UserError, match="scan_unreadable"):
        list(pictures.pages_of(content[: len(content) // 2]))


def test_a_picture_whose_check_sums_fit_and_whose_data_do_not_is_unreadable(
    narrow: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "_READ_PIXELS", 9_000)
    with pytest.raises(UserError, match="scan_unreadable"):
        list(pictures.pages_of(png_of((90, 700), data=b"no deflate stream")))


def test_every_page_of_a_file_is_bounded_not_only_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bands, "MOST_PIXELS", 10_000)
    data = io.BytesIO()
    Image.new("L", (50, 50)).save(data, "TIFF", save_all=True, append_images=[Image.new("L", (101, 100))])
    with pytest.raises(UserError, match="picture_too_large"):
        list(pictures.pages_of(data.getvalue()))


def test_a_file_is_proved_whole_at_the_counter_without_being_had_whole(
    narrow: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = _FORMS["tiff raw"]()
    monkeypatch.setattr(TiffImageFile, "load", _only_bands(TiffImageFile.load))
    assert media_type_of(content) == "image/tiff"
    with pytest.raises(UserError, match="scan_unreadable"):
        media_type_of(content[:-20])
    with pytest.raises(UserError, match="picture_too_heavy"):
        media_type_of(_file(_page("RGB"), "WEBP", lossless=True))


def _only_bands(load: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def loaded(picture: Image.Image) -> Any:
        assert picture.height <= 257
        return load(picture)

    return loaded


@pytest.mark.parametrize(
    ("mode", "size", "fits"),
    [
        ("RGB", (6000, 5000), True),
        ("RGB", (6000, 5001), False),
        ("L", (12000, 10000), True),
        ("RGBA", (12000, 10000), False),
    ],
)
def test_what_is_had_whole(mode: str, size: tuple[int, int], fits: bool) -> None:
    picture = Image.new(mode, (1, 1))
    picture._size = size
    assert bands.fits(picture) is fits
