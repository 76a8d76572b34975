"""``station assess`` on everything that is not a case: a clear answer for each line, the run goes on, exit 1."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station_app.cli import main
from station_app.cli.assess import answers
from station_app.cli.case_lines import LONGEST_LINE, lines_of, write_line
from station_app.cli.output import Exit
from station_app.plans import PlanBook
from tests.unit.plans.cases import plan_of, raw_case
from tests.unit.plans.generated import YEARS, raw_cases

V = "vocational"
BOOK = PlanBook({year: plan_of(year) for year in YEARS})
GOOD = json.dumps({"id": "good", **raw_case(2024, V)}, ensure_ascii=False)

Run = Callable[[bytes], tuple[int, list[dict[str, Any]]]]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Assess a file of these bytes: the exit code and the answers."""

    def assess(content: bytes) -> tuple[int, list[dict[str, Any]]]:
        file = tmp_path / "cases.jsonl"
        file.write_bytes(content)
        done = main(["assess", str(file)])
        return done, [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return assess


def lines(*texts: str | bytes) -> bytes:
    return b"\n".join(each.encode() if isinstance(each, str) else each for each in texts) + b"\n"


def changed(**changes: Any) -> str:
    """A good line with keys changed; a value of None takes the key out."""
    raw = {"id": "bad", **raw_case(2024, V), **changes}
    return json.dumps({key: value for key, value in raw.items() if value is not None}, ensure_ascii=False)


def fact(**facts: Any) -> str:
    return json.dumps({"id": "bad", **raw_case(2024, V, **facts)}, ensure_ascii=False)


DEEP = 100_000
BAD: list[tuple[str, str | bytes, str, str | None]] = [
    ("not json", "not json", "not_json", None),
    ("half an object", GOOD[:-1], "not_json", None),
    ("two objects", GOOD + GOOD, "not_json", None),
    ("a list", "[]", "not_an_object", None),
    ("a number", "1", "not_an_object", None),
    ("null", "null", "not_an_object", None),
    ("an empty object", "{}", "missing", "plan"),
    ("NaN", changed(plan=float("nan")), "not_json", None),
    ("Infinity", changed(id=float("inf")), "not_json", None),
    ("a number beyond numbers", '{"id": 1e999, "plan": 2024}', "not_json", None),
    ("a number of 10,000 digits", '{"plan": ' + "9" * 10_000 + "}", "not_json", None),
    ("a plan that nobody has", changed(plan=10**30), "plan_unknown", "plan"),
    ("a plan of the year 2018", changed(plan=2018), "plan_unknown", "plan"),
    ("a plan as text", changed(plan="2024"), "not_a_whole_number", "plan"),
    ("a plan with a fraction", changed(plan=2024.0), "not_a_whole_number", "plan"),
    ("a category that is none", changed(category="x"), "not_a_choice", "category"),
    ("deep lists", "[" * DEEP + "]" * DEEP, "not_json", None),
    ("deep objects", '{"a":' * DEEP + "1" + "}" * DEEP, "not_json", None),
    ("a deep list in a case", changed(note=None)[:-1] + ', "x": ' + "[" * DEEP + "]" * DEEP + "}", "not_json", None),
    ("a key twice", GOOD[:-1] + ', "plan": 2017}', "key_twice", "plan"),
    ("a key twice, inside", '{"plan": 2024, "member": {"has_card": true, "has_card": false}}', "key_twice", "has_card"),
    ("ten million bytes", b"x" * 10_000_000, "line_too_long", None),
    ("ten million bytes of JSON", b'{"id": "' + b"x" * 10_000_000 + b'"}', "line_too_long", None),
    ("GB18030", GOOD.encode("gb18030"), "not_utf8", None),
    ("UTF-16", GOOD.encode("utf-16-le").replace(b"\n", b""), "not_utf8", None),
    ("Latin-1", '{"id": "é"}'.encode("latin-1"), "not_utf8", None),
    ("a zero byte", b'{"id": "\x00"}', "not_utf8", None),
    ("a raw control character", b'{"id": "\x01"}', "not_json", None),
    ("a control character in a fact", fact(issuer="a\x07b"), "control_character", "issuer"),
    ("half a character", '{"id": "bad", "plan": 2024, "category": "\\ud800"}', "not_a_choice", "category"),
    (
        "half a character in a fact",
        fact(occupation="电\ud800工").replace("\ud800", "\\ud800"),
        "control_character",
        "occupation",
    ),
    ("the 30th of February", fact(issue_date="2023-02-30"), "not_a_date", "issue_date"),
    ("the 13th month", changed(applied_on="2024-13-01"), "not_a_date", "applied_on"),
    ("the year 0", changed(applied_on="0000-01-01"), "not_a_date", "applied_on"),
    ("a date as a number", changed(applied_on=20240501), "not_a_date", "applied_on"),
    ("a date of other digits", changed(applied_on="２０２４-05-01"), "not_a_date", "applied_on"),
    ("a level as text", fact(level="2"), "not_a_whole_number", "level"),
    ("a level as a list", fact(level=[2]), "not_a_whole_number", "level"),
    ("a level far away", fact(level=10**12), "out_of_range", "level"),
    ("yes as text", fact(has_card="true"), "not_true_or_false", "has_card"),
    ("a member that is a list", changed(member=[]), "not_an_object", "member"),
    ("no certificate", changed(certificate=None), "missing", "certificate"),
    ("a history that is an object", changed(history={}), "not_a_list", "history"),
    ("an occupation without end", fact(occupation="工" * 101), "too_long", "occupation"),
]


@pytest.mark.parametrize(("line", "code", "field"), [each[1:] for each in BAD], ids=[each[0] for each in BAD])
def test_a_bad_line_is_answered_and_the_run_goes_on(run: Run, line: str | bytes, code: str, field: str | None) -> None:
    done, answered = run(lines(GOOD, line, GOOD))
    assert done == Exit.NO
    assert [each.get("id") for each in (answered[0], answered[2])] == ["good", "good"]
    assert answered[0]["verdict"] == answered[2]["verdict"] == "eligible"
    error = answered[1]["error"]
    assert (error["code"], error["field"]) == (code, field)
    assert error["message"].endswith(("。", "）"))
    assert "verdict" not in answered[1]


def test_all_bad_lines_together_are_answered_in_order(run: Run) -> None:
    done, answered = run(lines(*(each[1] for each in BAD)))
    assert done == Exit.NO
    assert [each["error"]["code"] for each in answered] == [each[2] for each in BAD]


def test_a_line_with_several_errors_lists_them_all(run: Run) -> None:
    _, (answer,) = run(lines(fact(level="2", issue_date="2023-02-30", has_card=1)))
    assert answer["error"]["code"] == "not_true_or_false"
    fields = {each["field"] for each in answer["error"]["problems"]}
    assert fields == {"has_card", "level", "issue_date"}


def test_the_id_of_a_bad_case_is_kept(run: Run) -> None:
    _, answered = run(lines(changed(plan="x"), changed(id=17, plan="x"), changed(id={"a": [1]}, plan="x")))
    assert [each["id"] for each in answered] == ["bad", 17, {"a": [1]}]


@pytest.mark.parametrize("content", [b"", b"\n\n", b" \t\r\n"])
def test_an_empty_file_is_said_to_be_empty(tmp_path: Path, content: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "empty"
    file.write_bytes(content)
    assert main(["assess", str(file)]) == Exit.DONE
    said = capsys.readouterr()
    assert said.out == ""
    assert "没有可判断的行" in said.err


@pytest.mark.parametrize("name", ["/no/such/file", "/"])
def test_a_file_that_cannot_be_read_is_wrong_use(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["assess", name]) == Exit.USAGE
    assert "[file_unreadable]" in capsys.readouterr().err


@pytest.mark.parametrize(
    "content",
    [
        GOOD.encode(),  # no end of line
        b"\xef\xbb\xbf" + GOOD.encode() + b"\r\n",  # as Notepad writes it
        b"\n" + GOOD.encode() + b"\n\n",
    ],
)
def test_a_good_file_however_it_was_saved(run: Run, content: bytes) -> None:
    done, answered = run(content)
    assert (done, [each["verdict"] for each in answered]) == (Exit.DONE, ["eligible"])


def test_a_file_of_utf_16_is_told_so_line_by_line(run: Run) -> None:
    done, answered = run(lines(GOOD, GOOD).decode().encode("utf-16"))
    assert done == Exit.NO
    assert {each["error"]["code"] for each in answered} == {"not_utf8"}


def test_the_longest_line_is_read_and_one_byte_more_is_not(run: Run) -> None:
    room = LONGEST_LINE - len(GOOD.encode()) - len(', "x": ""')
    longest = GOOD[:-1] + ', "x": "' + "x" * room + '"}'
    assert len(longest.encode()) == LONGEST_LINE
    done, answered = run(lines(longest, longest.replace('"x": "', '"x": "x'), GOOD))
    assert done == Exit.NO
    assert [each.get("error", {}).get("code") for each in answered] == [None, "line_too_long", None]


def test_a_line_without_end_is_not_kept_in_memory() -> None:
    source = io.BytesIO(b"x" * (5 * LONGEST_LINE) + b"\nshort")
    assert [len(each) for each in lines_of(source)] == [LONGEST_LINE + 2, 5]


@given(st.binary(max_size=80))
def test_whatever_bytes_a_line_is_it_has_one_answer_of_one_line(line: bytes) -> None:
    found = list(answers(BOOK, [line]))
    assert len(found) == bool(line.strip())
    for answer, code in found:
        assert code is Exit.NO
        assert "\n" not in write_line(answer)
        write_line(answer).encode()


odd = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=6), st.just("\ud800")),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=4), inner, max_size=3)),
    max_leaves=6,
)


