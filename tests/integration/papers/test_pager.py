"""PDF and TIFF of several pages through the real child: the pages, what is wrong with a file, a child in trouble."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO

import psutil
import pytest
from PIL import Image, ImageChops, ImageStat
from pypdf import PdfReader, PdfWriter

from station_app.errors import EnvironmentFault, UserError
from station_app.papers import pager
from station_app.papers.pager import FilePage, Pager, is_paged
from tests.samples.pdfs import drawn_pdf, empty_pdf, jpeg_page, scanned_pdf

pytestmark = pytest.mark.slow
_MOST = 200
_INVISIBLE = b"BT 3 Tr /F1 12 Tf 100 100 Td (searchable) Tj ET\n"
_VISIBLE = b"BT 0 Tr /F1 40 Tf 100 100 Td (APPROVED) Tj ET\n"


def _picture(page: FilePage) -> Image.Image:
    picture = Image.open(BytesIO(page.content))
    picture.load()
    return picture


def _unlike(one: Image.Image, other: Image.Image) -> float:
    """Mean difference of 255, however large either is drawn."""
    small = [each.convert("RGB").resize((120, 120)) for each in (one, other)]
    return max(ImageStat.Stat(ImageChops.difference(*small)).mean)


def pages_of(content: bytes, most: int) -> list[FilePage]:
    return Pager().pages_of(content, most)


def _fails(content: bytes, most: int = _MOST) -> UserError:
    with pytest.raises(UserError) as told:
        pages_of(content, most)
    return told.value


def test_scanned_pages_are_the_pictures_own_bytes() -> None:
    pictures = [jpeg_page("red", "one"), jpeg_page("blue", "two"), jpeg_page("black", "three", mode="L")]
    found = pages_of(scanned_pdf(pictures), _MOST)
    assert [each.content for each in found] == pictures
    assert {each.media_type for each in found} == {"image/jpeg"}


def test_searchable_text_under_a_scan_does_not_change_its_bytes() -> None:
    picture = jpeg_page("red")
    assert [each.content for each in pages_of(scanned_pdf([picture], over=_INVISIBLE), _MOST)] == [picture]


def test_what_is_written_over_a_scan_is_on_the_page() -> None:
    picture = jpeg_page("red")
    (plain,) = pages_of(scanned_pdf([picture]), _MOST)
    (found,) = pages_of(scanned_pdf([picture], over=_VISIBLE), _MOST)
    assert found.content != picture
    assert _unlike(_picture(found), _picture(plain)) > 0.5


def test_a_scan_turned_by_its_page_stands_as_the_page_shows_it() -> None:
    picture = jpeg_page("red")
    (found,) = pages_of(scanned_pdf([picture], page=b"/Rotate 90"), _MOST)
    shown = _picture(found)
    assert shown.size == (877, 1240)  # not a pixel less than was scanned
    assert _unlike(shown, Image.open(BytesIO(picture)).transpose(Image.Transpose.ROTATE_270)) < 3


def test_a_picture_whose_colours_the_page_turns_round_is_drawn() -> None:
    picture = jpeg_page("red")
    (found,) = pages_of(scanned_pdf([picture], image=b"/Decode [1 0 1 0 1 0]"), _MOST)
    assert _unlike(_picture(found), ImageChops.invert(Image.open(BytesIO(picture)))) < 3


def test_a_page_of_text_is_drawn_at_300_dpi() -> None:
    (found,) = pages_of(drawn_pdf(_VISIBLE), _MOST)
    shown = _picture(found)
    assert (shown.format, shown.mode) == ("JPEG", "L")
    assert abs(shown.width - 2480) < 3
    assert shown.info["dpi"] == (300, 300)
    assert shown.convert("L").getextrema()[0] == 0


def test_a_seal_in_a_field_is_on_the_page() -> None:
    from tests.samples.pdfs import stream

    seal = stream(b"1 0 0 rg 0 0 200 200 re f", b"/Type /XObject /Subtype /Form /BBox [0 0 200 200]")
    field = b"<< /Type /Annot /Subtype /Widget /FT /Sig /F 4 /Rect [100 100 300 300] /AP << /N 7 0 R >> /T (seal) >>"
    catalogue = b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [6 0 R] /SigFlags 3 >> >>"
    content = drawn_pdf(b"", more={1: catalogue, 6: field, 7: seal}, page=b"/Annots [6 0 R]")
    (found,) = pages_of(content, _MOST)
    shown = _picture(found).convert("RGB")
    assert shown.getpixel((833, shown.height - 833)) == pytest.approx((255, 0, 0), abs=12)


def test_an_enormous_sheet_is_drawn_smaller() -> None:
    (found,) = pages_of(drawn_pdf(b"0 0 1 rg 0 0 7000 14000 re f", (14400, 14400)), _MOST)
    shown = _picture(found)
    assert shown.width * shown.height <= 41_000_000
    assert shown.getpixel((10, shown.height - 10)) == pytest.approx((0, 0, 255), abs=12)


def test_a_black_and_white_scan_keeps_every_pixel() -> None:
    picture = Image.effect_noise((1600, 1200), 90).point(lambda value: 255 * (value > 128), "1")
    data = BytesIO()
    picture.save(data, "PDF", resolution=200)
    (found,) = pages_of(data.getvalue(), _MOST)
    shown = _picture(found)
    assert (found.media_type, shown.mode) == ("image/png", "1")
    assert shown.size == picture.size
    assert not ImageChops.difference(shown.convert("L"), picture.convert("L")).getbbox()


def _encrypted(content: bytes, password: str) -> bytes:
    writer = PdfWriter()
    for page in PdfReader(BytesIO(content)).pages:
        writer.add_page(page)
    writer.encrypt(password, "the owner's")
    data = BytesIO()
    writer.write(data)
    return data.getvalue()


def test_a_pdf_with_a_password_is_named_and_one_that_only_forbids_printing_opens() -> None:
    picture = jpeg_page("red")
    content = scanned_pdf([picture])
    assert _fails(_encrypted(content, "secret")).code == "pdf_locked"
    assert len(pages_of(_encrypted(content, ""), _MOST)) == 1


@pytest.mark.parametrize(
    ("hurt", "code"),
    [
        (lambda whole: whole[: len(whole) // 2], "pdf_damaged"),
        (lambda whole: whole[:-40], "pdf_damaged"),
        (lambda whole: b"%PDF-1.4 no picture", "pdf_damaged"),
        (lambda whole: b"%PDF-1.4\n" + os.urandom(5000) + b"\n%%EOF", "pdf_damaged"),
        (lambda whole: empty_pdf(), "pdf_empty"),
    ],
)
def test_a_hurt_pdf_is_named(hurt: Callable[[bytes], bytes], code: str) -> None:
    assert _fails(hurt(scanned_pdf([jpeg_page("red"), jpeg_page("blue")]))).code == code


def test_too_many_pages_are_told_with_their_number() -> None:
    error = _fails(scanned_pdf([jpeg_page("red", size=(300, 300))] * 4), most=3)
    assert (error.code, error.params) == ("scans_too_many", {"number": 4, "most": 3})


def _tiff(pictures: list[Image.Image], **more: object) -> bytes:
    data = BytesIO()
    pictures[0].save(data, "TIFF", save_all=True, append_images=pictures[1:], **more)
    return data.getvalue()


def test_every_page_of_a_tiff_counts() -> None:
    colours = [Image.new("RGB", (300, 200), colour) for colour in ("red", "green", "blue")]
    fax = Image.effect_noise((320, 240), 90).point(lambda value: 255 * (value > 128), "1")
    content = _tiff([*colours, fax])
    assert is_paged(content)
    found = pages_of(content, _MOST)
    assert [each.media_type for each in found] == ["image/jpeg"] * 3 + ["image/png"]
    for page, colour in zip(found, colours, strict=False):
        assert _unlike(_picture(page), colour) < 3
    assert not ImageChops.difference(_picture(found[3]).convert("L"), fax.convert("L")).getbbox()
    assert _fails(content, most=3).code == "scans_too_many"
    assert _fails(content[:-30_000]).code == "scan_unreadable"


def test_one_page_and_other_pictures_are_left_as_they_are() -> None:
    data = BytesIO()
    Image.new("RGB", (30, 20)).save(data, "PNG")
    single = _tiff([Image.new("RGB", (30, 20))])
    assert [is_paged(each) for each in (single, data.getvalue(), jpeg_page("red"), b"", b"II*\x00")] == [False] * 5
    assert is_paged(b"\xef\xbb\xbf" + empty_pdf())


# ---- the child in trouble


def _child() -> psutil.Process:
    """As soon as it is a program of its own; stopped before, it would keep this process waiting for ever."""
    own = psutil.Process().cmdline()
    while True:
        for each in psutil.Process().children():
            with suppress(psutil.Error):
                if each.cmdline() not in ([], own):
                    return each


def _while_away(act: Callable[[psutil.Process], None]) -> threading.Thread:
    thread = threading.Thread(target=lambda: act(_child()))
    thread.start()
    return thread


def test_a_child_that_dies_is_told() -> None:
    killing = _while_away(lambda child: child.send_signal(signal.SIGKILL))
    with pytest.raises(EnvironmentFault, match="paging_failed"):
        pages_of(scanned_pdf([jpeg_page("red")]), _MOST)
    killing.join()


def test_a_child_that_says_nothing_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pager, "_PAGE_SECONDS", 1.0)
    stopping = _while_away(lambda child: child.suspend())
    with pytest.raises(UserError, match="file_too_slow"):
        pages_of(scanned_pdf([jpeg_page("red")]), _MOST)
    stopping.join()


def test_a_file_that_goes_on_for_ever_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pager, "_FILE_SECONDS", 0.0)
    with pytest.raises(UserError, match="file_too_slow"):
        pages_of(scanned_pdf([jpeg_page("red")]), _MOST)


def test_pages_that_would_fill_the_memory_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    picture = jpeg_page("red")
    monkeypatch.setattr(pager, "_MOST_BYTES", 2 * len(picture))
    assert len(pages_of(scanned_pdf([picture] * 2), _MOST)) == 2
    assert _fails(scanned_pdf([picture] * 3)).code == "picture_too_large"


def test_who_closes_the_window_does_not_wait_for_the_pages_that_are_left() -> None:
    pager = Pager()

    def leave(child: psutil.Process) -> None:
        child.suspend()  # in the middle of a page
        pager.close()

    hurry = _while_away(leave)
    with pytest.raises(EnvironmentFault, match="paging_failed"):
        pager.pages_of(scanned_pdf([jpeg_page("red")]), _MOST)
    hurry.join()
    with pytest.raises(EnvironmentFault, match="paging_failed"):
        pager.pages_of(scanned_pdf([jpeg_page("red")]), _MOST)
    assert not psutil.Process().children()
