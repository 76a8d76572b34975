"""What ``scanimage -A`` says a device can do, and the arguments that ask for a page. Each backend has its own words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from station_app.devices.scanner import ScanOrder, Source
from station_app.errors import UserError

# indented: --source Flatbed|Automatic Document Feeder [Flatbed]; -x 0..215.9mm (in steps of 1) [215.9]
_OPTION = re.compile(
    r"^ {2,}(?P<name>--?[A-Za-z][\w-]*)[ =](?P<choices>.*) \[(?P<now>(?!advanced|hardware)[^\[\]]*)\]( \[\w+\])*$",
    re.MULTILINE,
)
_RANGE = re.compile(r"^(?P<low>-?[\d.]+)\.\.(?P<high>-?[\d.]+)")
_UNITS = re.compile(r"(dpi|mm|pel)( \(in steps of .*\))?$")
_FLATBED = ("flatbed", "document table", "platen", "normal")
_FEEDER = ("feeder", "adf")
_DUPLEX = ("duplex", "both", "2-sided")
_WIDEST, _HIGHEST = 216.0, 300.0  # mm: A4 and a little; a larger bed is mostly empty


@dataclass(frozen=True)
class SaneOptions:
    """``choices``: option -> what it may be, as printed; inactive options are left out."""

    choices: Mapping[str, str]

    @classmethod
    def read(cls, text: str) -> SaneOptions:
        """Of the output of ``scanimage -A``."""
        found = {each["name"]: each["choices"] for each in _OPTION.finditer(text) if each["now"] != "inactive"}
        return cls({name: _UNITS.sub("", choices) for name, choices in found.items()})

    def sources(self) -> tuple[Source, ...]:
        """A device that names no source has one, and it is the flatbed or a sheet-fed one that behaves like it."""
        if "--source" not in self.choices:
            return (Source.FLATBED,)
        return tuple(source for source in Source if self._word(source) or self._mode_word(source))

    def arguments(self, order: ScanOrder) -> list[str]:
        """Raises UserError ``scanner_source_missing``."""
        source = order.source or next(iter(self.sources()), None)
        if source not in self.sources():
            raise UserError("scanner_source_missing")
        return [*self._source(source), *self._colour(), *self._resolution(order.resolution), *self._area()]

    def _source(self, source: Source) -> list[str]:
        if "--source" not in self.choices:
            return []
        word, mode = self._word(source), self._mode_word(source)
        if word is None:
            word = self._word(Source.FEEDER)
        return ["--source", word or "", *(["--adf-mode", mode] if mode else [])]

    def _word(self, source: Source) -> str | None:
        """The device's own name of a source: ``Automatic Document Feeder``, ``ADF Front``, ``ADF Duplex``."""
        tests: dict[Source, Callable[[str], bool]] = {
            Source.FLATBED: lambda word: _has(word, _FLATBED) and not _has(word, _FEEDER),
            Source.FEEDER: lambda word: _has(word, _FEEDER) and not _has(word, (*_DUPLEX, "back")),
            Source.DUPLEX: lambda word: _has(word, _DUPLEX),
        }
        return next(filter(tests[source], self._words("--source")), None)

    def _mode_word(self, source: Source) -> str | None:
        """Epson's way: one feeder, and an option that says how many sides."""
        if source is Source.FLATBED or not self._word(Source.FEEDER):
            return None
        wanted = _DUPLEX if source is Source.DUPLEX else ("simplex",)
        return next((word for word in self._words("--adf-mode") if _has(word, wanted)), None)

    def _colour(self) -> list[str]:
        words = [word for word in self._words("--mode") if _has(word, ("color", "colour"))]
        return ["--mode", words[0]] if words else []

    def _resolution(self, wanted: int) -> list[str]:
        """The wanted one, or the next finer, or the finest."""
        offered = self.choices.get("--resolution", "")
        span = _RANGE.match(offered)
        if span:
            return ["--resolution", str(int(min(max(wanted, float(span["low"])), float(span["high"]))))]
        known = sorted(int(word) for word in offered.split("|") if word.isdecimal())
        best = next((each for each in known if each >= wanted), known[-1] if known else None)
        return [] if best is None else ["--resolution", str(best)]

    def _area(self) -> list[str]:
        arguments = []
        for name, most in (("-x", _WIDEST), ("-y", _HIGHEST)):
            span = _RANGE.match(self.choices.get(name, ""))
            if span:
                arguments += [name, f"{min(float(span['high']), most):g}"]
        return arguments

    def _words(self, option: str) -> list[str]:
        return self.choices.get(option, "").split("|")


def _has(word: str, parts: tuple[str, ...]) -> bool:
    return any(part in word.lower() for part in parts)
