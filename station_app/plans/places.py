"""Where each key of a TOML text stands, so that an error can name its line: tomllib itself does not tell.

Only for texts that tomllib has accepted; keys are named as ``tables.Table`` names them, ``rules[3].after``.
"""

from __future__ import annotations

import re

_BLANK = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)+")
_KEY = re.compile(r"""[ \t]*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([A-Za-z0-9_-]+))[ \t]*""")
_TEXT = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}|'
    r"'''.*?'{3,5}|"
    r'"(?:[^"\\\n]|\\.)*"|'
    r"'[^'\n]*'",
    re.DOTALL,
)
_PLAIN = re.compile(r"[^,\]}\n#]*")


def line_of(text: str, path: str) -> int | None:
    """The line (from 1) where a key stands, or, where it is absent, the nearest table around it."""
    lines = lines_of(text)
    while path:
        if path in lines:
            return lines[path]
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return None


def lines_of(text: str) -> dict[str, int]:
    """Every key, table and list element with its line."""
    return _Scan(text).lines


class _Scan:
    """One walk over the text; ``lines`` maps every key, table and list element to its line."""

    def __init__(self, text: str) -> None:
        self.lines: dict[str, int] = {}
        self._text = text
        self._at = 0
        self._counts: dict[str, int] = {}
        prefix = ""
        self._skip(_BLANK)
        while self._at < len(text):
            if self._peek() == "[":
                prefix = self._header()
            else:
                self._pair(prefix)
            self._skip(_BLANK)

    def _header(self) -> str:
        """``[a.b]`` or ``[[a.b]]``; a list of tables counts on, and a name below one means its last."""
        many = self._text.startswith("[[", self._at)
        start, self._at = self._at, self._at + (2 if many else 1)
        *above, last = self._keys()
        self._at += 2 if many else 1
        path = ""
        for name in above:
            path = self._joined(path, name)
            if path in self._counts:
                path = f"{path}[{self._counts[path] - 1}]"
        path = self._joined(path, last)
        if many:
            self._note(path, start)
            self._counts[path] = self._counts.get(path, 0) + 1
            path = f"{path}[{self._counts[path] - 1}]"
        self._note(path, start)
        return path

    def _pair(self, prefix: str) -> None:
        start = self._at
        path = prefix
        for name in self._keys():
            path = self._joined(path, name)
            self._note(path, start)
        self._at += 1  # the sign =
        self._value(path)

    def _value(self, path: str) -> None:
        self._skip(_BLANK)
        first = self._peek()
        if first in "[{":
            self._at += 1
            self._inside(path, "]" if first == "[" else "}")
        else:
            self._skip(_TEXT if first in "\"'" else _PLAIN)

    def _inside(self, path: str, end: str) -> None:
        """What stands between the brackets of a list or of a table on one line."""
        place = 0
        self._skip(_BLANK)
        while self._peek() != end:
            if end == "]":
                self._note(f"{path}[{place}]", self._at)
                self._value(f"{path}[{place}]")
            else:
                self._pair(path)
            place += 1
            self._skip(_BLANK)
            if self._peek() == ",":
                self._at += 1
                self._skip(_BLANK)
        self._at += 1

    def _keys(self) -> list[str]:
        names = []
        while found := _KEY.match(self._text, self._at):
            names.append(next(each for each in found.groups() if each is not None))
            self._at = found.end()
            if self._peek() != ".":
                break
            self._at += 1
        return names

    def _note(self, path: str, start: int) -> None:
        self.lines.setdefault(path, self._text.count("\n", 0, start) + 1)

    def _joined(self, path: str, name: str) -> str:
        return f"{path}.{name}" if path else name

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _skip(self, pattern: re.Pattern[str]) -> None:
        found = pattern.match(self._text, self._at)
        if found:
            self._at = found.end()
