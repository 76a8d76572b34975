"""Mends what Qt 6.8.0 writes into a PDF, so that its text is found and copied as it was written.

Qt finds a glyph's character by asking the font for the first one with that glyph: 页 comes back as the radical ⻚, a
space as a tab, characters beyond the basic plane not at all. We know what was drawn: the n-th distinct glyph of a face
is its code n in the file. And Qt leaves the information dictionary open, which strict readers refuse.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from PySide6.QtGui import QTextLayout

from ui.paper.marks import Mark, Words

_MAP = re.compile(rb"<< /Length (\d+) >>\nstream\n(/CIDInit .*?)\nendstream", re.DOTALL)
_RANGE = re.compile(rb"<([0-9A-F]{4})> <[0-9A-F]{4}> (?:<([0-9A-F]{4})>|\[(.*?)\])")
_XREF = re.compile(rb"\nxref\n0 (\d+)\n")
_START = re.compile(rb"startxref\n(\d+) ")
_OPEN_INFO = re.compile(rb"/Trapped /False\n\d+\nendobj")
_ENTRY = 20  # bytes of one line of the cross-reference table
_BLOCK = 100  # entries that one bfchar block may hold
_RUN = QTextLayout.GlyphRunRetrievalFlag.RetrieveAll


@dataclass
class GlyphLog:
    """Which text each glyph stands for, face by face, in the order of first use."""

    faces: dict[tuple[str, str], dict[int, str]] = field(default_factory=dict)

    def note(self, marks: Iterable[Mark]) -> None:
        """Marks in the order in which they are drawn."""
        for mark in marks:
            if isinstance(mark, Words):
                for run in mark.layout.lineAt(mark.line).glyphRuns(-1, -1, _RUN):
                    raw = run.rawFont()
                    glyphs = self.faces.setdefault((raw.familyName(), raw.styleName()), {})
                    for glyph, text in zip(
                        run.glyphIndexes(), _clusters(run.sourceString(), run.stringIndexes()), strict=True
                    ):
                        glyphs.setdefault(glyph, text)


def _clusters(text: str, places: Sequence[int]) -> list[str]:
    """The text of each glyph; ``places`` count UTF-16 units, one place for each glyph."""
    units = text.encode("utf-16-le")
    bounds = [*places, places[-1] + (2 if _is_surrogate(units, places[-1]) else 1)] if places else []
    return [units[2 * start : 2 * end].decode("utf-16-le", "ignore") for start, end in pairwise(bounds)]


def _is_surrogate(units: bytes, place: int) -> bool:
    return 0xD8 <= units[2 * place + 1] <= 0xDB


def mended(pdf: bytes, log: GlyphLog) -> bytes:
    """The same file with whole character maps and a closed information dictionary."""
    edits = [(found.start(), found.end(), b"/Trapped /False\n>>\nendobj") for found in _OPEN_INFO.finditer(pdf)]
    for found in _MAP.finditer(pdf):
        text = _matching(_read_map(found[2]), log)
        if text is not None:
            body = _map_of(text)
            edits.append((found.start(), found.end(), b"<< /Length %d >>\nstream\n%b\nendstream" % (len(body), body)))
    return _edited(pdf, sorted(edits))


def _read_map(body: bytes) -> dict[int, str]:
    """Qt's own map: code to character."""
    read: dict[int, str] = {}
    for first, single, several in _RANGE.findall(body[body.index(b"beginbfrange") :]):
        values = [single] if single else [each.strip(b"<>") for each in several.split()]
        read.update({int(first, 16) + number: chr(int(value, 16)) for number, value in enumerate(values)})
    return read


def _matching(known: Mapping[int, str], log: GlyphLog) -> dict[int, str] | None:
    """The face whose glyphs, numbered from 1, agree best with Qt's map; None when none does."""
    best, most = None, 0
    for glyphs in log.faces.values():
        numbered = dict(enumerate(glyphs.values(), start=1))
        agreed = sum(_plain(numbered.get(code, "")) == _plain(each) for code, each in known.items() if code)
        if agreed > most and max(known) <= len(numbered):
            best, most = numbered, agreed
    return best if most * 2 > len(known) - 1 else None


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _map_of(text: Mapping[int, str]) -> bytes:
    lines = [f"<{code:04X}> <{each.encode('utf-16-be').hex().upper()}>" for code, each in text.items() if each]
    blocks = [lines[start : start + _BLOCK] for start in range(0, len(lines), _BLOCK)]
    body = "\n".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks)
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        f"1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n{body}\nendcmap\n"
        "CMapName currentdict /CMap defineresource pop\nend\nend"
    ).encode()


def _edited(pdf: bytes, edits: Sequence[tuple[int, int, bytes]]) -> bytes:
    """The file with pieces replaced and every offset of its cross-reference table moved along."""

    def moved(offset: int) -> int:
        return offset + sum(len(new) - (end - start) for start, end, new in edits if end <= offset)

    xref, start = _XREF.search(pdf), _START.search(pdf)
    assert xref is not None
    assert start is not None
    table = xref.end()
    for number in range(int(xref[1])):
        place = table + number * _ENTRY
        if pdf[place + 17 : place + 18] == b"n":
            edits = [*edits, (place, place + 10, b"%010d" % moved(int(pdf[place : place + 10])))]
    edits = [*edits, (start.start(1), start.end(1), b"%d" % moved(int(start[1])))]
    pieces, done = [], 0
    for begin, end, new in edits:
        pieces += [pdf[done:begin], new]
        done = end
    return b"".join([*pieces, pdf[done:]])
