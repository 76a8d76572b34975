"""Issuers under seals: what a list settles is marked, what ends in the middle of a name is never sure."""

from __future__ import annotations

import pytest

from station_app.papers.reading import SURE
from station_app.papers.reading.issuers import issuer_of, known
from station_app.papers.reading.labels import Value
from station_app.papers.reading.shapes import Line, Row

_CENTRE = "北京市职业技能鉴定管理中心"


def _read(text: str, score: float = 0.999) -> tuple[str, bool]:
    found = issuer_of([Value(text, score, (0, 0, 100, 30))], [])
    assert found is not None
    return found.text, found.score >= SURE


def test_the_plans_name_their_bodies() -> None:
    assert {_CENTRE, "北京市人力资源和社会保障局"} <= known()


@pytest.mark.parametrize(
    "text", [_CENTRE, "北京市通信行业职业技能鉴定中心", "北京测试汽车技师学院", "某某有限公司（北京）"]
)
def test_what_is_read_as_the_name_of_a_body_stays_as_it_was_read(text: str) -> None:
    assert _read(text) == (text, True)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (_CENTRE + "测试样本", _CENTRE),
        (_CENTRE + "专用章", _CENTRE),
        ("北京测试技师学院仅供复印", "北京测试技师学院"),
        ("北京市职业技能鉴定管", _CENTRE),
        ("北京市职业技能鉴定管理中", _CENTRE),
        ("北京市通信行业职业技能鉴定", "北京市通信行业职业技能鉴定"),
    ],
)
def test_what_stands_across_is_left_out_and_what_is_hidden_is_settled_and_both_marked(text: str, name: str) -> None:
    assert _read(text) == (name, False)


def test_a_wrong_character_is_settled_only_where_the_recogniser_itself_doubts() -> None:
    assert _read("北京市军业技能鉴定管理中心", 0.9) == (_CENTRE, False)
    assert _read("北京市通信行业职业技能鉴定中心") == (
        "北京市通信行业职业技能鉴定中心",
        True,
    )  # printed with and without 市


def test_a_long_name_goes_on_below() -> None:
    told = Value("北京市职业技能", 0.99, (200, 0, 400, 30))
    rows = [
        Row((Line("发证机构：北京市职业技能", 0.99, 100, 0, 400, 30),)),
        Row((Line("鉴定管理中心", 0.98, 200, 45, 400, 75),)),
    ]
    found = issuer_of([told], rows)
    assert found is not None
    assert (found.text, found.score, found.box) == (_CENTRE, 0.98, (200, 0, 400, 75))
    assert SURE < 0.98


def test_a_misread_label_is_no_part_of_the_name() -> None:
    found = issuer_of([], [Row((Line("质证机枸：" + _CENTRE, 0.99, 100, 0, 400, 30),))])
    assert found is not None
    assert (found.text, found.score < SURE) == (_CENTRE, True)
