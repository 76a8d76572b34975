"""资金划拨: one open batch for a case, no payment repeated by the plan's rules, each line booked once."""

from __future__ import annotations

import csv
import threading
from pathlib import Path

import pytest
from sqlalchemy import select

from central import money, review, views
from central.bank_file import COLUMNS
from central.tables import payments
from station_app import durable
from station_app.domain.application import Category, FieldReturn, ReturnCode
from station_app.durable import Point
from station_app.errors import UserError
from tests.samples.cases import case
from tests.samples.people import person
from tests.unit.central.office import Office, Sender, make_office


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def answered(file: Path, **results: str) -> Path:
    """The bank file with a column ``result``; ``results`` by reference with _ for -, else ``ok``."""
    target = file.with_name("answered.csv")
    lines = rows(file)
    with target.open("w", encoding="utf-8", newline="") as text:
        writer = csv.DictWriter(text, [*COLUMNS, "result"])
        writer.writeheader()
        writer.writerows({**line, "result": results.get(line["reference"].replace("-", "_"), "ok")} for line in lines)
    return target


def key(reference: str) -> str:
    return reference.replace("-", "_")


def test_the_bank_file_names_every_approved_case_once(office: Office, sender: Sender) -> None:
    references = {office.approved(sender, number) for number in (1, 2, 3)}
    run = money.pay(office.central)
    assert run.held == []
    (file,) = run.files
    assert file.parent == office.central.home.bank
    lines = rows(file)
    assert tuple(lines[0]) == COLUMNS
    assert {line["reference"] for line in lines} == references
    assert {line["batch"] for line in lines} == {file.stem}
    one = next(line for line in lines if line["name"] == person(1).name)
    assert (one["card_no"], one["amount"]) == (person(1).card_no, "1000")
    assert {office.state(each) for each in references} == {"approved"}


def test_a_second_run_holds_nothing_twice(office: Office, sender: Sender) -> None:
    office.approved(sender, 1)
    assert len(money.pay(office.central).files) == 1
    assert money.pay(office.central).files == []
    office.approved(sender, 2)
    (second,) = money.pay(office.central).files
    assert [line["name"] for line in rows(second)] == [person(2).name]


