"""Papers of invented people under every condition of a counter, with what stands on them. The same every time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import cv2

from station_app.domain.application import Category, ScanKind
from tests.samples import pictures
from tests.samples.cases import case
from tests.samples.people import Person, person
from tests.samples.scanned import (
    Pixels,
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

_FIRST = 20  # whom the other samples show
_CATEGORIES = (Category.VOCATIONAL, Category.SOCIAL_WORKER)
_FACTS = ("occupation", "level", "level_name", "number", "management_no", "issuer", "issue_date", "approval_date")


@dataclass(frozen=True)
class Condition:
    """``hard``: beyond what anybody should file; there only the marks count."""

    name: str
    make: Callable[[Pixels, int], Scanned]
    hard: bool = False


@dataclass(frozen=True)
class Sample:
    condition: Condition
    kind: ScanKind
    page: Scanned
    truth: Mapping[str, str]


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
    Condition("out of focus 0.7", lambda paper, seed: blurred(camera(paper, seed), 0.7), hard=True),
    Condition("shaken 0.5", lambda paper, seed: shaken(camera(paper, seed), 0.5), hard=True),
    Condition("glare 0.5", lambda paper, seed: glaring(camera(paper, seed), 0.5, seed), hard=True),
    Condition("few pixels", lambda paper, seed: shrunk(camera(paper, seed), 0.3)),
    Condition("cut off", lambda paper, seed: cut_off(camera(paper, seed), 0.15), hard=True),
)


def samples(people: int) -> Iterator[Sample]:
    """Four papers of each of so many people, under each condition."""
    for condition in CONDITIONS:
        for number in range(_FIRST, _FIRST + people):
            for place, (kind, paper, truth) in enumerate(_papers(number)):
                yield Sample(condition, kind, condition.make(paper, number * 7 + place), truth)


def _papers(number: int) -> Iterator[tuple[ScanKind, Pixels, dict[str, str]]]:
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
