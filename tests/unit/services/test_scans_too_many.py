"""A revision holds so many pages and no more: said when the page is filed, in a sentence, never by a fault."""

from __future__ import annotations

import pytest

from station_app.domain.application import Content, ScanKind
from station_app.errors import UserError
from station_app.services import capture, filing, intake, submission
from station_app.services.desk import Desk
from sync.wire import MAX_SCANS
from tests.samples.cases import case
from tests.unit.sync.stations import page
from ui.messages import sentence


def _case(desk: Desk, scans: int) -> str:
    made = intake.new_case(desk, Content.from_json(case(1))).value.record
    kinds = [ScanKind.ID_FRONT, ScanKind.ID_BACK, ScanKind.CARD, *[ScanKind.CERTIFICATE] * (scans - 3)]
    capture.add_scans(desk, made.id, [(kind, page(str(n), 700)) for n, kind in enumerate(kinds)])
    return made.id


def test_as_many_as_fit_are_submitted_and_one_more_is_refused(desk: Desk) -> None:
    full = _case(desk, MAX_SCANS)
    with pytest.raises(UserError) as raised:
        capture.add_scan(desk, full, ScanKind.OTHER, page("one more", 700))
    assert (raised.value.code, raised.value.field) == ("scans_too_many", "scans")
    assert "最多 200 页扫描件，这一件会有 201 页" in sentence(raised.value)
    with desk.store.read() as uow:
        first, *_, last = uow.scans.of(full)
    assert capture.replace_scan(desk, first.id, page("another", 700)).value.kind is first.kind  # one for one fits
    assert capture.add_scan(desk, full, last.kind, page(str(MAX_SCANS - 1), 700)).value.id == last.id  # the same page
    assert submission.submit(desk, full).value.revision == 1
    with pytest.raises(UserError, match="scans_too_many"):
        capture.add_scan(desk, full, ScanKind.FORM, page("signed", 700))


def test_a_case_of_before_with_more_is_refused_by_its_code(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as before:
        before.setattr(filing, "MAX_SCANS", MAX_SCANS + 1)
        full = _case(desk, MAX_SCANS + 1)
    with pytest.raises(UserError) as raised:
        submission.submit(desk, full)
    assert raised.value.params["number"] == MAX_SCANS + 1
    with desk.store.read() as uow:
        (one, *_) = [each for each in uow.scans.of(full) if each.kind is ScanKind.CERTIFICATE]
    capture.remove_scan(desk, one.id)
    assert submission.submit(desk, full).value.revision == 1
