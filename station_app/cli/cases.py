"""Commands on cases: ``add``, ``edit``, ``submit``, ``withdraw``, ``show``, ``list``, ``lookup``."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from station_app.cli.entry import open_desk
from station_app.cli.output import Exit, WrongUse, print_json, say, say_error
from station_app.domain.application import EDITABLE, Content, ScanKind, State
from station_app.errors import UserError
from station_app.papers.pager import Pager
from station_app.services import capture, intake, ledger, members, submission
from station_app.services.desk import Desk
from station_app.services.paper_files import Pictures, pictures_of
from station_app.store.records import LedgerQuery
from ui.messages import state_word

_EVERYTHING = 1_000_000


def add(arguments: argparse.Namespace) -> Exit:
    """A draft from a file; its reference is the last word on stdout."""
    raw = _read_json(arguments.file)
    consent = raw.pop("consent", None)
    content = Content.from_json(raw)
    pages = _read_scans(arguments.scan)
    with open_desk() as desk:
        record = intake.new_case(desk, content).value.record
        if isinstance(consent, dict):
            intake.set_consent(desk, record.id, consent)
        _file(desk, record.id, pages)
        print(record.reference)
    return Exit.DONE


def edit(arguments: argparse.Namespace) -> Exit:
    """Lay a patch over a draft or a returned case; scans are added, and replace those of a returned kind."""
    patch = _read_json(arguments.file)
    pages = _read_scans(arguments.scan)
    with open_desk() as desk:
        record = intake.open_case(desk, arguments.reference).record
        if record.state not in EDITABLE:
            raise UserError("not_editable", state=record.state.value)
        content = record.content.merged(patch)
        intake.save_content(desk, record.id, content)
        _file(desk, record.id, pages)
        print(record.reference)
    return Exit.DONE


def submit(arguments: argparse.Namespace) -> Exit:
    """Freeze and queue each case named; with ``--all`` every draft, telling which are not ready."""
    if bool(arguments.reference) == arguments.all:
        raise WrongUse("reference_needed")
    ended = Exit.DONE
    with open_desk() as desk:
        for reference in arguments.reference or _drafts(desk):
            try:
                record = intake.open_case(desk, reference).record
                submission.submit(desk, record.id, arguments.insist)
                print(record.reference)
            except UserError as error:
                say(reference)
                say_error(error)
                ended = Exit.NO
    return ended


def withdraw(arguments: argparse.Namespace) -> Exit:
    """Take a case back, or ask the server to."""
    with open_desk() as desk:
        record = intake.open_case(desk, arguments.reference).record
        print(submission.withdraw(desk, record.id).value.reference)
    return Exit.DONE


def show(arguments: argparse.Namespace) -> Exit:
    """One case whole; audited, for it prints full numbers."""
    with open_desk() as desk:
        document = ledger.show(desk, arguments.reference)
        ledger.audit_export(desk, document["id"], 1)
    if arguments.json:
        print_json(document)
    else:
        print(json.dumps(document, ensure_ascii=False, indent=2))
    return Exit.DONE


def listing(arguments: argparse.Namespace) -> Exit:
    """The ledger, newest first."""
    states = frozenset({State(arguments.state)}) if arguments.state else frozenset[State]()
    with open_desk() as desk:
        rows = ledger.find(desk, LedgerQuery(states=states, limit=_EVERYTHING))
        ledger.audit_export(desk, "list", len(rows))
    if arguments.json:
        print_json(
            [
                {
                    "reference": row.reference,
                    "state": row.state.value,
                    "revision": row.revision,
                    "name": row.name,
                    "amount": row.assessed_amount if row.amount is None else row.amount,
                }
                for row in rows
            ]
        )
    else:
        for row in rows:
            print(f"{row.reference}\t{state_word(row.state)}\t{row.name}\t{row.amount or row.assessed_amount or ''}")
    return Exit.DONE


def lookup(arguments: argparse.Namespace) -> Exit:
    """Members that the text finds; exit 1 when there are none."""
    with open_desk() as desk:
        found = members.lookup(desk, arguments.text)
        ledger.audit_export(desk, "lookup", len(found))
    rows = [
        {
            "name": each.name,
            "id_number": each.id_number,
            "card_no": each.card_no,
            "phone": each.phone,
            "employer": each.employer,
            "district": each.district,
            "full_time_union_social_worker": each.full_time_union_social_worker,
        }
        for each in found
    ]
    if arguments.json:
        print_json(rows)
    else:
        for row in rows:
            print("\t".join(str(value) for value in row.values()))
    return Exit.DONE if rows else Exit.NO


def _drafts(desk: Desk) -> list[str]:
    rows = ledger.find(desk, LedgerQuery(states=frozenset({State.DRAFT}), limit=_EVERYTHING))
    return [row.reference for row in reversed(rows)]


def _read_json(file: str) -> dict[str, Any]:
    try:
        raw = json.loads(Path(file).read_text("utf-8-sig"))
    except OSError as error:
        raise WrongUse("file_unreadable", file=file) from error
    except (ValueError, RecursionError) as error:
        raise WrongUse("file_not_json", file=file) from error
    if not isinstance(raw, dict):
        raise WrongUse("file_not_an_object", file=file)
    return raw


def _read_scans(named: Iterable[tuple[ScanKind, str]]) -> list[tuple[ScanKind, Pictures]]:
    """All are looked at before the first is filed."""
    pager, found = Pager(), []
    for kind, path in named:
        try:
            content = Path(path).read_bytes()
        except OSError as error:
            raise WrongUse("file_unreadable", file=path) from error
        found.append((kind, pictures_of(content, pager)))
    return found


def _file(desk: Desk, application_id: str, named: Iterable[tuple[ScanKind, Pictures]]) -> None:
    found = list(named)
    pages = [(kind, page) for kind, each in found for page in each.pages]
    capture.add_scans(desk, application_id, pages, [each.file for _, each in found if each.file is not None])
