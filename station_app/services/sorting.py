"""归档: a stack of pages, each filed by its code to the case that waits for it, or left in the tray with the reason.

Pages lie in the tray from the first moment (``tray.keep``); here they are looked at one after the other. What was read
on a page comes from the reading child; nothing here reads a picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from station_app.domain.application import CLOSED, ScanKind, State
from station_app.domain.reading import DocumentReading
from station_app.durable import Point
from station_app.errors import StationError, UserError
from station_app.events import Changed
from station_app.papers import Paper, PaperCode, read_code
from station_app.papers.reader import Reader
from station_app.services import tray
from station_app.services.desk import Desk, Written
from station_app.services.signed_papers import judge
from station_app.store import UnitOfWork
from station_app.store.records import ApplicationRecord, LedgerQuery, TrayRecord

_OPEN = frozenset(State) - CLOSED
_GONE = "tray_page_unknown"
_BLANK = "blank"
_UNSIGNED = "signature_missing"
_ID_SIDES = (ScanKind.ID_FRONT, ScanKind.ID_BACK)


@dataclass(frozen=True)
class Outcome:
    """What became of one page. ``problem`` None: it is filed; else it waits in the tray, and that is why.

    ``application_id``, ``reference``, ``name``: the case it was filed to or could be, ``kind`` as what. ``missing``:
    pages of the same paper that have not come. ``defects``: of a page that was filed all the same.
    """

    tray_id: str
    problem: StationError | None = None
    kind: ScanKind | None = None
    application_id: str | None = None
    reference: str = ""
    name: str = ""
    code: PaperCode | None = None
    missing: tuple[int, ...] = ()
    defects: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Thought:
    """What a page is taken for."""

    problem: StationError | None
    kind: ScanKind | None = None
    application_id: str | None = None
    code: PaperCode | None = None


class Stack:
    """What was put into the tray last, sorted page by page on one thread. ``outcomes``: as far as it is, in its order;
    any thread may look. ``reader``: cuts pages of submitted cases; whoever closes it leaves the page where it waits.
    """

    def __init__(self, desk: Desk, reader: Reader | None = None) -> None:
        self._desk = desk
        self._reader = reader
        self._done = True
        self.outcomes: tuple[Outcome, ...] = ()

    def next(self) -> TrayRecord | None:
        """The page that nobody has looked at for longest; after none, another page begins another stack."""
        with self._desk.store.read() as uow:
            page = uow.tray.next_with(tray.UNSORTED)
        if page is None:
            self._done = True
        elif self._done:
            self._done, self.outcomes = False, ()
        return page

    def sort(self, page: TrayRecord, documents: Sequence[DocumentReading]) -> Changed:
        try:
            before = self.outcomes[-1] if self.outcomes else None
            return self._note(sort_page(self._desk, page.id, documents, before, self._reader))
        except UserError as error:
            return self.failed(page, error)  # whatever it is: one page holds up no other

    def failed(self, page: TrayRecord, error: StationError) -> Changed:
        try:
            return self._note(failed(self._desk, page.id, error))
        except UserError as gone:
            if gone.code != _GONE:  # the clerk has filed it by hand meanwhile
                raise
            return tray.TOUCHED

    def _note(self, written: Written[Outcome]) -> Changed:
        self.outcomes = (*self.outcomes, written.value)
        return written.changed


def sort_page(
    desk: Desk,
    tray_id: str,
    documents: Sequence[DocumentReading],
    before: Outcome | None = None,
    reader: Reader | None = None,
) -> Written[Outcome]:
    """File the page, or say why it waits. ``before``: the page that lay before it in the stack: the back of an identity
    card names nobody, so its owner is thought to be that of the front.

    Raises UserError ``tray_page_unknown``: somebody has filed it meanwhile.
    """
    with desk.store.read() as uow:
        page = replace(uow.tray.get(tray_id), documents=tuple(documents))
        thought = _thought(desk, uow, documents, before)
    if thought.problem is None and thought.application_id is not None and thought.code is not None:
        try:
            return _filed(desk, page, thought.application_id, thought.code, reader)
        except UserError as error:
            if error.code == _GONE:
                raise
            # the case is full, or was closed in this moment
            thought = replace(thought, problem=error)
    return _left(desk, page, thought)


def failed(desk: Desk, tray_id: str, error: StationError) -> Written[Outcome]:
    """A page that could not be read at all waits too."""
    with desk.store.read() as uow:
        page = uow.tray.get(tray_id)
    return _left(desk, page, _Thought(error))


def _filed(
    desk: Desk, page: TrayRecord, application_id: str, code: PaperCode, reader: Reader | None
) -> Written[Outcome]:
    written = tray.put_into(desk, page, application_id, ScanKind.FORM, reader)
    with desk.store.read() as uow:
        record = uow.applications.get(application_id)
    defects = tuple(dict.fromkeys(defect for each in page.documents for defect in each.defects))
    outcome = _outcome(page, _Thought(None, ScanKind.FORM, application_id, code), record)
    return Written(replace(outcome, defects=defects), written.changed)


def _left(desk: Desk, page: TrayRecord, thought: _Thought) -> Written[Outcome]:
    problem = thought.problem or UserError("tray_unreadable")
    left = replace(
        page,
        reason=problem.code,
        params={name: list(value) if isinstance(value, tuple) else value for name, value in problem.params.items()},
        code=str(thought.code) if thought.code else "",
        kind=thought.kind,
        application_id=thought.application_id,
    )
    with desk.store.write(Point.TRAY) as uow:
        uow.tray.set(left)
        record = uow.applications.get(thought.application_id) if thought.application_id else None
    return Written(_outcome(page, replace(thought, problem=problem), record), tray.TOUCHED)


def _outcome(page: TrayRecord, thought: _Thought, record: ApplicationRecord | None) -> Outcome:
    return Outcome(
        page.id,
        thought.problem,
        thought.kind,
        thought.application_id,
        record.reference if record else thought.code.reference if thought.code else "",
        record.content.applicant.get("name", "") if record else "",
        thought.code,
    )


def with_missing(desk: Desk, outcomes: Sequence[Outcome]) -> tuple[Outcome, ...]:
    """Once a stack is through: which pages of the papers that were filed have not come, now or earlier."""
    with desk.store.read() as uow:
        return tuple(replace(each, missing=_missing(uow, each)) for each in outcomes)


def _missing(uow: UnitOfWork, outcome: Outcome) -> tuple[int, ...]:
    if outcome.problem is not None or outcome.code is None:
        return ()
    came = uow.prints.came(outcome.code.whole) | {outcome.code.page}
    return tuple(sorted(set(range(1, outcome.code.pages + 1)) - came))


# ---- what a page is


def _thought(desk: Desk, uow: UnitOfWork, documents: Sequence[DocumentReading], before: Outcome | None) -> _Thought:
    codes = {text for each in documents for text in each.codes}
    if len(codes) > 1:
        return _Thought(UserError("tray_papers_together"))
    if codes:
        return _of_paper(desk, uow, read_code(codes.pop()), documents)
    known = [each for each in documents if each.kind is not None]
    if known:
        return _of_document(uow, known, before)
    if any(_BLANK in each.defects for each in documents):
        return _Thought(UserError(tray.BLANK))
    return _Thought(UserError("tray_unreadable"))


def _of_paper(desk: Desk, uow: UnitOfWork, code: PaperCode, documents: Sequence[DocumentReading]) -> _Thought:
    judged = judge(desk, uow, code)
    problem = judged.problem
    if problem is None and any(_UNSIGNED in each.defects for each in documents):
        problem = UserError("paper_not_signed")
    kind = ScanKind.OTHER if code.paper is Paper.RECEIPT else ScanKind.FORM
    return _Thought(problem, kind, judged.application_id, code)


def _of_document(uow: UnitOfWork, documents: Sequence[DocumentReading], before: Outcome | None) -> _Thought:
    """A suggestion, never more: whose card it is, the clerk has to say."""
    kind = documents[0].kind
    owners = {owner for each in documents if (owner := _owner(uow, each)) is not None}
    owner = owners.pop() if len(owners) == 1 else None
    if owner is None and kind is ScanKind.ID_BACK and before is not None and before.kind in _ID_SIDES:
        owner = before.application_id
    return _Thought(UserError("tray_suggested" if owner else "tray_owner_unknown"), kind, owner)


def _owner(uow: UnitOfWork, document: DocumentReading) -> str | None:
    """The only open case of whom the document names: by numbers that were read surely, and no other name."""
    for name in ("reference", "id_number", "card_no"):
        if document.sure(name) and (text := document.value(name)):
            found = [each for each in _open_cases(uow, text) if _agrees(each, name, text, document)]
            if len(found) == 1:
                return found[0].id
    return None


def _open_cases(uow: UnitOfWork, text: str) -> list[ApplicationRecord]:
    found = uow.applications.find(LedgerQuery(text=text, states=_OPEN, limit=5))
    return [uow.applications.get(each.id) for each in found]


def _agrees(record: ApplicationRecord, name: str, text: str, document: DocumentReading) -> bool:
    applicant = record.content.applicant
    number = record.reference if name == "reference" else applicant.get(name)
    other_name = document.sure("name") and document.value("name") != applicant.get("name")
    return number == text and not other_name
