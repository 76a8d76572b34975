"""Every statement that a whole case needs can be said to PostgreSQL, though the tests run on SQLite."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Compiled
from sqlalchemy.sql import ClauseElement

from central import audit, money, notices, review, views
from central.devices import list_devices, revoke
from central.roster import import_roster
from central.roster_file import read_roster
from station_app.domain.application import FieldReturn, ReturnCode
from sync.wire import Have
from tests.samples.roster import write_roster
from tests.unit.central.office import Office
from tests.unit.central.test_money import answered

_ENGINES_OWN = ("PRAGMA", "BEGIN")


def compiled_for_postgresql(statement: ClauseElement) -> Compiled:
    dialect = postgresql.dialect(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]
    return statement.compile(dialect=dialect)


@contextmanager
def overheard(office: Office) -> Iterator[dict[str, ClauseElement]]:
    """Every statement executed meanwhile, by its text."""
    heard: dict[str, ClauseElement] = {}

    def listen(_connection: Any, statement: Any, *_more: Any) -> None:
        heard.setdefault(str(statement), statement)

    engine = office.central.database.engine
    event.listen(engine, "before_execute", listen)
    try:
        yield heard
    finally:
        event.remove(engine, "before_execute", listen)


def whole_case(office: Office, folder: Path) -> None:
    """Everything the server does: roster, submit, scans, return, review, payment, refusal, views, revocation."""
    import_roster(office.central, read_roster(write_roster(folder / "roster.csv", 3)).members)
    import_roster(office.central, read_roster(write_roster(folder / "fewer.csv", 2)).members, replace=True)
    sender = office.sender("CY001", "朝阳区")
    page = b"page" * 100
    first = sender.submission(1, {"card": page})
    sender.submit(first)
    sender.upload(first["reference"], page)
    sender.sync(have=[Have(reference=first["reference"], revision=1)])
    review.give_back(office.central, first["reference"], [FieldReturn("card_no", ReturnCode.MISMATCH)])
    sender.submit({**first, "revision": 2})
    sender.submit({**first, "revision": 2, "insisted": "x"})
    references = [office.approved(sender, number) for number in (2, 3)]
    body = sender.submission(4)
    sender.submit(body)
    sender.withdraw(body)
    body = sender.submission(5)
    sender.submit(body)
    review.reject(office.central, body["reference"], ReturnCode.OTHER, "note")
    (file,) = money.pay(office.central).files
    money.confirm(office.central, answered(file, **{references[0].replace("-", "_"): "账号不存在"}))
    money.write_batch(office.central, file.stem)
    notices.hand_over(office.central, notices.FileProvider(folder / "notices"))
    for reference in references:
        views.show(office.central, reference)
    views.list_cases(office.central)
    sender.sync()
    revoke(office.central, list_devices(office.central)[0]["device"])
    with office.central.database.read() as tx:
        assert audit.first_broken(tx) is None


def test_every_statement_of_a_whole_case_can_be_said_to_postgresql(office: Office, tmp_path: Path) -> None:
    with overheard(office) as heard:
        whole_case(office, tmp_path)
    said = [statement for text, statement in heard.items() if not text.startswith(_ENGINES_OWN)]
    assert len(said) > 60
    for statement in said:
        assert str(compiled_for_postgresql(statement))
