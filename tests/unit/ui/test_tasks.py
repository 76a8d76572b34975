"""Background work: order, errors, owners that are gone, and no Qt object off the main thread."""

from __future__ import annotations

import threading
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from station_app import durable
from station_app.durable import Point
from station_app.errors import BugError, EnvironmentFault, StationError, UserError
from station_app.events import Changed, Events, Kind
from station_app.services.desk import Written
from tests.patience import PATIENCE_SECONDS
from tests.samples.shares import answer, hang, of_name
from ui.tasks import Hand, Tasks


def _raise(error: Exception) -> None:
    raise error


def _delete(owner: QObject) -> None:
    from shiboken6 import delete

    delete(owner)


def test_a_query_reads_on_the_reader_thread_and_answers_on_ours(qtbot: QtBot, tasks: Tasks) -> None:
    owner, answers = QObject(), list[tuple[str, str]]()
    tasks.query(
        owner,
        lambda: threading.current_thread().name,
        lambda name: answers.append((name, threading.current_thread().name)),
    )
    qtbot.waitUntil(lambda: bool(answers))
    assert answers[0][0].startswith("station-reader")
    assert answers[0][1] == threading.main_thread().name


def test_commands_run_in_order_and_tell_what_they_touched(tasks: Tasks, events: Events) -> None:
    owner, order, heard = QObject(), list[int](), list[Changed]()
    events.listen(heard.append)
    for number in range(20):
        tasks.command(owner, partial(Written, number, Changed.of(Kind.APPLICATIONS)), order.append)
    tasks.finish()
    assert order == list(range(20))
    assert heard == [Changed.of(Kind.APPLICATIONS)] * 20


def test_finish_waits_for_what_an_answer_starts(tasks: Tasks) -> None:
    owner, order = QObject(), list[str]()

    def second(value: str) -> None:
        order.append(value)
        tasks.command(owner, lambda: Written("second", Changed()), order.append)

    tasks.command(owner, lambda: Written("first", Changed()), second)
    tasks.finish()
    assert order == ["first", "second"]


def test_a_lookup_does_not_wait_behind_a_write(qtbot: QtBot, tasks: Tasks) -> None:
    owner, gate, answers = QObject(), threading.Event(), list[str]()

    def slow() -> Written[str]:
        gate.wait(10)
        return Written("written", Changed())

    tasks.command(owner, slow, answers.append)
    tasks.query(owner, lambda: "read", answers.append)
    qtbot.waitUntil(lambda: answers == ["read"])
    gate.set()
    tasks.finish()
    assert answers == ["read", "written"]


def test_an_owner_that_is_gone_gets_no_answer_but_its_write_is_done(tasks: Tasks) -> None:
    owner, written, answers = QObject(), list[int](), list[None]()

    def write() -> Written[None]:
        written.append(1)
        return Written(None, Changed())

    tasks.command(owner, write, answers.append)
    _delete(owner)
    tasks.finish()
    assert written == [1]
    assert answers == []


@pytest.mark.parametrize("error", [UserError("id_number_check", "id_number"), EnvironmentFault("disk_full")])
def test_a_failure_goes_to_who_asked(tasks: Tasks, error: StationError) -> None:
    owner, failures, unhandled = QObject(), list[StationError](), list[StationError]()
    tasks.unhandled.connect(unhandled.append)
    tasks.command(owner, partial(_raise, error), failed=failures.append)  # type: ignore[arg-type]
    tasks.finish()
    assert failures == [error]
    assert unhandled == []


def test_a_failure_nobody_takes_goes_to_the_shell(tasks: Tasks) -> None:
    owner, unhandled = QObject(), list[StationError]()
    tasks.unhandled.connect(unhandled.append)
    error = EnvironmentFault("disk_full")
    tasks.command(owner, partial(_raise, error))  # type: ignore[arg-type]
    tasks.finish()
    assert unhandled == [error]


def test_an_unexpected_exception_is_reported_and_shown(tasks: Tasks, reported: list[BaseException]) -> None:
    owner, failures, unhandled = QObject(), list[StationError](), list[StationError]()
    tasks.unhandled.connect(unhandled.append)
    error = ZeroDivisionError("x")
    tasks.command(owner, partial(_raise, error), failed=failures.append)  # type: ignore[arg-type]
    tasks.finish()
    assert reported == [error]
    assert [type(each) for each in failures + unhandled] == [BugError, BugError]
    assert unhandled[0].__cause__ is error


