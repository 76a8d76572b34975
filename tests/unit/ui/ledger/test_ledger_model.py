"""The table of any length: it reads what is looked at and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from station_app.domain.application import Category, State
from station_app.store.records import LedgerRow
from ui.models.ledger_model import COLUMNS, PAGE, LedgerModel, fitting
from ui.pages.lists.case_table import CaseTable

MANY = 100_000


def row(number: int, state: State = State.RECEIVED) -> LedgerRow:
    return LedgerRow(
        id=f"id-{number}",
        reference=f"CY001-24-A0{number:05d}-X",
        state=state,
        revision=1,
        plan=2024,
        category=Category.VOCATIONAL,
        name=f"张{number}",
        id_number="990105199003071235",
        employer="北京测试机械厂",
        applied_on="2024-05-15",
        verdict="eligible",
        assessed_amount=1000,
        amount=None,
        paid_on=None,
        holder_name="王芳",
        returned=0,
        receipted=True,
        updated_at="2024-05-15T06:30:00Z",
    )


def page_of(number: int) -> list[LedgerRow]:
    return [row(each) for each in range(number * PAGE, min((number + 1) * PAGE, MANY))]


@pytest.fixture
def served(qtbot: QtBot) -> tuple[CaseTable, LedgerModel, list[int]]:
    """A table of 100,000 rows whose pages come at once when they are asked for; the pages that were."""
    model, asked = LedgerModel(), list[int]()
    model.start(MANY, {0: page_of(0)})

    def serve(numbers: Sequence[int]) -> None:
        for number in numbers:
            asked.append(number)
            model.put(number, page_of(number))

    model.wanted.connect(serve)
    table = CaseTable(model)
    model.setParent(table)
    qtbot.addWidget(table)
    table.resize(820, 600)
    table.show()
    qtbot.waitExposed(table)
    return table, model, asked


def test_a_hundred_thousand_rows_are_painted_with_no_more_work_than_a_hundred(
    qtbot: QtBot, served: tuple[CaseTable, LedgerModel, list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    small_model = LedgerModel()
    small_model.start(100, {0: page_of(0)[:100]})
    small = CaseTable(small_model)
    qtbot.addWidget(small)
    small.resize(820, 600)
    small.show()
    qtbot.waitExposed(small)
    assert asked_to_paint(small, monkeypatch) == asked_to_paint(served[0], monkeypatch) > 0


def asked_to_paint(table: CaseTable, monkeypatch: pytest.MonkeyPatch) -> int:
    """How often the model is asked for something while the table is painted once."""
    asked, data = count(), LedgerModel.data
    with monkeypatch.context() as patched:
        patched.setattr(LedgerModel, "data", lambda *where: (next(asked), data(*where))[1])
        table.viewport().grab()
    return next(asked)


def test_the_end_key_reads_the_last_page_and_none_between(
    qtbot: QtBot, served: tuple[CaseTable, LedgerModel, list[int]]
) -> None:
    table, model, asked = served
    table.setFocus()
    QTest.keyClick(table, Qt.Key.Key_End)
    table.viewport().grab()
    qtbot.waitUntil(lambda: model.row_at(MANY - 1) is not None)
    assert asked == [MANY // PAGE - 1]
    assert table.currentIndex().row() == MANY - 1


def test_scrolling_through_everything_keeps_few_pages(
    qtbot: QtBot, served: tuple[CaseTable, LedgerModel, list[int]]
) -> None:
    table, model, asked = served
    bar = table.verticalScrollBar()
    for place in range(0, bar.maximum(), bar.maximum() // 400):
        bar.setValue(place)
        table.viewport().grab()
        qtbot.waitUntil(lambda: table.rowAt(0) >= 0 and model.row_at(table.rowAt(0)) is not None)
    assert len(asked) > 100
    assert sum(model.row_at(number * PAGE) is not None for number in range(MANY // PAGE)) <= 25


def test_a_page_is_asked_for_once_while_it_is_on_its_way(qtbot: QtBot) -> None:
    model, asked = LedgerModel(), list[list[int]]()
    model.start(MANY, {})
    model.wanted.connect(asked.append)
    for _ in range(3):
        for place in range(30):
            assert model.index(place, 0).data() == "…"
    qtbot.waitUntil(lambda: bool(asked))
    for place in range(30):
        model.index(place, 0).data()
    qtbot.wait(20)
    assert asked == [[0]]


def test_numbers_in_cells_are_masked_and_states_have_signs(
    qtbot: QtBot, served: tuple[CaseTable, LedgerModel, list[int]]
) -> None:
    model = served[1]
    cells = [str(model.index(0, place).data()) for place in range(len(COLUMNS))]
    assert "990105199003071235" not in " ".join(cells)
    assert cells[:3] == ["✓ 已接收", "张0", "990105********1235"]
    assert "●●○○ 中心已收到" in cells


def test_renewed_rows_in_the_same_places_do_not_reset_the_table() -> None:
    model, resets = LedgerModel(), list[int]()
    model.start(2, {0: [row(1), row(2)]})
    model.modelReset.connect(lambda: resets.append(1))
    assert not model.renew(2, {0: [row(1, State.PAID), row(2)]})
    assert str(model.index(0, 0).data()) == "✓ 已划拨"
    assert not resets
    assert model.renew(2, {0: [row(2), row(1)]})
    assert resets


def test_narrow_tables_drop_what_is_worth_least() -> None:
    widths = [100] * len(COLUMNS)
    kept = [{COLUMNS[place].title for place in fitting(widths, room)} for room in (700, 600, 500, 100)]
    assert len(kept[0]) == len(COLUMNS)
    assert kept[0] - kept[1] == {"申报日期"}
    assert kept[1] - kept[2] == {"类别"}
    assert kept[3] == {"状态", "姓名", "身份证号"}
