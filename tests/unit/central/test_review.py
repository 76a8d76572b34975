"""The reviewer's answers, and what the station and the applicant are told."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from central import audit, money, notices, review, views
from central.home import Configuration
from central.messages import sentence
from station_app.domain.application import FieldReturn, ReturnCode
from station_app.errors import UserError
from tests.samples.cases import case
from tests.samples.people import person
from tests.unit.central.office import Office, Sender

RETURNED = [
    FieldReturn("card_no", ReturnCode.MISMATCH, "与卡面不符"),
    FieldReturn("scan.id_back", ReturnCode.UNREADABLE),
]


def test_a_return_names_every_field_once(office: Office, sender: Sender) -> None:
    body = sender.submission()
    sender.submit(body)
    review.give_back(office.central, body["reference"], [*RETURNED, RETURNED[0]])
    expected = [each.to_json() for each in RETURNED]
    assert views.show(office.central, body["reference"])["returned"] == expected
    changes = sender.states()
    assert [each.state for each in changes] == ["received", "returned"]
    assert changes[1].returned == expected
    assert changes[1].assessment is not None


def test_a_rejection_carries_code_and_note(office: Office, sender: Sender) -> None:
    body = sender.submission()
    sender.submit(body)
    review.reject(office.central, body["reference"], ReturnCode.EXPIRED, "过期")
    (told,) = sender.states("rejected")
    assert (told.state, told.code, told.note) == ("rejected", "expired", "过期")
    with pytest.raises(UserError, match="move_not_allowed"):
        review.approve(office.central, body["reference"])


def test_the_reviewer_sees_why_a_page_with_a_defect_was_kept(office: Office, sender: Sender) -> None:
    body = sender.submission(scans={"card": b"card", "certificate": b"certificate"})
    body["scans"][1]["remark"] = "原件就是这样"
    sender.submit(body)
    shown = views.show(office.central, body["reference"])["scans"]
    assert [each.get("remark", "none") for each in shown] == ["none", "原件就是这样"]
    assert told_reviewer(office, body) == [("scan_kept_because", "scan.certificate", {"remark": "原件就是这样"})]
    assert views.for_the_reviewer(office.central, sender.reference()) == []


def told_reviewer(office: Office, body: Mapping[str, Any]) -> list[tuple[str, str | None, dict[str, Any]]]:
    told = views.for_the_reviewer(office.central, body["reference"])
    return [(each.code, each.field, dict(each.params)) for each in told]


def test_the_reviewer_sees_what_the_chip_said(office: Office, sender: Sender) -> None:
    body = {**sender.submission(), "from_chip": ["name", "id_number"]}
    sender.submit(body)
    assert views.show(office.central, body["reference"])["from_chip"] == ["name", "id_number"]
    assert told_reviewer(office, body) == [("fields_from_chip", None, {"fields": ["name", "id_number"]})]
    (error,) = views.for_the_reviewer(office.central, body["reference"])
    assert sentence(error).startswith("姓名、身份证号与身份证芯片一致。")


def test_a_body_of_before_says_nothing_of_a_chip(office: Office, sender: Sender) -> None:
    body = sender.submission()
    assert "from_chip" not in body
    sender.submit(body)
    assert views.show(office.central, body["reference"])["from_chip"] == []
    assert told_reviewer(office, body) == []


def test_a_field_of_the_chip_is_a_name(sender: Sender) -> None:
    assert sender.submit({**sender.submission(), "from_chip": ["a line\nand another"]}).code == "body_unreadable"


def test_a_remark_of_several_lines_is_refused(sender: Sender) -> None:
    body = sender.submission(scans={"card": b"card"})
    body["scans"][0]["remark"] = "one\nother"
    assert sender.submit(body).code == "control_character"


def test_only_a_received_case_can_be_approved(office: Office, sender: Sender) -> None:
    waiting = sender.submission(scans={"card": b"card"})
    sender.submit(waiting)
    with pytest.raises(UserError, match="move_not_allowed"):
        review.approve(office.central, waiting["reference"])
    with pytest.raises(UserError, match="application_unknown"):
        review.approve(office.central, sender.reference())


def test_an_ineligible_case_cannot_be_approved(office: Office, sender: Sender) -> None:
    content = case(1)
    content["member"]["is_member"] = False
    body = sender.submission(content=content)
    sender.submit(body)
    with pytest.raises(UserError, match="not_eligible") as caught:
        review.approve(office.central, body["reference"])
    assert caught.value.params["reasons"] == ["not_member"]
    assert office.state(body["reference"]) == "received"


def test_a_doubtful_case_is_approved_for_what_the_plan_pays(office: Office, sender: Sender) -> None:
    content = case(1)
    content["certificate"] |= {"level": 3, "issuer": "某评价机构"}
    body = sender.submission(content=content)
    sender.submit(body)
    assert views.show(office.central, body["reference"])["server_assessment"]["verdict"] == "needs_review"
    review.approve(office.central, body["reference"])
    assert office.case(body["reference"]).amount == 800


def test_what_was_paid_meanwhile_counts_when_a_case_is_approved(office: Office, sender: Sender) -> None:
    body = sender.submission(1)
    sender.submit(body)
    office.approved(sender, 1)
    money.pay(office.central)
    with pytest.raises(UserError, match="not_eligible") as caught:
        review.approve(office.central, body["reference"])
    assert caught.value.params["reasons"] == ["already_funded_this_year", "already_funded_same_certificate"]


def test_an_approved_case_can_still_be_returned_before_it_is_paid(office: Office, sender: Sender) -> None:
    reference = office.approved(sender, 1)
    review.give_back(office.central, reference, RETURNED)
    assert office.state(reference) == "returned"
    assert money.pay(office.central).files == []


# ---- notices


def sent(office: Office) -> list[dict[str, object]]:
    notices.hand_over(office.central, notices.FileProvider(office.central.home.notices))
    files = sorted(office.central.home.notices.iterdir())
    return [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]


def test_the_applicant_is_told_of_a_return_once(office: Office, sender: Sender) -> None:
    body = sender.submission(1)
    sender.submit(body)
    review.give_back(office.central, body["reference"], RETURNED)
    (notice,) = sent(office)
    assert notice["phone"] == person(1).phone
    assert body["reference"] in str(notice["text"])
    assert sent(office) == [notice]
    assert notices.hand_over(office.central, notices.FileProvider(office.central.home.notices)) == 0


def test_a_notice_that_could_not_be_handed_over_comes_again(office: Office, sender: Sender) -> None:
    body = sender.submission(1)
    sender.submit(body)
    review.give_back(office.central, body["reference"], RETURNED)

    class Broken:
        def send(self, notice: notices.Notice) -> None:
            raise OSError

    with pytest.raises(OSError):
        notices.hand_over(office.central, Broken())
    assert len(sent(office)) == 1


def test_a_server_can_be_told_to_send_none(office: Office, sender: Sender, tmp_path: Path) -> None:
    from dataclasses import replace

    file = tmp_path / "central.toml"
    file.write_text("[notices]\nsms = false\n", "utf-8")
    assert Configuration.read(office.central.home.configuration).sms
    office.central = replace(office.central, configuration=Configuration.read(file))
    body = sender.submission(1)
    sender.submit(body)
    review.give_back(office.central, body["reference"], RETURNED)
    assert sent(office) == []
    file.write_text("[notices]\nsms = 5\n", "utf-8")
    with pytest.raises(UserError, match="configuration_unreadable"):
        Configuration.read(file)


# ---- audit


def test_what_was_done_here_is_a_chain(office: Office, sender: Sender) -> None:
    from sqlalchemy import update

    from central.tables import audit as rows
    from station_app.durable import Point

    office.approved(sender, 1)
    views.list_cases(office.central)
    with office.central.database.read() as tx:
        assert audit.first_broken(tx) is None
        actions = [row.action for row in tx.execute(rows.select().order_by(rows.c.seq))]
    assert actions == ["code_made", "device_enrolled", "approved", "cases_listed"]
    with office.central.database.write(Point.SERVER_AUDIT) as tx:
        tx.execute(update(rows).where(rows.c.seq == 3).values(subject="another"))
    with office.central.database.read() as tx:
        assert audit.first_broken(tx) == 3