def test_a_newer_query_takes_the_place_of_an_older_one(qtbot: QtBot, tasks: Tasks) -> None:
    owner, gate, answers = QObject(), threading.Event(), list[str]()

    def first() -> str:
        gate.wait(10)
        return "first"

    tasks.query(owner, first, answers.append, key="lookup")
    tasks.query(owner, lambda: "second", answers.append, key="lookup")
    tasks.query(owner, lambda: "third", answers.append, key="lookup")
    gate.set()
    qtbot.waitUntil(lambda: bool(answers))
    assert answers == ["third"]


class _Page(QObject):
    def work(self) -> str:
        return "held"

    def ask(self, tasks: Tasks) -> None:
        tasks.query(self, lambda: self.work(), print)


def test_work_that_would_hold_a_widget_is_refused(tasks: Tasks) -> None:
    page = _Page()
    with pytest.raises(BugError, match="work_holds_widget"):
        page.ask(tasks)
    with pytest.raises(BugError, match="work_holds_widget"):
        tasks.query(page, page.work, print)
    with pytest.raises(BugError, match="work_holds_widget"):
        tasks.query(page, partial(_delete, page), print)


def _counted(stopped: threading.Event, hand: Hand) -> str:
    """Writes and tells two things, then waits until somebody stops it."""
    for number in range(2):
        hand.tell(hand.write(partial(Written, number, Changed.of(Kind.SCANS))))
    stopped.wait()
    return threading.current_thread().name


def test_a_stream_tells_what_it_wrote_and_then_its_end(qtbot: QtBot, tasks: Tasks, events: Events) -> None:
    owner, told, heard, ended, stopped = QObject(), list[int](), list[Changed](), list[str](), threading.Event()
    events.listen(heard.append)
    tasks.stream(owner, partial(_counted, stopped), told.append, ended.append, stop=stopped.set)
    qtbot.waitUntil(lambda: told == [0, 1])
    assert heard == [Changed.of(Kind.SCANS)] * 2
    assert not ended
    stopped.set()
    qtbot.waitUntil(lambda: bool(ended))
    assert ended[0].startswith("station-waiter")


def test_a_stream_is_stopped_when_the_queries_are_dropped_and_nobody_hears_of_it(tasks: Tasks, events: Events) -> None:
    owner, told, heard, stopped = QObject(), list[int](), list[Changed](), threading.Event()
    events.listen(heard.append)
    written = threading.Event()
    events.listen(lambda _: written.set() if len(heard) == 2 else None)
    tasks.stream(owner, partial(_counted, stopped), told.append, lambda _: told.append(-1), stop=stopped.set)
    written.wait(PATIENCE_SECONDS)
    tasks.drop_queries()
    tasks.finish()
    assert stopped.is_set()
    assert len(heard) == 2
    assert told == []


def test_a_stream_whose_owner_is_gone_still_writes(tasks: Tasks, events: Events) -> None:
    owner, told, stopped, heard = QObject(), list[int](), threading.Event(), list[Changed]()
    events.listen(heard.append)
    _delete(owner)
    tasks.stream(owner, partial(_counted, stopped), told.append, lambda _: None, stop=stopped.set)
    tasks.drop_queries()
    assert len(heard) == 2
    assert told == []


def test_a_disk_that_hangs_holds_neither_lookups_nor_the_end(qtbot: QtBot, events: Events) -> None:
    tasks, owner, answers = Tasks(events, lambda _: None), QObject(), list[str]()
    there = threading.Event()
    tasks.look(owner, lambda: there.wait(PATIENCE_SECONDS), lambda _: answers.append("late"))
    tasks.query(owner, lambda: "lookup", answers.append)
    qtbot.waitUntil(lambda: answers == ["lookup"])
    tasks.look(owner, lambda: "other disk", answers.append)
    qtbot.waitUntil(lambda: answers == ["lookup", "other disk"])
    (hanging,) = [each for each in threading.enumerate() if each.name == "station-look"]
    tasks.close()  # while it hangs
    assert hanging.is_alive()
    there.set()
    hanging.join(PATIENCE_SECONDS)
    assert not hanging.is_alive()
    assert answers == ["lookup", "other disk"]


