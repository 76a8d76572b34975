"""The rows of scanned pages. The bytes lie in ``ScanFiles``, are there before the row is, and go after it is marked."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, Row, Table, bindparam, insert, literal_column, select, union, update

from station_app.domain.application import ScanKind
from station_app.domain.reading import Cut
from station_app.errors import UserError
from station_app.store.records import ScanRecord
from station_app.store.rows import json_or_none
from station_app.store.schema import applications, case_files, originals, paper_files, scans, tray
from station_app.store.times import Moment, stamp

_MOST_AT_ONCE = 500
_OWNED = (scans, originals)  # the tables whose rows own files and belong to one case
_KEPT = (*_OWNED, paper_files)  # those whose files go once they are erased
_OF = select(scans).where(scans.c.application_id == bindparam("case")).order_by(literal_column("rowid"))
_NEW = insert(scans)


class Scans:
    """A page is never deleted, only left out (``removed``); what a revision holds stays for ever (triggers)."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, *records: ScanRecord) -> None:
        """``frozen`` must be false: only ``freeze`` makes it true."""
        self._connection.execute(_NEW, [_values(record) for record in records])

    def of(self, application_id: str, *, with_removed: bool = False) -> list[ScanRecord]:
        """The pages of a case in the order they were added; a cut stands where the page stands that it is a cut of."""
        rows = [scan_of(row) for row in self._connection.execute(_OF, {"case": application_id})]
        places: dict[str, int] = {}
        for place, scan in enumerate(rows):
            places[scan.id] = places.get(scan.replaces or "", place)
        return sorted((scan for scan in rows if with_removed or not scan.removed), key=lambda scan: places[scan.id])

    def get(self, scan_id: str) -> ScanRecord:
        """Raises UserError ``scan_unknown``."""
        row = self._connection.execute(select(scans).where(scans.c.id == scan_id)).first()
        if row is None:
            raise UserError("scan_unknown")
        return scan_of(row)

    def remove(self, scan_id: str) -> None:
        """Leave a page out of what is sent next."""
        self.get(scan_id)
        self._connection.execute(update(scans).where(scans.c.id == scan_id).values(removed=1))

    def set_kind(self, scan_id: str, kind: ScanKind) -> ScanRecord:
        """Say that a page is of another kind; one that a revision holds stays there and a new row takes its place."""
        before = self.get(scan_id)
        if not before.frozen:
            self._connection.execute(update(scans).where(scans.c.id == scan_id).values(kind=kind.value))
            return replace(before, kind=kind)
        self.remove(scan_id)
        renamed = replace(before, id=str(uuid4()), kind=kind, frozen=False, removed=False)
        self.add(renamed)
        return renamed

    def put_back(self, scan_id: str) -> None:
        """Let a page that was left out be a part of the case again."""
        self.get(scan_id)
        self._connection.execute(update(scans).where(scans.c.id == scan_id).values(removed=0))

    def set_remark(self, scan_id: str, remark: str | None, excused: Sequence[str] | None = None) -> None:
        """Why the clerk keeps this page although it has a defect; None takes it back. ``excused``: as in the record."""
        self.get(scan_id)
        codes = None if excused is None else " ".join(excused)
        self._connection.execute(update(scans).where(scans.c.id == scan_id).values(remark=remark, excused=codes))

    def rotate(self, scan_id: str, rotation: int) -> None:
        """How the page is shown: 0, 90, 180 or 270 degrees clockwise; its bytes stay."""
        self.get(scan_id)
        self._connection.execute(update(scans).where(scans.c.id == scan_id).values(rotation=rotation % 360))

    def freeze(self, application_id: str, revision: int) -> list[ScanRecord]:
        """Make the pages not removed part of this revision, and return them."""
        self._connection.execute(
            update(scans)
            .where(scans.c.application_id == application_id, scans.c.removed == 0, scans.c.frozen_revision == 0)
            .values(frozen_revision=revision)
        )
        return self.of(application_id)

    def by_sha(self, reference: str, sha256: str) -> ScanRecord | None:
        """A page of this case with these bytes, removed or not: what the server may still ask for."""
        row = self._connection.execute(
            select(scans)
            .join(applications, applications.c.id == scans.c.application_id)
            .where(scans.c.sha256 == sha256, applications.c.reference == reference)
            .order_by(scans.c.frozen_revision.desc())
        ).first()
        return None if row is None else scan_of(row)

    def of_references(self, references: Collection[str]) -> dict[tuple[str, str], ScanRecord]:
        """The pages of these cases, removed or not, by reference and SHA-256."""
        found: dict[tuple[str, str], ScanRecord] = {}
        wanted = sorted(references)
        for start in range(0, len(wanted), _MOST_AT_ONCE):
            some = wanted[start : start + _MOST_AT_ONCE]
            joined = (
                select(scans, applications.c.reference).join(applications).where(applications.c.reference.in_(some))
            )
            found.update({(row.reference, row.sha256): scan_of(row) for row in self._connection.execute(joined)})
        return found

    def references_with(self, file_names: Collection[str]) -> list[str]:
        """The cases that have one of these files, by reference (some hundreds of files at most)."""
        wanted = sorted(file_names)
        owned = [select(each.c.application_id).where(each.c.file_name.in_(wanted)) for each in _OWNED]
        shared = select(case_files.c.application_id).join(paper_files).where(paper_files.c.file_name.in_(wanted))
        owners = union(*owned, shared)
        found = select(applications.c.reference).where(applications.c.id.in_(owners))
        return list(self._connection.execute(found.order_by(applications.c.reference)).scalars())

    def all_file_names(self) -> set[str]:
        """Every file that should be there: of pages (removed ones too), originals, PDFs as they came, the tray."""
        owned = (select(each.c.file_name).where(each.c.erased_at.is_(None)) for each in _KEPT)
        kept = union(*owned, select(tray.c.file_name))
        return set(self._connection.execute(kept).scalars())

    # ---- erasing

    def erase(self, application_id: str, at: Moment) -> None:
        """Mark all pages of a case that was paid and receipted (trigger) as erased; their files go next."""
        kept = (scans.c.application_id == application_id) & scans.c.erased_at.is_(None)
        self._connection.execute(update(scans).where(kept).values(erased_at=stamp(at)))

    def files_to_erase(self, application_ids: Collection[str]) -> list[str]:
        """The files of erased pages, originals and what they came in, of these cases (some hundreds at most), that
        nothing else needs."""
        mine = sorted(application_ids)
        owned = [select(each.c.file_name).where(each.c.application_id.in_(mine), _gone(each)) for each in _OWNED]
        shared = select(paper_files.c.file_name).join(case_files)
        erased = union(*owned, shared.where(case_files.c.application_id.in_(mine), _gone(paper_files))).subquery()
        needed = (
            select(each.c.id).where(each.c.file_name == erased.c.file_name, each.c.erased_at.is_(None))
            for each in _KEPT
        )
        waiting = select(tray.c.id).where(tray.c.file_name == erased.c.file_name)
        found = select(erased.c.file_name).where(*(~each.exists() for each in (*needed, waiting)))
        return sorted(set(self._connection.execute(found).scalars()))


