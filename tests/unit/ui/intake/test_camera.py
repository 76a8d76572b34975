"""Shift+F6 on a case: a clip played into the camera's own sink; pages shot by themselves, by hand, through trouble."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from itertools import chain, repeat
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from station_app.domain.application import ScanKind
from station_app.services import capture, intake, settings
from station_app.services.desk import Desk
from station_app.store.records import ScanRecord
from tests.unit.ui.camera.clips import FPS, SIZE, ClipSource, laid_down, papers, with_page, write_clip
from tests.unit.ui.camera.clips import desk as table
from tests.unit.ui.intake.conftest import focused, press, settle
from tests.unit.ui.intake.pages import stored
from ui.camera.sheet import CameraSheet
from ui.camera.source import CameraName, lasting, remembered
from ui.pages.intake import IntakePage

# where there is neither sound nor a graphics card Qt says so
pytestmark = pytest.mark.qt_log_ignore(r"PulseAudioService: ", r"No HW decoder found", extend=True)
_PATIENCE_MS = 120_000
_SHIFT = Qt.KeyboardModifier.ShiftModifier

Open = Callable[..., CameraSheet]


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three papers, one after the other."""
    return write_clip(tmp_path_factory.mktemp("clips") / "three.avi", laid_down(papers()[:3]))


