"""Cases of social workers and of competitions, from the lookup to the queue, by keyboard alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from station_app.domain.application import Category, State
from station_app.services.desk import Desk
from tests.unit.ui.intake.conftest import focused, press, sample, scans, settle, write
from tests.unit.ui.intake.pages import CTRL, stored
from ui.pages.intake import IntakePage

DIGITS = {Category.SOCIAL_WORKER: Qt.Key.Key_2, Category.COMPETITION: Qt.Key.Key_3}
# what a clerk types into each field, in the order in which Enter reaches them; a digit chooses from a row
TYPED = {
    Category.SOCIAL_WORKER: {
        "level_name": "1",
        "management_no": "20230000000000003",
        "approval_date": "20230611",
        "issuer": "北京市人力资源和社会保障局",
    },
    Category.COMPETITION: {
        "competition": "2023年北京市职工职业技能大赛",
        "year": "2023",
        "occupation": "焊工",
        "round": "1",
        "individual": "y",
        "rank": "1",
    },
}


@pytest.mark.parametrize("category", list(TYPED))
def test_the_whole_way_to_the_queue(
    qtbot: QtBot, page: IntakePage, desk: Desk, tmp_path: Path, category: Category
) -> None:
    one, _ = sample(3)
    write(one.id_number[:10])
    press(Qt.Key.Key_Return)
    settle(qtbot, page)
    press(Qt.Key.Key_Return)  # past the position
    assert focused().objectName() == "category"
    press(DIGITS[category])
    press(Qt.Key.Key_Return)
    passed = []
    while focused().objectName() != "scans":
        passed.append(focused().objectName())
        assert len(passed) < 20, passed
        write(TYPED[category].get(passed[-1], ""))
        press(Qt.Key.Key_Return)
    assert set(TYPED[category]) <= set(passed)
    press(Qt.Key.Key_F6)
    write(" ".join(f'"{path}"' for path in scans(tmp_path / "in", 3, category)))
    press(Qt.Key.Key_Return)
    settle(qtbot, page)
    press(Qt.Key.Key_Return, CTRL)
    assert focused().objectName() == "consent"
    press(Qt.Key.Key_Space)
    press(Qt.Key.Key_Return, CTRL)
    settle(qtbot, page)
    (record,) = stored(desk)
    assert (record.state, record.content.category) == (State.QUEUED, category)
    assert record.assessment is not None
    assert (record.assessment["verdict"], record.assessment["amount"]) == ("eligible", 2000)
    assert focused().objectName() == "action.next_case"