def test_two_runs_at_once_hold_no_case_twice(tmp_path: Path, office: Office, sender: Sender) -> None:
    references = [office.approved(sender, number) for number in range(1, 9)]
    others = [make_office(tmp_path / "central") for _ in range(2)]  # connections of their own, as processes have
    runs: list[money.PayRun] = []
    threads = [threading.Thread(target=lambda each=each: runs.append(money.pay(each.central))) for each in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for each in others:
        each.central.close()
    files = {file for run in runs for file in run.files}
    assert sorted(line["reference"] for file in files for line in rows(file)) == sorted(references)


def test_the_file_can_be_made_again_with_the_same_bytes(office: Office, sender: Sender) -> None:
    office.approved(sender, 1)
    (file,) = money.pay(office.central).files
    before = file.read_bytes()
    file.unlink()
    assert money.pay(office.central).files == [file]  # a run finds that it is missing
    assert file.read_bytes() == before
    assert money.write_batch(office.central, file.stem) == file
    assert file.read_bytes() == before
    with pytest.raises(UserError, match="batch_unknown"):
        money.write_batch(office.central, "B20240101-0001")


def test_the_rows_are_durable_before_the_file_is_written(
    office: Office, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = office.approved(sender, 1)
    with monkeypatch.context() as patched:

        def power_cut(_source: Path, _target: Path, point: Point) -> None:
            assert point is Point.SERVER_BANK_FILE
            with office.central.database.read() as tx:
                assert [row.reference for row in tx.execute(select(payments))] == [reference]
            raise KeyboardInterrupt

        patched.setattr(durable, "rename", power_cut)
        with pytest.raises(KeyboardInterrupt):
            money.pay(office.central)
    assert list(office.central.home.bank.iterdir()) == []
    (file,) = money.pay(office.central).files
    assert [line["reference"] for line in rows(file)] == [reference]


def test_confirming_twice_books_once(office: Office, sender: Sender) -> None:
    reference = office.approved(sender, 1)
    (file,) = money.pay(office.central).files
    answer = answered(file)
    assert money.confirm(office.central, answer) == money.Booking(paid=1)
    assert money.confirm(office.central, answer) == money.Booking(already=1)
    shown = views.show(office.central, reference)
    assert (shown["state"], shown["paid_on"]) == ("paid", "2024-05-15")
    assert [each["state"] for each in shown["history"]].count("paid") == 1
    paid = sender.states("paid")
    assert [(each.reference, each.amount, each.paid_on) for each in paid] == [(reference, 1000, "2024-05-15")]


def test_a_line_the_bank_refuses_comes_back_for_its_card_and_is_paid_later(office: Office, sender: Sender) -> None:
    good, bad = office.approved(sender, 1), office.approved(sender, 2)
    (file,) = money.pay(office.central).files
    booking = money.confirm(office.central, answered(file, **{key(bad): "账号不存在"}))
    assert (booking.paid, booking.returned) == (1, 1)
    assert office.state(good) == "paid"
    shown = views.show(office.central, bad)
    assert shown["state"] == "returned"
    assert shown["returned"] == [{"field": "card_no", "code": "invalid", "note": "账号不存在"}]
    assert [each.returned for each in sender.states("returned")] == [shown["returned"]]

    content = case(2)
    content["applicant"]["card_no"] = person(77).card_no
    body = sender.submission(2, reference=bad, revision=2, application_id=shown["application_id"], content=content)
    assert sender.submit(body).result == "accepted"
    review.approve(office.central, bad)
    (second,) = money.pay(office.central).files
    assert [(line["reference"], line["card_no"]) for line in rows(second)] == [(bad, person(77).card_no)]
    money.confirm(office.central, answered(second))
    assert office.state(bad) == "paid"
    assert (
        money.confirm(office.central, answered(file, **{key(bad): "账号不存在"})).already == 2
    )  # the old answer again
    assert office.state(bad) == "paid"


def test_lines_that_cannot_be_booked_are_named_and_the_rest_is(office: Office, sender: Sender) -> None:
    first, second, third = (office.approved(sender, number) for number in (1, 2, 4))
    (file,) = money.pay(office.central).files
    answer = file.with_name("answer.csv")
    lines = {line["reference"]: line for line in rows(file)}
    with answer.open("w", encoding="utf-8", newline="") as text:
        writer = csv.DictWriter(text, [*COLUMNS, "result"])
        writer.writeheader()
        writer.writerow({**lines[first], "result": "OK"})
        writer.writerow({**lines[second], "amount": "99999", "result": "ok"})
        writer.writerow({**lines[third], "result": ""})
        writer.writerow({**lines[first], "batch": "B20200101-0001", "result": "ok"})
    booking = money.confirm(office.central, answer)
    assert (booking.paid, booking.returned, booking.open) == (1, 0, 1)
    assert [(each.line, each.code) for each in booking.refused] == [(3, "amount_differs"), (5, "payment_unknown")]
    assert [office.state(each) for each in (first, second, third)] == ["paid", "approved", "approved"]


def test_lines_that_contradict_each_other_are_not_booked(office: Office, sender: Sender) -> None:
    reference = office.approved(sender, 1)
    (file,) = money.pay(office.central).files
    answer = file.with_name("answer.csv")
    (line,) = rows(file)
    with answer.open("w", encoding="utf-8", newline="") as text:
        writer = csv.DictWriter(text, [*COLUMNS, "result"])
        writer.writeheader()
        writer.writerows([{**line, "result": "ok"}, {**line, "result": "账号不存在"}])
    booking = money.confirm(office.central, answer)
    assert (booking.paid, booking.returned) == (0, 0)
    assert {each.code for each in booking.refused} == {"lines_contradict"}
    assert office.state(reference) == "approved"
    assert money.confirm(office.central, answered(file)).paid == 1
    refused = money.confirm(office.central, answered(file, **{key(reference): "账号不存在"})).refused
    assert [each.code for each in refused] == ["booked_otherwise"]
    assert office.state(reference) == "paid"


def test_money_on_its_way_stops_withdrawal_and_return(office: Office, sender: Sender) -> None:
    body = sender.submission(1)
    sender.submit(body)
    review.approve(office.central, body["reference"])
    money.pay(office.central)
    assert sender.withdraw(body).code == "payment_under_way"
    with pytest.raises(UserError, match="payment_under_way"):
        review.give_back(office.central, body["reference"], [FieldReturn("name", ReturnCode.OTHER)])


def test_a_person_is_paid_once_a_plan_across_stations_and_categories(office: Office, sender: Sender) -> None:
    other = office.sender("HD002")
    first = office.approved(sender, 1)
    body = other.submission(content={**case(2, Category.SOCIAL_WORKER), "applicant": case(1)["applicant"]})
    other.submit(body)
    review.approve(office.central, body["reference"])  # nothing paid yet: both can be approved
    run = money.pay(office.central)
    assert [line["reference"] for line in rows(run.files[0])] == [first]
    assert [(each.reference, each.code) for each in run.held] == [(body["reference"], "not_eligible")]
    assert money.pay(office.central).files == []  # still held, still in one batch
    money.confirm(office.central, answered(run.files[0], **{key(first): "账户冻结"}))
    (second,) = money.pay(office.central).files  # the first fell through: now the other can be paid
    assert [line["reference"] for line in rows(second)] == [body["reference"]]


@pytest.mark.parametrize(
    ("member", "applicant", "code"),
    [
        ({"is_member": True, "has_card": False}, {"card_no": ""}, "no_card"),
        ({"is_member": False, "has_card": True}, {}, "no_membership"),
    ],
)
def test_who_has_no_card_or_is_no_member_waits(
    office: Office, sender: Sender, member: dict[str, bool], applicant: dict[str, str], code: str
) -> None:
    content = case(1) | {"plan": 2014, "applied_on": "2014-11-03"}
    given = {**content["applicant"], **applicant}
    content["applicant"] = {name: value for name, value in given.items() if value}
    content["member"] = {**member, "beijing_union": True}
    content["certificate"] |= {"kind": "职业资格证书", "level": 2, "issue_date": "2014-06-01", "occupation": "焊工"}
    body = sender.submission(content=content)
    sender.submit(body)
    review.approve(office.central, body["reference"])
    run = money.pay(office.central)
    assert (run.files, [(each.reference, each.code) for each in run.held]) == ([], [(body["reference"], code)])


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+1", "-1", "@A1"])
def test_a_name_is_never_a_formula(office: Office, sender: Sender, name: str) -> None:
    office.approved(sender, 1, name=name)
    (file,) = money.pay(office.central).files
    assert [line["name"] for line in rows(file)] == [f"'{name}"]


def test_the_database_itself_refuses_a_second_open_payment(office: Office, sender: Sender) -> None:
    from sqlalchemy import insert
    from sqlalchemy.exc import IntegrityError

    reference = office.approved(sender, 1)
    money.pay(office.central)
    with office.central.database.read() as tx:
        row = dict(tx.execute(select(payments)).mappings().one())
    with pytest.raises(IntegrityError), office.central.database.write(Point.SERVER_PAY) as tx:
        tx.execute(insert(payments).values({**row, "position": 2, "reference": reference}))
