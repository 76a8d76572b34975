"""Papers of invented people under every condition of a counter, with what stands on them. The same every time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import cv2
from PIL import Image

from station_app.domain.application import Category, ScanKind
from tests.samples import pictures, prints
from tests.samples.cases import case
from tests.samples.people import Person
from tests.samples.people import person as common_person
from tests.samples.scanned import (
    Scanned,
    blurred,
    camera,
    cut_off,
    flatbed,
    glaring,
    photocopied,
    pixels_of,
    shaken,
    shrunk,
)
from tests.samples.tables import GROUNDS, fed, shot, whole

_FIRST = 20  # whom the other samples show
_RARE = "喆堃赟犇翀璟祎頔珺晞昉颋旸燚"  # beyond GB 2312, in names of today
_CATEGORIES = (Category.VOCATIONAL, Category.SOCIAL_WORKER)
_FACTS = ("occupation", "level", "level_name", "number", "management_no", "issuer", "issue_date", "approval_date")


Paper = tuple[ScanKind, Any, dict[str, str]]  # what it is, as it is drawn, what stands on it


@dataclass(frozen=True)
class Condition:
    """``hard``: beyond what anybody should file; there only the marks count. ``papers``: of a person by number;
    ``defect``: what every page of it has.
    """

    name: str
    make: Callable[[Any, int], Scanned]
    hard: bool = False
    papers: Callable[[int], Iterator[Paper]] = lambda number: _papers(number)
    defect: str = ""


@dataclass(frozen=True)
class Sample:
    condition: Condition
    kind: ScanKind
    page: Scanned
    truth: Mapping[str, str]
    person: int = 0  # which of so many


def person(number: int) -> Person:
    """As everywhere; every tenth has a name that few tables know."""
    one = common_person(number)
    if number % 10 != 1:
        return one
    return replace(one, name=one.name[0] + _RARE[number // 10 % len(_RARE)] + one.name[2:])


def _on(ground: str) -> Callable[[Image.Image, int], Scanned]:
    return lambda paper, seed: shot([paper], seed, ground)


def _from_the_side(paper: Image.Image, seed: int) -> Scanned:
    return shot([paper], seed, "dark", tilt=20, spin=20)


def _in_shadow(paper: Image.Image, seed: int) -> Scanned:
    return shot([paper], seed, "cloth", shadow=0.35, quality=40)


def _far_off(paper: Image.Image, seed: int) -> Scanned:
    return shrunk(shot([paper], seed, "wood"), 0.16)


def _nothing(_paper: object, seed: int) -> Scanned:
    return shot([], seed, GROUNDS[seed % len(GROUNDS)], width=1600)


def _prints(number: int) -> Iterator[Paper]:
    """Drawn otherwise, by ``prints``."""
    one = person(number)
    home = prints.long_address(one) if number % 4 == 0 else ""
    yield ScanKind.ID_FRONT, prints.front(one, home), _front(one)
    yield ScanKind.ID_BACK, prints.back(one), {"valid_from": "2016-03-04", "valid_to": "2036-03-04"}
    card, number_on_it = prints.bank_card(one)
    yield ScanKind.CARD, card, {"card_no": number_on_it}
    yield from _sheets(number)


def _sheets(number: int) -> Iterator[Paper]:
    one, facts = person(number), case(number)["certificate"]
    yield ScanKind.CERTIFICATE, prints.booklet(one, facts), _certificate(one, facts)
    told = {name: facts[name] for name in ("occupation", "issuer", "issue_date")}
    yield ScanKind.CERTIFICATE, prints.award(one, facts), {"name": one.name, **told}


def _both_sides(number: int) -> Iterator[Paper]:
    """One glass: what is told is of the first."""
    front, back, *_ = _papers(number)
    yield front[0], [front[1], back[1]], front[2]
    yield back[0], [back[1], front[1]], back[2]


def _side_by_side(number: int) -> Iterator[Paper]:
    _, _, card, booklet, award = _prints(number)
    yield card[0], [card[1], booklet[1]], card[2]
    yield award[0], [award[1], card[1]], award[2]


def _over(number: int) -> Iterator[Paper]:
    term = {"valid_from": "2005-06-03", "valid_to": "2025-06-03"}
    yield ScanKind.ID_BACK, prints.back(person(number), "2005.06.03-2025.06.03"), term


def _none(_number: int) -> Iterator[Paper]:
    yield ScanKind.OTHER, None, {}


CONDITIONS = (
    Condition("flatbed", lambda paper, seed: flatbed([paper], seed)),
    Condition("flatbed, white lid", lambda paper, seed: flatbed([paper], seed, ground=250)),
    Condition("flatbed, turned", lambda paper, seed: flatbed([paper], seed, turns=seed % 3 + 1)),
    Condition("flatbed, 150 dpi", lambda paper, seed: flatbed([paper], seed, dpi=150)),
    Condition("camera", camera),
    Condition("camera, 4K", lambda paper, seed: camera(paper, seed, width=3840)),
    Condition("camera, turned", lambda paper, seed: camera(paper, seed, turns=seed % 3 + 1)),
    Condition("photocopy", lambda paper, seed: photocopied(flatbed([paper], seed, ground=250), 0.6)),
    Condition("out of focus 0.3", lambda paper, seed: blurred(camera(paper, seed), 0.3)),
    Condition("out of focus 0.7", lambda paper, seed: blurred(camera(paper, seed), 0.7), hard=True, defect="blur"),
    Condition("shaken 0.5", lambda paper, seed: shaken(camera(paper, seed), 0.5), hard=True, defect="blur"),
    Condition("glare 0.5", lambda paper, seed: glaring(camera(paper, seed), 0.5, seed), hard=True, defect="glare"),
    Condition("few pixels", lambda paper, seed: shrunk(camera(paper, seed), 0.3)),
    Condition("cut off", lambda paper, seed: cut_off(camera(paper, seed), 0.15), hard=True, defect="cut_edge"),
    *(Condition(f"table, {ground}", _on(ground), papers=_prints) for ground in GROUNDS),
    Condition("seen from the side", _from_the_side, papers=_prints),
    Condition("shadow, JPEG 40", _in_shadow, papers=_prints),
    Condition("sheet as large as the glass", lambda paper, seed: whole(paper, seed), papers=_sheets),
    Condition("sheet drawn in slanted", lambda paper, seed: fed(paper, seed), papers=_sheets),
    Condition("both sides on one glass", lambda papers, seed: flatbed(papers, seed), papers=_both_sides),
    Condition(
        "two papers in one picture",
        lambda papers, seed: shot(papers, seed, GROUNDS[seed % 3], width=3840),
        papers=_side_by_side,
    ),
    Condition("term over", _on("wood"), papers=_over, defect="expired"),
    Condition("far too few pixels", _far_off, hard=True, papers=_prints, defect="too_small"),
    Condition("nothing on it", _nothing, papers=_none, defect="blank"),
)


def samples(people: int) -> Iterator[Sample]:
    """The papers of each of so many people, under each condition; those of the first alone where it is hard."""
    for number in range(_FIRST, _FIRST + people):
        for condition in CONDITIONS:
            if condition.hard and number > _FIRST:
                continue
            for place, (kind, paper, truth) in enumerate(condition.papers(number)):
                page = condition.make(paper, number * 7 + place)
                yield Sample(condition, kind, page, truth, number - _FIRST)


def _papers(number: int) -> Iterator[Paper]:
    one, category = person(number), _CATEGORIES[number % 2]
    facts = case(number, category)["certificate"]
    yield ScanKind.ID_FRONT, pixels_of(pictures.id_front(one)), _front(one)
    yield ScanKind.ID_BACK, pixels_of(pictures.id_back(one)), {"valid_from": "2016-05-20", "valid_to": "2036-05-20"}
    yield ScanKind.CARD, pixels_of(pictures.service_card(one)), {"card_no": one.card_no}
    paper = pixels_of(pictures.certificate(one, category, facts))
    paper = cv2.resize(paper, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)  # drawn at 150 dpi
    yield ScanKind.CERTIFICATE, paper, _certificate(one, facts)


def _front(one: Person) -> dict[str, str]:
    return {"name": one.name, "sex": one.sex, "birth": one.birth.isoformat(), "id_number": one.id_number}


def _certificate(one: Person, facts: Mapping[str, Any]) -> dict[str, str]:
    told = {name: str(facts[name]) for name in _FACTS if name in facts}
    return {"name": one.name, "id_number": one.id_number, **told}