def _file_to(file: Path) -> Written[None]:
    durable.write_file(file, b"a whole file", Point.OUTPUT_FILE)
    return Written(None, Changed.of(Kind.OUTBOX))


def test_a_file_on_a_share_that_hangs_holds_neither_saves_nor_the_end(
    tasks: Tasks, events: Events, tmp_path: Path, reported: list[BaseException]
) -> None:
    owner, done, heard = QObject(), list[str](), list[Changed]()
    events.listen(heard.append)
    part = hang(tmp_path / "a.pdf")
    tasks.command(owner, partial(_file_to, tmp_path / "a.pdf"), lambda _: done.append("a.pdf"), long=True)
    tasks.command(owner, partial(_file_to, tmp_path / "behind.pdf"), lambda _: done.append("behind.pdf"), long=True)
    tasks.command(owner, lambda: Written("save", Changed()), done.append)
    tasks.finish()
    assert done == ["save"]
    assert tasks.is_writing()
    tasks.finish()  # not waited for again
    (hanging,) = of_name("station-runner")
    tasks.drop_queries()
    assert not tasks.is_writing()
    tasks.command(owner, partial(_file_to, tmp_path / "b.pdf"), lambda _: done.append("b.pdf"), long=True)
    tasks.finish()  # of the next session: nothing holds it
    assert done == ["save", "b.pdf"]
    assert (tmp_path / "b.pdf").read_bytes() == b"a whole file"
    assert hanging.is_alive()
    answer(part, hanging)
    tasks.close()
    assert sorted(each.name for each in tmp_path.iterdir()) == ["b.pdf"]  # nothing half, and nothing late
    assert done == ["save", "b.pdf"]
    assert heard == [Changed.of(Kind.OUTBOX)]
    assert reported == []


def test_a_file_that_is_whole_after_all_is_told(qtbot: QtBot, tasks: Tasks, tmp_path: Path) -> None:
    owner, done, there = QObject(), list[str](), threading.Event()

    def slow() -> Written[str]:
        there.wait(PATIENCE_SECONDS)
        return Written("whole", Changed())

    tasks.command(owner, slow, done.append, long=True)
    tasks.finish()
    assert tasks.is_writing()
    there.set()
    qtbot.waitUntil(lambda: done == ["whole"])
    assert not tasks.is_writing()


def test_what_is_forgotten_is_not_answered(qtbot: QtBot, tasks: Tasks) -> None:
    owner, answers, there = QObject(), list[str](), threading.Event()
    tasks.look(owner, lambda: there.wait(PATIENCE_SECONDS), lambda _: answers.append("late"), key="target")
    tasks.forget(owner, "target")
    there.set()
    tasks.query(owner, lambda: "after", answers.append)
    qtbot.waitUntil(lambda: answers == ["after"])
    qtbot.waitUntil(lambda: not [each for each in threading.enumerate() if each.name == "station-look"])
    assert answers == ["after"]


def _until_stopped(name: str, stopped: threading.Event, done: list[str]) -> Written[None]:
    stopped.wait(PATIENCE_SECONDS)
    done.append(name)
    return Written(None, Changed.of(Kind.SCANS))


def test_a_command_that_can_be_stopped_holds_neither_saves_nor_the_end_and_is_done_all_the_same(
    tasks: Tasks, events: Events
) -> None:
    owner, done, heard = QObject(), list[str](), list[Changed]()
    events.listen(heard.append)
    stops = [threading.Event(), threading.Event()]
    for name, stopped in zip(("first", "second"), stops, strict=True):
        tasks.command(owner, partial(_until_stopped, name, stopped, done), stop=stopped.set)
    tasks.command(owner, lambda: Written("save", Changed()), done.append)
    tasks.finish()
    assert done == ["save"]
    tasks.drop_queries()  # also what has not begun
    assert done == ["save", "first", "second"]
    assert heard.count(Changed.of(Kind.SCANS)) == 2


def test_a_look_is_stopped_when_nobody_waits_for_it(qtbot: QtBot, tasks: Tasks) -> None:
    owner, stops = QObject(), [threading.Event(), threading.Event(), threading.Event()]
    for stopped in stops:
        tasks.look(owner, partial(stopped.wait, PATIENCE_SECONDS), lambda _: None, key="file", stop=stopped.set)
    assert [each.is_set() for each in stops] == [True, True, False]
    tasks.drop_queries()
    assert stops[2].is_set()