@pytest.fixture(scope="session")
def lying(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page that lies there from the beginning, for a minute."""
    page = with_page(papers()[0], (100, 80))
    return write_clip(tmp_path_factory.mktemp("clips") / "lying.avi", repeat(page, 60 * FPS))


@pytest.fixture
def opened(qtbot: QtBot, page: IntakePage) -> Open:
    """Shift+F6 with these cameras."""

    def open_with(clips: dict[str, Path], camera: str = "") -> CameraSheet:
        page._scans.shooting.use(ClipSource(clips), camera)
        press(Qt.Key.Key_F6, _SHIFT)
        sheet = page._scans.shooting.sheet
        assert sheet is not None
        assert sheet.isVisible()
        return sheet

    return open_with


def _scans(desk: Desk) -> list[ScanRecord]:
    cases = stored(desk)
    return list(intake.open_case(desk, cases[0].id).scans) if cases else []


def _source(sheet: CameraSheet) -> ClipSource:
    assert isinstance(sheet.source, ClipSource)
    return sheet.source


def _until_filed(qtbot: QtBot, page: IntakePage, desk: Desk, count: int) -> None:
    qtbot.waitUntil(lambda: len(page.draft.scans) >= count, timeout=_PATIENCE_MS)
    settle(qtbot, page)
    assert len(_scans(desk)) == count


def test_each_page_is_shot_when_it_lies_still_and_filed_at_once(
    qtbot: QtBot, page: IntakePage, desk: Desk, opened: Open, clip: Path
) -> None:
    sheet = opened({"高拍仪": clip})
    _until_filed(qtbot, page, desk, 3)
    assert [scan.kind for scan in _scans(desk)] == [ScanKind.ID_FRONT, ScanKind.ID_BACK, ScanKind.CARD]
    assert all(scan.original_id for scan in _scans(desk))  # as it was shot, whatever is cut out of it later
    for scan in _scans(desk):
        with Image.open(BytesIO(capture.read_scan(desk, scan.id))) as shot:
            assert (shot.format, shot.size) == ("JPEG", SIZE)
    qtbot.waitUntil(lambda: "已拍 3 页" in sheet._words.text(), timeout=_PATIENCE_MS)
    press(Qt.Key.Key_Escape)
    assert not sheet.isVisible()
    assert focused().objectName() != "camera_view"


def test_space_shoots_and_r_turns_what_is_shot(
    qtbot: QtBot, page: IntakePage, desk: Desk, opened: Open, lying: Path
) -> None:
    sheet = opened({"高拍仪": lying})
    qtbot.waitUntil(lambda: not sheet.view.image.isNull(), timeout=_PATIENCE_MS)
    assert sheet.view.image.width() > sheet.view.image.height()
    press(Qt.Key.Key_R)
    qtbot.waitUntil(lambda: sheet.view.image.width() < sheet.view.image.height(), timeout=_PATIENCE_MS)
    press(Qt.Key.Key_Space)
    _until_filed(qtbot, page, desk, 1)
    with Image.open(BytesIO(capture.read_scan(desk, _scans(desk)[0].id))) as shot:
        assert shot.size == SIZE[::-1]
    assert settings.read_all(desk)["camera_turns"] == 1


def test_a_camera_that_is_unplugged_is_said_and_found_again_and_its_pages_stay(
    qtbot: QtBot, page: IntakePage, desk: Desk, opened: Open, lying: Path
) -> None:
    sheet = opened({"高拍仪": lying})
    qtbot.waitUntil(lambda: not sheet.view.image.isNull(), timeout=_PATIENCE_MS)
    press(Qt.Key.Key_Space)
    _until_filed(qtbot, page, desk, 1)
    gone = _source(sheet).unplug()
    assert sheet._words.text() == "摄像头“高拍仪”断开了。已拍的 1 页都在。插好以后接着拍"
    press(Qt.Key.Key_Space)  # nothing to shoot
    _source(sheet).plug(gone)
    qtbot.waitUntil(lambda: not sheet.view.image.isNull(), timeout=_PATIENCE_MS)
    press(Qt.Key.Key_Space)
    _until_filed(qtbot, page, desk, 1 + 1)


def test_no_other_camera_takes_the_place_of_one_that_went_unless_the_clerk_says_so(
    qtbot: QtBot, opened: Open, lying: Path
) -> None:
    """A notebook's own would shoot the clerk."""
    sheet = opened({"高拍仪": lying, "内置摄像头": lying})
    qtbot.waitUntil(lambda: not sheet.view.image.isNull(), timeout=_PATIENCE_MS)
    gone = _source(sheet).unplug()
    assert sheet._words.text() == "摄像头“高拍仪”断开了。插好以后接着拍；要用别的摄像头，按 C"
    assert _source(sheet).started == ["高拍仪"]
    _source(sheet).plug(gone)
    assert _source(sheet).started == ["高拍仪", "高拍仪"]
    _source(sheet).unplug()
    press(Qt.Key.Key_C)
    assert _source(sheet).started[2:] == ["内置摄像头"]
    qtbot.waitUntil(lambda: not sheet.view.image.isNull(), timeout=_PATIENCE_MS)


def test_one_that_the_system_does_not_let_us_use_is_said_and_tried_again(
    qtbot: QtBot, opened: Open, lying: Path
) -> None:
    sheet = opened({"高拍仪": lying})
    _source(sheet).fail()
    assert sheet._words.text().startswith("摄像头“高拍仪”打不开")
    assert sheet.view.image.isNull()
    press(Qt.Key.Key_C)
    qtbot.waitUntil(lambda: not sheet.view.image.isNull(), timeout=_PATIENCE_MS)
    assert _source(sheet).started == ["高拍仪", "高拍仪"]


def test_without_a_camera_it_says_so_and_opens_the_one_that_is_plugged_in(
    qtbot: QtBot, opened: Open, lying: Path
) -> None:
    sheet = opened({})
    assert sheet._words.text().startswith("没有找到摄像头")
    _source(sheet)._used = "高拍仪"
    _source(sheet).plug(lying)
    qtbot.waitUntil(lambda: not sheet.view.image.isNull(), timeout=_PATIENCE_MS)


def test_c_chooses_among_several_and_the_choice_is_remembered(
    qtbot: QtBot, page: IntakePage, desk: Desk, opened: Open, lying: Path
) -> None:
    sheet = opened({"内置摄像头": lying, "高拍仪": lying})
    assert _source(sheet).started == ["内置摄像头"]
    assert sheet._choice.isVisible()
    press(Qt.Key.Key_C)
    settle(qtbot, page)
    assert _source(sheet).started == ["内置摄像头", "高拍仪"]
    assert settings.read_all(desk)["camera"] == "高拍仪"


def test_the_chosen_camera_is_found_under_another_number() -> None:
    known = [CameraName("/dev/video0", "内置"), CameraName("/dev/video4", "高拍仪")]
    assert remembered(known, "高拍仪|/dev/video2") == known[1]
    assert remembered(known, "别的|/dev/video9") == known[0]
    assert remembered(known, "高拍仪") == known[1]
    assert remembered(known, "") == known[0]
    assert remembered([], "高拍仪") is None


def test_two_cameras_of_one_name_are_told_apart() -> None:
    known = [CameraName("/dev/video0", "高拍仪"), CameraName("/dev/video2", "高拍仪")]
    assert [remembered(known, lasting(each, known)) for each in known] == known
    assert lasting(known[0], known[:1]) == "高拍仪"


def test_the_lock_switches_the_camera_off_and_coming_back_on(
    qtbot: QtBot, page: IntakePage, opened: Open, lying: Path
) -> None:
    sheet = opened({"高拍仪": lying})
    qtbot.waitUntil(lambda: not sheet.view.image.isNull(), timeout=_PATIENCE_MS)
    page.hide()
    assert _source(sheet)._player is None
    assert sheet.view.image.isNull()
    page.show()
    qtbot.waitUntil(lambda: not sheet.view.image.isNull(), timeout=_PATIENCE_MS)


def test_a_camera_without_a_picture_is_said(qtbot: QtBot, opened: Open, tmp_path: Path) -> None:
    one = write_clip(tmp_path / "one.avi", iter(chain([table()])))
    sheet = opened({"高拍仪": one})
    sheet._silence.setInterval(50)
    sheet._silence.start()
    qtbot.waitUntil(lambda: sheet._words.text().startswith("摄像头“高拍仪”没有画面"), timeout=_PATIENCE_MS)


def test_the_main_thread_hands_frames_over_and_does_nothing_else(
    qtbot: QtBot, page: IntakePage, opened: Open, lying: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """JPEG, looking and scaling happen on the camera's thread."""
    import threading

    from ui.camera import worker

    at_work: set[str] = set()
    for name in ("pixels_of", "jpeg_of", "grey_of"):
        plain = getattr(worker, name)

        def noted(*given: object, plain: Callable[..., object] = plain) -> object:
            at_work.add(threading.current_thread().name)
            return plain(*given)

        monkeypatch.setattr(worker, name, noted)
    sheet = opened({"高拍仪": lying})
    qtbot.waitUntil(lambda: not sheet.view.image.isNull(), timeout=_PATIENCE_MS)
    press(Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: bool(page.draft.scans), timeout=_PATIENCE_MS)
    assert at_work == {"camera"}
    settle(qtbot, page)
