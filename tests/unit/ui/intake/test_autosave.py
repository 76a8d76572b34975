"""At most two seconds may be missing, however steadily the clerk types, and nothing when saving fails."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ui.pages.intake.autosave import LIMIT, RETRY_AFTER, START_AFTER, AutoSave


def test_the_first_change_counts_not_the_last() -> None:
    save = AutoSave()
    for tenth in range(30):
        save.changed(tenth / 10)
    assert save.due_in(2.9) == START_AFTER - 2.9  # long due: typing on did not put it off


def test_nothing_is_due_without_a_change_or_while_a_write_is_under_way() -> None:
    save = AutoSave()
    assert save.due_in(5.0) is None
    save.changed(5.0)
    assert save.begin(5.5)
    save.changed(5.6)
    assert save.due_in(9.0) is None
    assert not save.begin(9.0)
    save.succeeded()
    assert save.due_in(9.0) == 5.6 + START_AFTER - 9.0
    assert not save.clean


def test_a_failed_write_is_unsaved_again_and_retried_for_ever() -> None:
    save = AutoSave()
    save.changed(0.0)
    now = 1.0
    for attempt in range(10):
        assert save.begin(now)
        save.failed(now)
        assert not save.clean
        assert save.first_unsaved == 0.0
        wait = RETRY_AFTER[min(attempt, len(RETRY_AFTER) - 1)]
        assert save.due_in(now) == wait
        now += wait
    assert save.begin(now)
    save.succeeded()
    assert save.clean
    assert save.due_in(now) is None


@given(st.lists(st.floats(0.01, 0.6), min_size=1, max_size=200), st.floats(0.0, LIMIT - START_AFTER - 0.01))
def test_no_keystroke_is_ever_unwritten_for_more_than_the_limit(gaps: list[float], write_takes: float) -> None:
    """Keys at any rhythm, a timer that is exact, writes that take as long as the limit leaves them."""
    save = AutoSave()
    now = 0.0
    finishes: float | None = None
    unwritten: list[float] = []
    held: list[float] = []
    for gap in gaps:
        until = now + gap
        while True:
            due = save.due_in(now)
            moments = [
                moment for moment in (finishes, None if due is None else now + max(due, 0.0)) if moment is not None
            ]
            if not moments or min(moments) > until:
                break
            now = min(moments)
            if finishes is not None and now == finishes:
                assert all(now - key <= LIMIT for key in held)
                finishes, held = None, []
                save.succeeded()
            else:
                assert save.begin(now)
                assert all(now - key <= START_AFTER + write_takes + 1e-6 for key in unwritten)
                held, unwritten, finishes = unwritten, [], now + write_takes
        now = until
        save.changed(now)
        unwritten.append(now)
        assert all(now - key <= LIMIT for key in unwritten)
