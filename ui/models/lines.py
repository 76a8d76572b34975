"""What a list of cases shows: headings, and lines of two rows each. Qt-free; ``ui.pages.lists`` draws them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ui.widgets.text import Tone


@dataclass(frozen=True)
class Heading:
    """A group's name; cannot be chosen."""

    text: str


@dataclass(frozen=True)
class Line:
    """One case. ``key`` tells it from the others when the list is read again.

    Upper row: ``sign`` in its ``tone``, ``title``, ``note`` soft beside it, ``aside`` soft at the right.
    Lower row: ``detail`` in the tone, ``when`` soft at the right. ``data``: whatever the page wants back.
    """

    key: str
    sign: str
    tone: Tone
    title: str
    note: str
    aside: str
    detail: str
    when: str
    data: object = None

    @property
    def spoken(self) -> str:
        """For a screen reader."""
        return "，".join(each for each in (self.title, self.note, self.detail, self.when, self.aside) if each)


Entry = Heading | Line