@given(raw_cases(), st.data())
def test_whatever_a_case_holds_it_is_answered_as_json(raw: dict[str, Any], data: st.DataObject) -> None:
    sections = [raw, raw["member"], raw["certificate"]]
    for _ in range(data.draw(st.integers(0, 2))):
        section = data.draw(st.sampled_from(sections))
        section[data.draw(st.sampled_from([*sorted(map(str, section)), "id", "also_holds"]))] = data.draw(odd)
    ((answer, code),) = answers(BOOK, [json.dumps(raw).encode()], with_ways_out=True)
    text = write_line(answer)
    text.encode()
    assert json.loads(text, parse_constant=pytest.fail) == answer
    assert code in (Exit.DONE, Exit.NO)
    assert ("error" in answer) == (code is Exit.NO)


def test_ways_out_come_when_they_are_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "cases.jsonl"
    file.write_bytes(lines(fact(has_card=False), GOOD))
    assert main(["assess", str(file), "--ways-out"]) == Exit.DONE
    refused, good = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert [each["message"] for each in refused["ways_out"]] == ["办理互助服务卡后可申报，资助 1000 元。"]
    assert good["ways_out"] == []
    assert main(["assess", str(file)]) == Exit.DONE
    assert "ways_out" not in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["utf-8", "gbk", "ascii"])
def test_the_answer_is_utf_8_whatever_the_console_writes(encoding: str) -> None:
    """From standard input to standard output, through a child with another encoding of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "station_app.cli", "assess", "-"],
        input=lines(GOOD, '{"id": "\\ud800é☃"}', b"\xff"),
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": encoding},
    )
    assert done.returncode == Exit.NO
    first, second, third = (json.loads(line) for line in done.stdout.decode("utf-8").splitlines())
    assert first["findings"][0]["message"].startswith("二级（技师），资助 1000 元")
    assert second["id"] == "\ud800é☃"
    assert third["error"]["code"] == "not_utf8"
