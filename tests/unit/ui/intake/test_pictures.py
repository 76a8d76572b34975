"""Files into pages: paths typed, kinds assigned, what cannot be read named."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtGui import QImage

from station_app.domain.application import ScanKind
from station_app.papers.pager import Pager
from tests.samples.heavy import TOO_LARGE_TO_BE_READ
from ui.pages.intake.pictures import assign, check_picture, png_of, read_files, shrunk, typed_paths


def picture(form: str, size: tuple[int, int] = (300, 200)) -> bytes:
    buffer = BytesIO()
    Image.new("RGB", size, "#336699").save(buffer, form)
    return buffer.getvalue()


@pytest.mark.parametrize("form", ["JPEG", "PNG", "BMP", "TIFF", "WEBP"])
def test_five_formats_are_read_and_shown(form: str, tmp_path: Path) -> None:
    path = tmp_path / f"扫描件.{form.lower()}"
    path.write_bytes(picture(form))
    picked, unread = read_files([path], Pager())
    assert not unread
    assert picked[0].content == path.read_bytes()
    image = shrunk(picked[0].content, 0, (90, 90))
    assert (image.width(), image.height()) == (90, 60)


def test_a_turned_page_fits_the_box_the_other_way_round() -> None:
    image = shrunk(picture("JPEG", (400, 200)), 90, (100, 100))
    assert (image.width(), image.height()) == (50, 100)


def test_what_the_camera_says_of_its_turn_is_followed() -> None:
    buffer = BytesIO()
    turned = Image.new("RGB", (400, 200))
    exif = turned.getexif()
    exif[274] = 6
    turned.save(buffer, "JPEG", exif=exif)
    image = shrunk(buffer.getvalue(), 0, (100, 100))
    assert (image.width(), image.height()) == (50, 100)


def test_what_is_no_picture_is_null_and_no_crash() -> None:
    assert shrunk(b"no picture", 0, (10, 10)).isNull()


def test_one_bad_file_does_not_stop_the_others_and_each_is_named(tmp_path: Path) -> None:
    (tmp_path / "好.png").write_bytes(picture("PNG"))
    (tmp_path / "半个.jpg").write_bytes(picture("JPEG")[:400])
    (tmp_path / "空.png").touch()
    (tmp_path / "夹.jpg").mkdir()
    names = ["好.png", "半个.jpg", "空.png", "没有.png", "夹.jpg"]
    picked, unread = read_files([tmp_path / name for name in names], Pager())
    assert [each.name for each in picked] == ["好.png"]
    assert [(each.name, each.error.code) for each in unread] == [
        ("半个.jpg", "scan_unreadable"),
        ("空.png", "scan_empty"),
        ("没有.png", "scan_file_missing"),
        ("夹.jpg", "scan_is_folder"),
    ]


def test_bytes_from_elsewhere_are_checked_too() -> None:
    assert check_picture("x", picture("PNG"), Pager())[0][0].name == "x"
    assert check_picture("x", b"text", Pager())[1][0].error.code == "scan_unreadable"


@pytest.mark.parametrize("name", ["interlaced", "progressive"])
def test_a_picture_too_large_to_be_read_is_refused_at_the_counter(name: str, tmp_path: Path) -> None:
    content, code = TOO_LARGE_TO_BE_READ[name]
    (tmp_path / "大.png").write_bytes(content)
    _, unread = read_files([tmp_path / "大.png"], Pager())
    assert [(each.name, each.error.code) for each in unread] == [("大.png", code)]
    assert check_picture("剪贴板图片", content, Pager())[1][0].error.code == code


def test_a_clipboard_picture_becomes_png() -> None:
    image = QImage(4, 4, QImage.Format.Format_RGB32)
    image.fill(0x112233)
    assert png_of(image).startswith(b"\x89PNG")


def test_typed_paths(tmp_path: Path) -> None:
    (tmp_path / "a b.png").touch()
    assert typed_paths(f"{tmp_path}/a b.png", tmp_path) == [tmp_path / "a b.png"]  # no quotes needed for one
    assert typed_paths('"a b.png" "c.jpg"', tmp_path) == [tmp_path / "a b.png", tmp_path / "c.jpg"]
    assert typed_paths("/x/a.png /x/b.png", tmp_path) == [Path("/x/a.png"), Path("/x/b.png")]
    assert typed_paths("  ", tmp_path) == []


@pytest.mark.parametrize("typed", ["甲" * 20_000, "~nobody_of_this_name/a.png", "a\0b.png"])
def test_a_typed_line_that_can_be_no_file_is_a_path_that_is_not_there(typed: str, tmp_path: Path) -> None:
    (path,) = typed_paths(typed, tmp_path)
    assert path.is_relative_to(tmp_path)


def test_several_at_once_go_where_something_is_missing() -> None:
    kinds = ScanKind
    assert assign(4, []) == [kinds.ID_FRONT, kinds.ID_BACK, kinds.CARD, kinds.CERTIFICATE]
    assert assign(2, [kinds.ID_FRONT, kinds.CARD]) == [kinds.ID_BACK, kinds.CERTIFICATE]
    assert assign(3, [kinds.ID_FRONT, kinds.ID_BACK, kinds.CARD]) == [kinds.CERTIFICATE, kinds.FORM, kinds.OTHER]
    assert assign(2, [kinds.ID_FRONT], first=kinds.CARD) == [kinds.CARD, kinds.ID_BACK]
    assert assign(0, []) == []
