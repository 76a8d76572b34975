"""Every code has a sentence, every sentence can be said aloud, every parameter is filled."""

from __future__ import annotations

import re
import string
import tomllib

import pytest

import resources
from station_app.domain.application import REQUIRED_SCANS, FieldReturn, ReturnCode, ScanKind, State
from station_app.domain.fields import SECTIONS
from station_app.errors import EnvironmentFault, UserError
from tests.unit.ui.codes import raised_errors, returned_problems, sentences_asked
from ui.messages import fill, label, return_sentence, sentence, state_word, table
from ui.widgets.state import Truth

_HAN = re.compile(r"[\u4e00-\u9fff]")
_ENDS = ("。", "？", "…", "）")


def test_the_search_for_codes_finds_them() -> None:
    found = {each.code for each in raised_errors()} | {each.code for each in returned_problems()}
    assert {"application_unknown", "missing", "id_number_check", "server_unreachable", "home_in_use"} <= found


def test_every_code_raised_or_asked_for_has_a_sentence() -> None:
    known = table("errors")
    silent = {
        f"{each.code} ({each.place})"
        for each in (*raised_errors(), *returned_problems(), *sentences_asked())
        if each.code not in known
    }
    assert not silent


def _finding_codes(table: object) -> set[str]:
    """Every ``code`` anywhere in a pack."""
    if isinstance(table, dict):
        own = {table["code"]} if isinstance(table.get("code"), str) else set()
        return own.union(*(_finding_codes(each) for each in table.values()))
    if isinstance(table, list):
        return set().union(*(_finding_codes(each) for each in table))
    return set()


@pytest.mark.parametrize("year", resources.plan_years())
def test_every_finding_of_every_plan_has_a_sentence(year: int) -> None:
    codes = _finding_codes(tomllib.loads(resources.plan_files(year)["plan.toml"]))
    assert len(codes) >= 5
    assert codes - set(table("findings")) == set()


@pytest.mark.parametrize("name", ["errors", "findings"])
def test_a_sentence_is_chinese_whole_and_without_a_bare_code(name: str) -> None:
    for code, words in table(name).items():
        assert _HAN.search(words), code
        assert words.endswith(_ENDS), f"{code}: {words}"
        assert "  " not in words, code
        assert not re.search(r"Error|Exception|null|None\b", words), code


@pytest.mark.parametrize("name", ["errors", "findings", "labels", "states"])
def test_every_template_can_be_filled(name: str) -> None:
    for code, words in table(name).items():
        parameters = {each for _, each, _, _ in string.Formatter().parse(words) if each is not None}
        assert all(each.isidentifier() for each in parameters), code
        assert "{" not in fill(words, {}), code


def test_every_field_scan_and_state_has_a_word() -> None:
    names = [name for section in SECTIONS.values() for name in section]
    names += [f"scan.{kind}" for kind in ScanKind] + [f"scan.{kind}" for kind in REQUIRED_SCANS]
    assert [name for name in names if label(name) == name] == []
    words = [*State, *(f"truth_{each}" for each in Truth), *(f"return_{each}" for each in ReturnCode)]
    assert [word for word in words if state_word(word) == word] == []


def test_parameters_and_fields_are_filled_in() -> None:
    assert sentence(UserError("missing", "card_no")) == "请填写互助服务卡卡号。"
    assert "12 秒" in sentence(UserError("sign_in_wait", "password", seconds=12))
    assert "已划拨" in sentence(UserError("move_not_allowed", now="paid", to="queued"))


def test_what_is_not_known_leaves_no_empty_brackets() -> None:
    assert sentence("request_refused") == "服务器没有接受。请联系技协。"
    assert sentence("request_refused", server_code="body_invalid") == "服务器没有接受（body_invalid）。请联系技协。"


def test_an_unknown_code_is_shown_not_hidden() -> None:
    assert "quite_new" in sentence(EnvironmentFault("quite_new"))


def test_a_return_says_field_reason_and_note() -> None:
    returned = FieldReturn("card_no", ReturnCode.MISMATCH, "末四位与卡面不符")
    assert return_sentence(returned) == "互助服务卡卡号：与证件不一致，请核对（末四位与卡面不符）"
