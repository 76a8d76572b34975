"""导出: a case's pages and its receipt, gathered to leave the program as a copy. Who takes one is on record first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from station_app.domain.application import ScanKind
from station_app.domain.operator import Act
from station_app.durable import Point
from station_app.errors import UserError
from station_app.events import Changed
from station_app.papers import Paper, Sheet
from station_app.services import papers
from station_app.services.desk import Desk, Written
from station_app.services.intake import find_id
from station_app.store.records import ScanRecord

_ORDER = (ScanKind.FORM, ScanKind.ID_FRONT, ScanKind.ID_BACK, ScanKind.CARD, ScanKind.CERTIFICATE, ScanKind.OTHER)
_SHORTEST, LONGEST_PURPOSE = 2, 30  # characters


@dataclass(frozen=True)
class Copied:
    """One page's bytes as they came, and how it is looked at (degrees clockwise)."""

    kind: ScanKind
    content: bytes
    rotation: int


@dataclass(frozen=True)
class CaseCopy:
    """What a copy of a case is made of. ``purpose``, ``day`` and ``clerk`` stand on every page.

    ``pages`` by kind, form first. ``receipt``: None before the first submission. ``erased``: pages that are not on this
    PC any more.
    """

    reference: str
    purpose: str
    day: date
    clerk: str
    pages: tuple[Copied, ...]
    receipt: Sheet | None
    erased: int


def checked_purpose(text: str) -> str:
    """The purpose as it is printed. Raises UserError ``purpose_missing``, ``purpose_too_long``."""
    purpose = " ".join(text.split())
    if len(purpose) < _SHORTEST:
        raise UserError("purpose_missing", "purpose")
    if len(purpose) > LONGEST_PURPOSE:
        raise UserError("purpose_too_long", "purpose", most=LONGEST_PURPOSE)
    return purpose


def note_export(desk: Desk, text: str, purpose: str) -> Written[str]:
    """Put on record that a copy of a case (by id or reference) is taken out; answers the reference.

    Raises UserError ``application_unknown``, ``purpose_*``, ``nothing_to_export``, ``role_forbids``.
    """
    desk.require(Act.CASES)
    checked_purpose(purpose)
    with desk.store.write(Point.AUDIT) as uow:
        record = uow.applications.get(find_id(uow, text))
        kept = [scan for scan in uow.scans.of(record.id) if scan.erased_at is None]
        if not kept and not record.revision:
            raise UserError("nothing_to_export")
        uow.audit.add("case_exported", record.id, desk.operator.id, pages=len(kept))
        return Written(record.reference, Changed())


def gather(desk: Desk, text: str, purpose: str) -> CaseCopy:
    """Read and decrypt everything; after ``note_export``. Raises EnvironmentFault ``scan_missing``, ``scan_damaged``.

    A receipt is there once the case was submitted.
    """
    with desk.store.read() as uow:
        record = uow.applications.get(find_id(uow, text))
        scans = uow.scans.of(record.id)
    kept = sorted((scan for scan in scans if scan.erased_at is None), key=lambda scan: _ORDER.index(scan.kind))
    return CaseCopy(
        reference=record.reference,
        purpose=checked_purpose(purpose),
        day=desk.today(),
        clerk=desk.operator.name,
        pages=tuple(_copied(desk, kept)),
        receipt=papers.sheet(desk, record.id, Paper.RECEIPT) if record.revision else None,
        erased=len(scans) - len(kept),
    )


def _copied(desk: Desk, scans: Sequence[ScanRecord]) -> list[Copied]:
    return [Copied(scan.kind, desk.store.scans.get(scan.file_name), scan.rotation) for scan in scans]
