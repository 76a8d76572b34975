"""The code on every printed page, so that a page scanned back is filed by itself.

``CY001-24-A000317-K/FORM/R1/P1-1/7QX2MB4KDA``: 受理号, kind of paper, revision, page and pages, and a digest of what
the worker signs (``signed``; none on a receipt, nor on what older versions printed). Upper-case letters, digits and
``/ -`` only, which a QR code packs densely; no personal data, whoever photographs it learns a number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum

import segno

from station_app.domain.reference import check_reference
from station_app.errors import UserError

_SHAPE = re.compile(
    r"(?P<reference>[A-Z0-9-]+)/(?P<paper>[A-Z]+)/R(?P<revision>\d{1,5})/P(?P<page>\d{1,3})-(?P<pages>\d{1,3})"
    r"(?:/(?P<digest>[A-Z2-7]{10}))?"
)


class Paper(StrEnum):
    """The kinds of paper this program prints."""

    FORM = "form"
    SHEET = "sheet"
    RECEIPT = "receipt"


@dataclass(frozen=True)
class PaperCode:
    """Which page of which paper of which case. ``revision``: the one that the paper was printed for.

    ``digest``: ten characters of base 32 over what is signed, under the home's key; empty where there is none.
    """

    reference: str
    paper: Paper
    revision: int
    page: int = 1
    pages: int = 1
    digest: str = ""

    @property
    def whole(self) -> tuple[str, str, int, str]:
        """Which paper, whatever page of it."""
        return self.reference, self.paper.value, self.revision, self.digest

    def on(self, page: int, pages: int) -> PaperCode:
        return replace(self, page=page, pages=pages)

    def __str__(self) -> str:
        whole = f"{self.reference}/{self.paper.upper()}/R{self.revision}/P{self.page}-{self.pages}"
        return f"{whole}/{self.digest}" if self.digest else whole


def read_code(text: str) -> PaperCode:
    """The code of a scanned page. Raises UserError ``paper_code_foreign``, ``reference_*``."""
    found = _SHAPE.fullmatch(text.strip())
    if found is None or found["paper"].lower() not in set(Paper):
        raise UserError("paper_code_foreign")
    reference = check_reference(found["reference"])
    paper, digest = Paper(found["paper"].lower()), found["digest"] or ""
    return PaperCode(reference, paper, int(found["revision"]), int(found["page"]), int(found["pages"]), digest)


def modules(text: str) -> tuple[tuple[bool, ...], ...]:
    """The QR code's dark squares, row by row, without the quiet zone. Error correction M: 15 % may be smudged."""
    matrix = segno.make(text, error="m", micro=False, boost_error=False).matrix
    return tuple(tuple(bool(each) for each in row) for row in matrix)
