"""资金划拨: batches of approved cases, and what the bank says of each line.

A case is in at most one open batch; no payment repeats another by the plan's own rules, across all stations; who has
no card waits. The rows of a batch are durable before its file is written, and the file can be made again from them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from central import audit, grant_news, notices
from central.assessing import judge
from central.bank_file import Answer, Line, read_answers, write_lines
from central.cases import Case, content_of, locked_case, move, version_of
from central.context import Central
from central.devices import lock_device
from central.packs import plan_book
from central.repeat_keys import repeat_keys
from central.schema import next_number
from central.tables import applications, batches, payment_keys, payments
from station_app import durable
from station_app.domain.application import FieldReturn, ReturnCode, State
from station_app.durable import Point
from station_app.errors import UserError
from station_app.plans import PlanBook, Verdict, case_of

_LONGEST_REASON = 200


@dataclass(frozen=True)
class Held:
    """An approved case that is not paid now, and why."""

    reference: str
    code: str


@dataclass
class PayRun:
    """``files``: bank files written by this run, the new batch's last."""

    files: list[Path] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)


@dataclass(frozen=True)
class RefusedLine:
    """A line of the bank's answer that could not be booked."""

    line: int
    code: str


@dataclass
class Booking:
    """What confirming a file did. ``already``: booked the same way before; ``open``: the bank has not said yet."""

    paid: int = 0
    returned: int = 0
    already: int = 0
    open: int = 0
    refused: list[RefusedLine] = field(default_factory=list)


# ---- paying


def pay(central: Central) -> PayRun:
    """Make a batch of all approved cases that can be paid, and write its bank file.

    Files of earlier batches that a crash kept from being written are written as well.
    """
    run = PayRun()
    with central.database.write(Point.SERVER_PAY) as tx:
        next_number(tx, "batches", 0)  # one pay run at a time
        _make_batch(tx, central, run)
    run.files = write_missing_files(central)
    return run


def _make_batch(tx: Connection, central: Central, run: PayRun) -> None:
    """Each case is judged with those before it already in the batch, so that a batch cannot repeat itself either."""
    plans, batch, position = plan_book(tx), "", 0
    for case in _approved(tx):
        keys, code = _keys_or_code(tx, plans, case)
        if code is not None:
            run.held.append(Held(case.reference, code))
            continue
        batch = batch or _new_batch(tx, central)
        position += 1
        _add_payment(tx, batch, position, case, keys)


def _approved(tx: Connection) -> list[Case]:
    """Approved cases in no open batch, held until this transaction ends."""
    in_batch = select(payments.c.open_reference).where(payments.c.open_reference.is_not(None))
    query = (
        select(applications)
        .where(applications.c.state == State.APPROVED.value, applications.c.reference.not_in(in_batch))
        .order_by(applications.c.updated_at, applications.c.reference)
    )
    for device_id in sorted({case.device_id for case in tx.execute(query)}):
        lock_device(tx, device_id)
    return list(tx.execute(query).all())


def _keys_or_code(tx: Connection, plans: PlanBook, case: Case) -> tuple[list[str], str | None]:
    """The keys of a case that can be paid, or why it cannot."""
    if not case.card_no:
        return [], "no_card"
    content, version = content_of(tx, case), version_of(tx, case)
    if content.member.get("is_member") is False:
        return [], "no_membership"
    judgement = judge(tx, plans, content, case.reference, version)
    if judgement.assessment is None or judgement.assessment.verdict is Verdict.INELIGIBLE:
        return [], "not_eligible"
    keys = repeat_keys(plans.get(case.plan, version), case_of(content, ()), case.id_number)
    if tx.execute(select(payment_keys.c.key).where(payment_keys.c.key.in_(keys))).first() is not None:
        return [], "paid_under_another_reference"
    return keys, None


def _new_batch(tx: Connection, central: Central) -> str:
    batch = f"B{central.today():%Y%m%d}-{next_number(tx, 'batches'):04d}"
    tx.execute(insert(batches).values(batch=batch, made_at=central.now(), made_by=audit.actor()))
    audit.note(tx, "batch_made", batch, central.now())
    return batch


def _add_payment(tx: Connection, batch: str, position: int, case: Case, keys: list[str]) -> None:
    tx.execute(
        insert(payments).values(
            batch=batch,
            position=position,
            reference=case.reference,
            revision=case.revision,
            name=case.name,
            card_no=case.card_no,
            amount=case.amount,
            status="sent",
            open_reference=case.reference,
        )
    )
    if keys:
        tx.execute(insert(payment_keys), [{"key": key, "reference": case.reference} for key in keys])
    grant_news.note(tx, [case.reference])


