"""What the papers say, before anything is drawn."""

from __future__ import annotations

import pytest

from station_app.domain.application import Category
from station_app.domain.reference import Reference
from station_app.errors import UserError
from station_app.papers import (
    Check,
    Checks,
    Paper,
    PaperCode,
    Sheet,
    application_form,
    confirmation_sheet,
    modules,
    notice_version,
    read_code,
    receipt,
    texts,
)
from tests.unit.papers.paper_cases import ANNEX, REFERENCE, STATION, blank_case, paper_case, squeezed


def said(sheet: Sheet) -> str:
    return squeezed("".join(texts(sheet)))


def test_the_blank_form_says_what_annex_1_prints_in_its_order_and_nothing_else() -> None:
    assert said(application_form(blank_case(Category.SOCIAL_WORKER))) == squeezed(ANNEX)


def test_the_filled_form_puts_every_value_after_its_own_label() -> None:
    made = paper_case(Category.SOCIAL_WORKER, certificate={"approval_date": "2023-06-11", "level_name": "社会工作师"})
    words = said(application_form(made))
    applicant = made.content.applicant
    for label, value in {
        "姓名": applicant["name"],
        "手机号": applicant["phone"],
        "身份证号": applicant["id_number"],
        "工作单位": applicant["employer"],
        "互助服务卡卡号": applicant["card_no"],
        "职务": applicant["position"],
        "级别": "社会工作师",
        "批准日期": "2023年6月11日",
        "签发单位": "北京市人力资源和社会保障局",
    }.items():
        assert squeezed(f"{label}{value}") in words


def test_a_category_without_a_form_of_its_own_has_none() -> None:
    with pytest.raises(UserError) as caught:
        application_form(paper_case(Category.VOCATIONAL))
    assert caught.value.code == "form_not_in_plan"


def test_an_optional_number_stays_off_the_form() -> None:
    made = paper_case(Category.SOCIAL_WORKER, certificate={"number": "BH7788", "sign_date": "2023-09-20"})
    assert "BH7788" not in said(application_form(made))
    assert "9月20日" not in said(application_form(made))


@pytest.mark.parametrize("category", list(Category))
def test_the_confirmation_sheet_shows_verdict_amount_clause_materials_and_the_notice(category: Category) -> None:
    words = said(confirmation_sheet(paper_case(category)))
    assert "符合助推条件" in words
    assert "元,审核通过后划拨至本人的工会会员互助服务卡账户" in words
    assert "实施方案三(" in words
    assert "证书2页" in words
    assert "签字的申请表" not in words
    assert f"个人信息处理告知({notice_version()}版)" in words
    for needed in ("处理者", "目的", "种类", "敏感个人信息", "保存期限", "权利", "自愿", "单独同意"):
        assert needed in words
    assert "本人确保以上信息资料真实有效。" in words


def test_no_consent_is_ticked_for_the_worker() -> None:
    def boxes(block: object) -> list[Check]:
        if isinstance(block, Checks):
            return list(block.lines)
        return [each for inner in getattr(block, "blocks", ()) for each in boxes(inner)]

    found = boxes(confirmation_sheet(paper_case()))
    assert len(found) == 3
    assert not any(each.ticked for each in found)


def test_a_refusal_is_printed_with_its_clause_and_the_workers_reason() -> None:
    made = paper_case(Category.COMPETITION, certificate={"rank": 30}, insisted="名次登记有误，要求核实")
    words = said(confirmation_sheet(made))
    assert "按方案规定不符合助推条件" in words
    assert "获得个人决赛前十名选手" in words
    assert "名次登记有误,要求核实" in words


def test_a_draft_with_nothing_entered_can_be_printed_for_every_category() -> None:
    for category in Category:
        assert "尚未判断" in said(confirmation_sheet(blank_case(category)))
        assert REFERENCE in said(receipt(blank_case(category)))


@pytest.mark.parametrize("category", list(Category))
def test_the_receipt_says_what_to_expect_and_holds_no_full_number(category: Category) -> None:
    made = paper_case(category)
    words = said(receipt(made))
    for needed in (REFERENCE, STATION, "王芳", "2024年5月15日", "元", "一个月内", "三个月内", "12351"):
        assert needed in words
    for secret in ("id_number", "card_no", "phone"):
        assert made.content.applicant[secret] not in words
    assert "********" in words


def test_a_pages_code_comes_back_whole() -> None:
    code = PaperCode(str(Reference("CY001", 2024, "A", 0, 317)), Paper.FORM, 2).on(1, 3)
    assert read_code(str(code)) == code
    assert code.reference in str(code)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("https://example.org/", "paper_code_foreign"),
        ("CY001-24-A000317-F/POEM/R1/P1-1", "paper_code_foreign"),
        ("CY001-24-A000318-C/FORM/R1/P1-1", "reference_check"),
    ],
)
def test_a_code_that_is_not_ours_is_refused(text: str, problem: str) -> None:
    with pytest.raises(UserError) as caught:
        read_code(text)
    assert caught.value.code == problem


def test_the_code_is_small_enough_to_survive_a_photocopy() -> None:
    longest = PaperCode("ABCDEFGHIJKL-24-A0000317-F", Paper.RECEIPT, 10_000, 10, 12)
    assert len(modules(str(longest))) <= 29  # 15 mm over 29 squares: half a millimetre each
