"""A thief reads every byte the program left behind, while it runs and after, and finds nobody."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.system.fixtures import Papers
from tests.system.world import World

pytestmark = pytest.mark.slow
ENCODINGS = ("utf-8", "utf-16-le", "gb18030")


def _needles(papers: Papers) -> list[bytes]:
    applicant, certificate = papers.document["applicant"], papers.document["certificate"]
    words = [applicant[name] for name in ("name", "id_number", "card_no", "phone", "employer")]
    words.append(certificate["number"])
    words += [" ".join(applicant["card_no"][at : at + 4] for at in range(0, len(applicant["card_no"]), 4))]
    pictures = [path.read_bytes()[2_000:2_064] for path in papers.scans.values()]
    return [word.encode(encoding) for word in words for encoding in ENCODINGS] + pictures


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


def test_the_search_finds_what_is_there(papers: Papers, tmp_path: Path) -> None:
    (tmp_path / "leak").write_bytes(b"x" + papers.document["applicant"]["name"].encode("utf-16-le"))
    assert len(_found(tmp_path, _needles(papers))) == 1
