"""A thief reads every byte the program left behind, while it runs and after, and finds nobody."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.journey.conductor import Conductor
from tests.journey.hero import CERTIFICATE, HERO, PASSWORD
from tests.samples.roster import rows
from tests.system.fixtures import Papers
from tests.system.world import World

pytestmark = pytest.mark.slow
ENCODINGS = ("utf-8", "utf-16-le", "gb18030")
_SHORTEST = 6  # bytes; four are found by chance in megabytes of noise


def _needles(papers: Papers) -> list[bytes]:
    applicant, certificate = papers.document["applicant"], papers.document["certificate"]
    words = [applicant[name] for name in ("name", "id_number", "card_no", "phone", "employer")]
    words.append(certificate["number"])
    return _encoded(words, applicant["card_no"]) + [_piece(path) for path in papers.scans.values()]


def _encoded(words: list[str], card_no: str) -> list[bytes]:
    grouped = " ".join(card_no[at : at + 4] for at in range(0, len(card_no), 4))
    needles = [word.encode(encoding) for word in (*words, grouped) for encoding in ENCODINGS]
    return [each for each in needles if len(each) >= _SHORTEST]


def _piece(picture: Path) -> bytes:
    return picture.read_bytes()[2_000:2_064]


def _found(folder: Path, needles: list[bytes]) -> list[str]:
    hits = []
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            hits += [f"{path.name}: {needle!r}" for needle in needles if needle in content]
    return hits


def _watched(world: World) -> list[Path]:
    return [world.station_home, world.folder / "tmp", world.folder / "home", world.folder / "runtime"]


def test_no_entered_word_is_found(world: World, port: int, papers: Papers) -> None:
    needles = _needles(papers)
    reference = world.station("add", papers.file, *papers.scan_options()).last_word
    # killed with the write-ahead log full: what a pulled plug leaves
    world.station("submit", reference, trap="submit:after")
    for folder in _watched(world):
        assert _found(folder, needles) == []
    with world.serving(port):
        world.station("sync")
        world.station("show", reference, "--json")
    for folder in _watched(world):
        assert _found(folder, needles) == []


class _World(World):
    """The world of the demo, whose operator has a password of their own."""

    def environment(self) -> dict[str, str]:
        return {**super().environment(), "STATION_PASSWORD": PASSWORD}


@dataclass
class _Thief(Conductor):
    """Searches every time the window asks for something, so while it runs; ``searched``: how often, ``found``: what."""

    found: list[str] = field(default_factory=list)
    searched: int = 0

    def _answer(self, said: dict[str, Any]) -> Any:
        self.search()
        return super()._answer(said)

    def needles(self) -> list[bytes]:
        words = [HERO.name, HERO.id_number, HERO.card_no, HERO.phone, HERO.employer, CERTIFICATE["number"]]
        words += [str(each) for row in rows(3) for each in row[:4]]  # others of the roster
        return _encoded(words, HERO.card_no) + [_piece(path) for path in (self.folder / "stick").iterdir()]

    def search(self) -> None:
        needles = self.needles()
        world = World(self.folder)
        for folder in _watched(world):
            self.found += [f"{folder.name}/{hit}" for hit in _found(folder, needles)]
        self.searched += 1


def test_the_window_leaves_no_entered_word(tmp_path: Path) -> None:
    """Typed, scanned, killed, signed in again, printed, synced and paid through the real window."""
    world = _World(tmp_path / "world")
    thief = _Thief(tmp_path / "out", world.folder, environment=world.environment())
    thief.out.mkdir()
    thief.play()
    thief.search()
    assert thief.found == []
    bundle, opened = tmp_path / "support.age", tmp_path / "support"
    assert world.station("support", bundle).last_word == str(bundle)
    world.central("support", bundle, "--out", opened)
    assert {"station.log", "checks.json", "counts.json", "sync.json"} <= {path.name for path in opened.iterdir()}
    assert _found(opened, [*thief.needles(), str(world.station_home).encode()]) == []
    assert thief.searched >= 4
    kept = {path.name for path in world.station_home.rglob("*") if path.is_file()}
    assert {"station.log", "window.json"} <= kept  # what the window writes was among what was searched


def test_the_search_finds_what_is_there(papers: Papers, tmp_path: Path) -> None:
    (tmp_path / "leak").write_bytes(b"x" + papers.document["applicant"]["employer"].encode("utf-16-le"))
    assert len(_found(tmp_path, _needles(papers))) == 1
