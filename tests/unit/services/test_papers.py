"""Which papers are offered of a case."""

from __future__ import annotations

import pytest

from station_app.domain.application import Category, Content
from station_app.errors import UserError
from station_app.papers import Paper
from station_app.services import intake, papers, submission
from station_app.services.desk import Desk
from tests.samples.cases import case
from tests.unit.services.conftest import complete


def _draft(desk: Desk, category: Category) -> str:
    return intake.new_case(desk, Content.from_json(case(3, category))).value.record.id


def test_the_plans_own_form_does_not_hide_the_sheet_with_notice_and_consent(desk: Desk) -> None:
    assert papers.offered(desk, _draft(desk, Category.SOCIAL_WORKER)) == (Paper.FORM, Paper.SHEET)
    assert papers.offered(desk, _draft(desk, Category.COMPETITION)) == (Paper.SHEET,)


def test_what_was_submitted_can_still_be_printed_for_the_signature(desk: Desk) -> None:
    record = complete(desk)
    submission.submit(desk, record.id, "本人坚持")
    assert papers.offered(desk, record.id) == (Paper.RECEIPT, Paper.SHEET)


def test_there_is_no_receipt_before_submission(desk: Desk) -> None:
    with pytest.raises(UserError, match="receipt_before_submission"):
        papers.sheet(desk, _draft(desk, Category.VOCATIONAL), Paper.RECEIPT)


def test_the_paper_carries_a_digest_that_changes_with_the_case_and_a_receipt_none(desk: Desk) -> None:
    identity = _draft(desk, Category.SOCIAL_WORKER)
    before = {paper: papers.sheet(desk, identity, paper).code.digest for paper in (Paper.FORM, Paper.SHEET)}
    assert {len(each) for each in before.values()} == {10}
    assert before[Paper.FORM] != before[Paper.SHEET]
    content = intake.open_case(desk, identity).record.content
    intake.save_content(desk, identity, content.with_value("applicant", "card_no", "6210301877889900"))
    assert papers.sheet(desk, identity, Paper.FORM).code.digest != before[Paper.FORM]
    record = complete(desk)
    submission.submit(desk, record.id, "本人坚持")
    assert papers.sheet(desk, record.id, Paper.RECEIPT).code.digest == ""