# ---- the bank file


def write_missing_files(central: Central) -> list[Path]:
    """Write the file of every batch that still waits for the bank and has none, the newest last."""
    waiting = select(payments.c.batch).where(payments.c.status == "sent")
    query = select(batches.c.batch).where(batches.c.batch.in_(waiting)).order_by(batches.c.made_at, batches.c.batch)
    with central.database.write(Point.SERVER_BANK_FILE) as tx:
        next_number(tx, "batches", 0)  # nobody else writes bank files meanwhile
        missing = [batch for batch in tx.execute(query).scalars() if not bank_file(central, batch).exists()]
        return [_write(tx, central, batch) for batch in missing]


def write_batch(central: Central, batch: str) -> Path:
    """Write a batch's file, again if need be; returns its path. Raises UserError ``batch_unknown``."""
    with central.database.write(Point.SERVER_BANK_FILE) as tx:
        next_number(tx, "batches", 0)
        return _write(tx, central, batch)


def _write(tx: Connection, central: Central, batch: str) -> Path:
    rows = tx.execute(select(payments).where(payments.c.batch == batch).order_by(payments.c.position)).all()
    if not rows:
        raise UserError("batch_unknown", "batch")
    durable.make_folder(central.home.bank, Point.SERVER_BANK_FILE)
    file = bank_file(central, batch)
    write_lines(file, [Line(row.batch, row.reference, row.name, row.card_no, row.amount) for row in rows])
    return file


def bank_file(central: Central, batch: str) -> Path:
    return central.home.bank / f"{batch}.csv"


# ---- confirming


def confirm(central: Central, file: Path) -> Booking:
    """Book what the bank said, each line once, all in one transaction. Raises what ``read_answers`` raises."""
    booking = Booking()
    answers = read_answers(file)
    said: dict[tuple[str, str], set[str]] = {}
    for answer in answers:
        said.setdefault((answer.batch, answer.reference), set()).add(answer.result.lower())
    with central.database.write(Point.SERVER_PAY) as tx:
        next_number(tx, "batches", 0)
        for answer in answers:
            if len(said[answer.batch, answer.reference]) > 1:
                booking.refused.append(RefusedLine(answer.line, "lines_contradict"))
            else:
                _book(tx, central, answer, booking)
        audit.note(tx, "bank_confirmed", f"{booking.paid} {booking.returned}", central.now())
    return booking


def _book(tx: Connection, central: Central, answer: Answer, booking: Booking) -> None:
    where = (payments.c.batch == answer.batch) & (payments.c.reference == answer.reference)
    row = tx.execute(select(payments).where(where)).first()
    code = _problem(row, answer)
    if code is not None:
        booking.refused.append(RefusedLine(answer.line, code))
    elif not answer.result:
        booking.open += 1
    elif row is not None and row.status != "sent":
        booking.already += 1
    elif answer.is_ok:
        _paid(tx, central, answer)
        booking.paid += 1
    else:
        _failed(tx, central, answer)
        booking.returned += 1


def _problem(row: Row[Any] | None, answer: Answer) -> str | None:
    if row is None:
        return "payment_unknown"
    if answer.amount is not None and answer.amount != str(row.amount):
        return "amount_differs"
    if answer.result and row.status != "sent" and (row.status == "paid") != answer.is_ok:
        return "booked_otherwise"
    return None


def _paid(tx: Connection, central: Central, answer: Answer) -> None:
    case = locked_case(tx, answer.reference)
    _settle(tx, central, answer, status="paid")
    move(tx, case, State.PAID, "bank", central.now(), paid_on=central.today().isoformat())
    notices.queue(tx, central, case, State.PAID)


def _failed(tx: Connection, central: Central, answer: Answer) -> None:
    """The bank's refusal sends the case back for its card number; another batch may take it then."""
    case = locked_case(tx, answer.reference)
    reason = answer.result[:_LONGEST_REASON]
    _settle(tx, central, answer, status="failed", reason=reason, open_reference=None)
    tx.execute(delete(payment_keys).where(payment_keys.c.reference == answer.reference))
    returned = (FieldReturn("card_no", ReturnCode.INVALID, reason),)
    move(tx, case, State.RETURNED, "bank", central.now(), returned=returned)
    notices.queue(tx, central, case, State.RETURNED)


def _settle(tx: Connection, central: Central, answer: Answer, **values: Any) -> None:
    where = (payments.c.batch == answer.batch) & (payments.c.reference == answer.reference)
    tx.execute(update(payments).where(where).values(booked_at=central.now(), **values))
