"""Files of several pages as they came, PDF or TIFF, beside the pages that were taken out of them.

Their bytes lie in ``ScanFiles`` like those of any page: there before the row is, gone after it is marked. A file may be
a stack of several people's papers: it belongs to every case that has a page of it, and goes with the first of these
cases that is erased, since what is erased of one person must not lie on in another's.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, insert, select, update
from sqlalchemy.dialects.sqlite import insert as insert_or

from station_app.store.records import PaperFile
from station_app.store.schema import case_files, paper_files, tray
from station_app.store.times import Moment, stamp


class PaperFiles:
    """A file is never changed and never deleted (triggers), only erased."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keep(self, record: PaperFile) -> PaperFile:
        """The file with these bytes that is known and still here, else this one from now on."""
        same = select(paper_files).where(paper_files.c.sha256 == record.sha256, paper_files.c.erased_at.is_(None))
        known = self._connection.execute(same).first()
        if known is not None:
            return _file(known)
        self._connection.execute(insert(paper_files), _values(record))
        return record

    def link(self, file_id: str, application_id: str) -> None:
        """A page of it is the case's; once is enough, and one that is erased comes to no case any more."""
        here = select(paper_files.c.id).where(paper_files.c.id == file_id, paper_files.c.erased_at.is_(None))
        if self._connection.execute(here).first() is not None:
            row = {"file_id": file_id, "application_id": application_id}
            self._connection.execute(insert_or(case_files).on_conflict_do_nothing(), row)

    def of(self, application_id: str) -> list[PaperFile]:
        """Of one case, in the order they came."""
        found = select(paper_files).join(case_files).where(case_files.c.application_id == application_id)
        return [
            _file(row) for row in self._connection.execute(found.order_by(paper_files.c.added_at, paper_files.c.id))
        ]

    def erase(self, application_id: str, at: Moment) -> None:
        """Mark all of a case that was paid and receipted (trigger) as erased, whoever else has pages of them."""
        mine = select(case_files.c.file_id).where(case_files.c.application_id == application_id)
        kept = paper_files.c.id.in_(mine) & paper_files.c.erased_at.is_(None)
        self._connection.execute(update(paper_files).where(kept).values(erased_at=stamp(at)))

    def erase_unclaimed(self, at: Moment) -> list[str]:
        """Mark those of which no case has a page and none waits in the tray; the names of their files."""
        claimed = (select(case_files.c.file_id), select(tray.c.file_id).where(tray.c.file_id.is_not(None)))
        unclaimed = (paper_files.c.id.not_in(each) for each in claimed)
        gone = (
            update(paper_files).where(*unclaimed, paper_files.c.erased_at.is_(None)).values(erased_at=stamp(at))
        ).returning(paper_files.c.file_name)
        return list(self._connection.execute(gone).scalars())


def _values(record: PaperFile) -> dict[str, Any]:
    return {name: getattr(record, name) for name in PaperFile.__dataclass_fields__}


def _file(row: Row[Any]) -> PaperFile:
    return PaperFile(**{name: getattr(row, name) for name in PaperFile.__dataclass_fields__})
