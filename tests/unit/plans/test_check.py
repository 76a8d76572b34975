"""``station plans check FILE``: a pack holds, or the line and the field that are wrong are named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from resources import plan_files
from station_app.cli import main
from station_app.cli.output import Exit
from station_app.plans import bundle


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A whole pack in a folder."""
    pack = tmp_path / "pack"
    pack.mkdir()
    for name, text in plan_files(2017).items():
        (pack / name).write_text(text, "utf-8")
    return pack


def checked(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, object]]:
    done = main(["plans", "check", *arguments, "--json"])
    answer = json.loads(capsys.readouterr().out)
    assert isinstance(answer, dict)
    return done, answer


def test_a_year_a_folder_its_toml_and_a_bundle_are_packs(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    packed = tmp_path / "2017.json"
    packed.write_text(bundle(plan_files(2017)), "utf-8")
    (folder / ".DS_Store").write_bytes(b"\xff")
    for name in ("2017", str(folder), str(folder / "plan.toml"), str(packed)):
        assert checked(capsys, name) == (Exit.DONE, {"ok": True, "year": 2017, "version": 1})


def test_a_file_with_a_mark_of_byte_order_is_read(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, text in plan_files(2017).items():
        (folder / name).write_text(text, "utf-8-sig")
    assert checked(capsys, str(folder))[0] == Exit.DONE


def test_a_plan_under_another_name_is_read_beside_its_files(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "plan.toml").rename(folder / "new.toml")
    assert checked(capsys, str(folder / "new.toml"))[0] == Exit.DONE


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16"])
@pytest.mark.parametrize("name", ["plan.toml", "catalogue.csv", "text.txt", "occupations.txt"])
def test_another_encoding_is_named_with_its_line(
    folder: Path, name: str, encoding: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / name).write_text(plan_files(2017)[name], encoding)
    done, answer = checked(capsys, str(folder))
    assert done == Exit.NO
    assert (answer["code"], answer["problem"], answer["file"]) == ("pack_invalid", "not_utf8", name)
    assert isinstance(answer["line"], int)


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("text.txt", None, ("text.txt", None, None, "file_missing")),
        ("text.txt", "", ("text.txt", None, None, "file_empty")),
        ("plan.toml", "", ("plan.toml", None, None, "file_empty")),
        ("plan.toml", "year = \n", ("plan.toml", 1, None, "not_toml")),
        ("plan.toml", "# x\nyear = 2024-02-30\n", ("plan.toml", 2, None, "date_impossible")),
        ("notes.txt", "x", ("notes.txt", None, None, "file_unknown")),
        ("catalogue.csv", "occupation,issuer\n车工\n", ("catalogue.csv", 2, None, "row_incomplete")),
        ("catalogue.csv", "occupation\n" + "x" * 9_000_000, ("catalogue.csv", None, None, "file_too_large")),
    ],
)
def test_what_is_wrong_is_named(
    folder: Path,
    name: str,
    content: str | None,
    expected: tuple[str, int | None, str | None, str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    if content is None:
        (folder / name).unlink()
    else:
        (folder / name).write_text(content, "utf-8")
    done, answer = checked(capsys, str(folder))
    assert done == Exit.NO
    assert (answer["file"], answer["line"], answer["key"], answer["problem"]) == expected


def test_a_wrong_type_is_named_with_line_and_key(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = plan_files(2017)["plan.toml"].replace("last = 2018-10-31", 'last = "2018-10-31"')
    (folder / "plan.toml").write_text(text, "utf-8")
    done, answer = checked(capsys, str(folder))
    assert done == Exit.NO
    assert answer["key"] == "everybody[4].last"
    assert answer["line"] == text.splitlines().index('last = "2018-10-31"') + 1


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "not_json"),
        (b"[]", "not_a_bundle"),
        (b'{"plan.toml": 1}', "not_a_bundle"),
        (b'{"plan.toml": "\\ud800"}', "not_utf8"),
        (b"\xd6\xd0", "not_utf8"),
        (b"[" * 100_000, "not_json"),
        (b'{"a": ' + b"9" * 10_000 + b"}", "not_json"),
    ],
)
def test_what_is_no_bundle_is_refused(
    tmp_path: Path, content: bytes, problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "bundle.json"
    file.write_bytes(content)
    done, answer = checked(capsys, str(file))
    assert (done, answer["problem"]) == (Exit.NO, problem)


def test_a_file_that_is_not_there_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plans", "check", "/no/such/pack"]) == Exit.USAGE
    assert main(["plans", "check"]) == Exit.USAGE
    assert "[file_unreadable]" in capsys.readouterr().err


def test_a_person_reads_place_words_and_code(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "text.txt").write_text("别的话", "utf-8")
    assert main(["plans", "check", str(folder)]) == Exit.NO
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("plan.toml:")
    assert "clauses.programme.quote: 引文在 text.txt 里找不到 [quote_not_in_text]" in said.err
