"""What reading would refuse for its size is refused when it is taken, by every door, with the same code."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from station_app.domain.application import ScanKind
from station_app.errors import UserError
from station_app.papers.pager import Pager
from station_app.papers.reading import pictures
from station_app.services import capture, cutting, intake, tray
from station_app.services.desk import Desk
from station_app.services.filing import media_type_of
from station_app.services.paper_files import pictures_of, read_file
from station_app.services.watched_folder import FolderWatch, Look
from tests.samples.heavy import TOO_LARGE_TO_BE_READ, png_of, progressive_jpeg_of
from tests.unit.services.conftest import content, pages

pytestmark = pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
_PICTURES = pytest.mark.parametrize(
    ("picture", "code"), list(TOO_LARGE_TO_BE_READ.values()), ids=list(TOO_LARGE_TO_BE_READ)
)


@_PICTURES
def test_the_counter_refuses_what_reading_refuses(picture: bytes, code: str) -> None:
    with pytest.raises(UserError, match=code):
        list(pictures.pages_of(picture))
    with pytest.raises(UserError, match=code):
        media_type_of(picture)


def test_what_can_just_be_read_is_taken() -> None:
    assert media_type_of(png_of((6_000, 5_000), interlaced=True)) == "image/png"
    assert media_type_of(png_of((12_000, 10_000))) == "image/png"
    assert media_type_of(progressive_jpeg_of((10_000, 8_000))) == "image/jpeg"


def _add(desk: Desk, case: str, picture: bytes) -> None:
    capture.add_scan(desk, case, ScanKind.OTHER, picture)


def _replace(desk: Desk, case: str, picture: bytes) -> None:
    old = capture.add_scan(desk, case, ScanKind.OTHER, pages()[ScanKind.CARD]).value
    try:
        capture.replace_scan(desk, old.id, picture)
    finally:
        assert [scan.id for scan in intake.open_case(desk, case).scans] == [old.id]
        capture.remove_scan(desk, old.id)


def _scan(desk: Desk, case: str, picture: bytes) -> None:
    cutting.add_device_pages(desk, case, [cutting.DevicePage(picture)])


def _keep(desk: Desk, _case: str, picture: bytes) -> None:
    tray.keep(desk, [picture], tray.DEVICE)


def _paste(_desk: Desk, _case: str, picture: bytes) -> None:
    pictures_of(picture, Pager())


@pytest.mark.parametrize("door", [_add, _replace, _scan, _keep, _paste])
@_PICTURES
def test_no_door_takes_it(desk: Desk, door: Callable[[Desk, str, bytes], None], picture: bytes, code: str) -> None:
    case = intake.new_case(desk, content()).value.record.id
    with pytest.raises(UserError, match=code):
        door(desk, case, picture)
    assert not intake.open_case(desk, case).scans
    assert tray.count(desk) == 0


@_PICTURES
def test_in_the_watched_folder_it_is_offered_and_refused_when_it_is_taken(
    tmp_path: Path, picture: bytes, code: str
) -> None:
    (tmp_path / "001.png").write_bytes(picture)
    watch = FolderWatch(tmp_path)
    looks = [watch.look() for _ in range(8)]
    assert {look.halves for look in looks} == {()}  # it is whole, and not told as one that does not go on
    (file,) = looks[-1].files
    with pytest.raises(UserError, match=code):
        read_file(file.path, Pager())
    watch.done(file)
    assert watch.look() == Look()
