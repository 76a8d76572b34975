"""The commands: what they print, where, and how they end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from central.cli import main
from station_app.domain.application import REQUIRED_SCANS
from sync.enrolment import read_package
from sync.envelope import EnrolmentCode
from tests.samples.people import person
from tests.unit.central.office import Office, Sender, entry


@pytest.fixture(autouse=True)
def home(office: Office, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CENTRAL_HOME", str(office.central.home.path))
    monkeypatch.delenv("CENTRAL_DATABASE_URL", raising=False)
    return office.central.home.path


def run(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    """Exit code, stdout, stderr."""
    code = main([str(each) for each in arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


def received(sender: Sender, number: int = 1) -> str:
    body = sender.submission(number)
    sender.submit(body)
    reference: str = body["reference"]
    return reference


def test_init_prints_the_home_and_where_the_recovery_identity_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CENTRAL_HOME", str(tmp_path / "new"))
    assert run(capsys, "list")[0] == 2  # nothing there yet
    code, out, err = run(capsys, "init")
    assert (code, out.split()[-1]) == (0, str(tmp_path / "new"))
    identity = tmp_path / "new" / "keys" / "recovery-identity.txt"
    assert str(identity) in err
    identity.unlink()  # carried away, as it should be
    code, out, err = run(capsys, "init")
    assert (code, err) == (0, "")
    assert run(capsys, "list", "--json")[:2] == (0, "[]\n")


def test_enrol_prints_a_code(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "enrol", "CY001", "--name", "朝阳站", "--district", "朝阳区")
    assert code == 0
    assert str(EnrolmentCode.parse(out.split()[-1])) == out.split()[-1]


def test_a_package_is_written_and_its_code_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "package"
    code, out, _ = run(capsys, "enrol", "CY001", "--name", "站", "--out", file)
    assert code == 0
    package, _parsed = read_package(file, out.split()[-1])
    assert (package.identity.station_no, package.identity.device_letter) == ("CY001", "A")
    assert run(capsys, "enrol", "CY001", "--name", "站", "--out", tmp_path / "nowhere" / "package")[:2] == (1, "")


def test_a_file_that_is_none_is_wrong_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_bytes(b"something else")
    code, out, err = run(capsys, "courier", tmp_path / "file", "--out", tmp_path / "answer")
    assert (code, out) == (2, "")
    assert "U盘递送" in err


def test_a_case_from_review_to_paid(
    office: Office, sender: Sender, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reference = received(sender)
    assert run(capsys, "review", reference, "--return", "card_no:mismatch:与卡面:不符", "scan.card:unreadable")[0] == 0
    shown = json.loads(run(capsys, "show", reference, "--json")[1])
    assert shown["returned"] == [
        {"field": "card_no", "code": "mismatch", "note": "与卡面:不符"},
        {"field": "scan.card", "code": "unreadable", "note": ""},
    ]
    body = sender.submission(1, reference=reference, revision=2, application_id=shown["application_id"])
    sender.submit(body)
    assert run(capsys, "review", reference, "--approve")[0] == 0
    code, out, _ = run(capsys, "pay")
    file = Path(out.split()[-1])
    assert code == 0
    answer = tmp_path / "answer.csv"
    heading, line = file.read_text("utf-8").split()
    answer.write_text(f"{heading},result\n{line},ok\n", "utf-8")
    counts = {"paid": 1, "returned": 0, "already": 0, "open": 0, "refused": 0}
    code, out, _ = run(capsys, "pay", "--confirm", answer)
    assert (code, json.loads(out)) == (0, counts)
    code, out, _ = run(capsys, "pay", "--confirm", answer)
    assert (code, json.loads(out)) == (0, {**counts, "paid": 0, "already": 1})
    (listed,) = json.loads(run(capsys, "list", "--json")[1])
    assert {name: listed[name] for name in ("reference", "state", "revision", "name", "amount")} == {
        "reference": reference,
        "state": "paid",
        "revision": 2,
        "name": person(1).name,
        "amount": 1000,
    }
    notices = sorted(office.central.home.notices.iterdir())
    assert ["补正" in each.read_text("utf-8") for each in notices] == [True, False]
    assert run(capsys, "audit")[0] == 0


def test_show_has_everything_the_contract_names(
    office: Office, sender: Sender, capsys: pytest.CaptureFixture[str]
) -> None:
    content = {kind.value: kind.value.encode() for kind in REQUIRED_SCANS}
    body = sender.submission(1, scans=content)
    sender.submit(body)
    for each in content.values():
        sender.upload(body["reference"], each)
    sender.sync(have=[{"reference": body["reference"], "revision": 1}])
    shown = json.loads(run(capsys, "show", body["reference"], "--json")[1])
    wanted = {"plan", "category", "applicant", "member", "certificate", "assessment", "returned", "receipts", "history"}
    assert wanted <= set(shown)
    assert (shown["reference"], shown["state"], shown["revision"]) == (body["reference"], "received", 1)
    assert shown["applicant"] == body["content"]["applicant"]
    assert [{name: each[name] for name in ("kind", "sha256", "size")} for each in shown["scans"]] == [
        {name: value for name, value in entry(kind, each).items() if name != "media_type"}
        for kind, each in content.items()
    ]
    assert [each["revision"] for each in shown["receipts"]] == [1]
    assert [each["state"] for each in shown["history"]] == ["queued", "received"]


def test_the_answer_no_is_exit_1(sender: Sender, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "show", sender.reference(), "--json")[:2] == (1, "")
    assert run(capsys, "pay")[:2] == (1, "")
    reference = received(sender)
    assert run(capsys, "review", reference, "--reject", "expired:过期")[0] == 0
    code, out, err = run(capsys, "review", reference, "--approve")
    assert (code, out) == (1, "")
    assert "move_not_allowed" in err


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["review"],
        ["review", "CY001-24-A100001-0", "--approve"],
        ["review", "nonsense", "--approve"],
        ["review", "REF"],
        ["review", "REF", "--approve", "--reject", "other"],
        ["review", "REF", "--reject", "because"],
        ["review", "REF", "--return", "card_no"],
        ["review", "REF", "--return", "card_no:because"],
        ["review", "REF", "--return", "colour:mismatch"],
        ["review", "REF", "--return", "scan.passport:missing"],
        ["review", "REF", "--return"],
        ["enrol", "CY001"],
        ["enrol", "cy-1", "--name", "站"],
        ["roster", "import", "nowhere.csv"],
        ["roster", "import", "roster.txt"],
        ["pay", "--confirm", "nowhere.csv"],
        ["serve", "--port", "x"],
    ],
)
def test_wrong_use_is_exit_2(sender: Sender, capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    reference = received(sender)
    try:
        code = main([reference if each == "REF" else each for each in arguments])
    except SystemExit as ended:  # argparse
        code = int(ended.code or 0)
    assert code == 2
    assert capsys.readouterr().out == ""


def test_a_failing_environment_is_exit_3(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(capsys, "serve", "--host", "192.0.2.1")[0] == 3  # not an address of this machine
    monkeypatch.setenv("CENTRAL_DATABASE_URL", f"sqlite:///{home / 'missing' / 'central.db'}")
    code, _, err = run(capsys, "list")
    assert code == 3
    assert "database_unreadable" in err


def test_a_bug_is_exit_70(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    from central import views

    monkeypatch.setattr(views, "list_cases", lambda _central: 1 / 0)
    code, out, err = run(capsys, "list", "--json")
    assert (code, out) == (70, "")
    assert "ZeroDivisionError" in err


def test_a_roster_with_bad_rows_is_imported_but_for_those(
    office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "roster.csv"
    file.write_text(f"name,id_number\n{person(1).name},{person(1).id_number}\n,5\n", "utf-8")
    code, out, err = run(capsys, "roster", "import", file)
    assert (code, json.loads(out)) == (1, {"added": 1, "changed": 0, "gone": 0, "left_out": 1})
    assert "第 3 行" in err
    file.write_text(f"name,id_number\n{person(1).name},{person(1).id_number}\n", "utf-8")
    code, out, _ = run(capsys, "roster", "import", file, "--replace")
    assert (code, json.loads(out)) == (0, {"added": 0, "changed": 0, "gone": 0, "left_out": 0})


def test_devices_are_listed_and_revoked(sender: Sender, capsys: pytest.CaptureFixture[str]) -> None:
    (listed,) = json.loads(run(capsys, "devices", "--json")[1])
    assert (listed["device"], listed["station_no"], listed["revoked_at"]) == (sender.device.id, "CY001", None)
    assert run(capsys, "revoke", sender.device.id)[0] == 0
    (listed,) = json.loads(run(capsys, "devices", "--json")[1])
    assert listed["revoked_at"] is not None
    assert run(capsys, "revoke", "nobody")[0] == 1


def test_every_code_of_the_commands_has_its_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    """What the server raises is shown to a person by a command, or refused to a station under the same code."""
    import ast

    import central
    from central.messages import sentence
    from station_app.errors import UserError

    routes_only = {  # seen by programs alone, as problem documents
        "blob_hash_mismatch", "blob_unknown", "body_mismatch", "body_too_large", "device_key_invalid", "device_revoked",
        "header_invalid", "json_invalid", "media_type_unsupported", "offset_mismatch", "position_unknown",
        "proof_invalid", "request_invalid", "token_mismatch", "token_missing", "token_replayed", "token_unreadable",
        "upload_cut", "upload_stalled", "upload_superseded", "upload_too_long", "upload_too_short",
    }  # fmt: skip
    row_codes = {"missing", "id_number_twice", "not_true_or_false", "control_character", "too_long", "digits_lost"}
    codes = {
        node.args[0].value
        for file in Path(central.__file__).parent.glob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        if node.func.id in {"UserError", "EnvironmentFault"} and node.args
        if isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str)
    }
    assert len(codes) > 40
    silent = {code for code in codes - routes_only - row_codes if sentence(UserError(code)).startswith("[")}
    assert silent == set()