def _gone(table: Table) -> ColumnElement[bool]:
    return table.c.erased_at.is_not(None)


def _values(record: ScanRecord) -> dict[str, Any]:
    return {
        "id": record.id,
        "application_id": record.application_id,
        "kind": record.kind.value,
        "sha256": record.sha256,
        "size": record.size,
        "media_type": record.media_type,
        "file_name": record.file_name,
        "added_at": record.added_at,
        "added_after_revision": record.added_after_revision,
        "rotation": record.rotation,
        "frozen_revision": 0,
        "removed": int(record.removed),
        "original_id": record.original_id,
        "cut": json_or_none(record.cut and record.cut.to_json()),
        "replaces": record.replaces,
        "remark": record.remark,
        "excused": None if record.excused is None else " ".join(record.excused),
    }


def scan_of(row: Row[Any]) -> ScanRecord:
    """A row of ``scans`` as a record."""
    return ScanRecord(
        id=row.id,
        application_id=row.application_id,
        kind=ScanKind(row.kind),
        sha256=row.sha256,
        size=row.size,
        media_type=row.media_type,
        file_name=row.file_name,
        added_at=row.added_at,
        added_after_revision=row.added_after_revision,
        rotation=row.rotation,
        frozen=row.frozen_revision > 0,
        removed=bool(row.removed),
        erased_at=row.erased_at,
        original_id=row.original_id,
        cut=Cut.from_json(json.loads(row.cut)) if row.cut else None,
        replaces=row.replaces,
        remark=row.remark,
        excused=None if row.excused is None else tuple(row.excused.split()),
    )
