"""The papers of every plan and category: what each prints, and that it fits its pages."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from station_app.domain.application import Category, Content
from station_app.papers import PaperCase, Table, application_form, confirmation_sheet, receipt, texts
from station_app.services.plan_book import packaged_plans
from tests.unit.papers.paper_cases import REFERENCE, STATION, paper_case, squeezed

PLANS = packaged_plans()
ANNEX_2 = (Path(__file__).parent / "annex_2_2017.txt").read_text(encoding="utf-8")
PAIRS = [(year, category) for year in PLANS.years for category in PLANS.get(year).categories]


def blank(year: int, category: Category) -> PaperCase:
    return PaperCase(REFERENCE, 1, Content(year, category), PLANS.get(year), STATION, "王芳", date(2024, 5, 15))


def test_the_form_of_2017_says_what_annex_2_prints_in_its_order_and_nothing_else() -> None:
    made = "".join(texts(application_form(blank(2017, Category.SOCIAL_WORKER))))
    assert squeezed(made) == squeezed(ANNEX_2)


def test_the_form_of_2017_has_room_for_two_seals_and_no_line_to_sign() -> None:
    form = application_form(blank(2017, Category.SOCIAL_WORKER))
    table = next(each for each in form.blocks if isinstance(each, Table))
    last = table.rows[-1]
    assert [cell.text for cell in last.cells if cell.text] == [
        "所在单位\n意见\n（并盖章）",
        "区总工会\n意见\n（并盖章）",
    ]
    assert last.height >= 35, "a seal is 4 cm wide"
    assert len(table.rows) == 12


@pytest.mark.parametrize(("year", "category"), PAIRS)
def test_what_the_worker_must_bring_is_printed_on_sheet_and_receipt(year: int, category: Category) -> None:
    case = blank(year, category)
    materials = "；".join(case.category.materials)
    assert materials
    assert materials in "".join(texts(receipt(case)))
    own = case.category.form.kind == "application_form"
    sheet = application_form(case) if own else confirmation_sheet(case)
    said = squeezed("".join(texts(sheet)))
    assert own or squeezed(materials) in said


def test_2013_wants_originals_and_names_the_register_form() -> None:
    case = blank(2013, Category.VOCATIONAL)
    assert all("原件及复印件一份" in each for each in case.category.materials)
    assert "登记表" in case.category.form.title


def test_the_year_of_2024_is_read_off_the_certificate() -> None:
    made = paper_case(Category.VOCATIONAL, certificate={"issue_date": "2023-06-20"})
    assert "所属年度2023" in squeezed("".join(texts(confirmation_sheet(made))))
    later = paper_case(Category.VOCATIONAL, certificate={"issue_date": "2022-06-20"})
    assert "所属年度2022" in squeezed("".join(texts(confirmation_sheet(later))))
    empty = replace(made, content=Content(2024, Category.VOCATIONAL))
    assert "所属年度—" in squeezed("".join(texts(confirmation_sheet(empty))))


def test_the_sheet_beside_the_form_of_2017_asks_for_no_seal() -> None:
    said = "".join(texts(confirmation_sheet(blank(2017, Category.SOCIAL_WORKER))))
    assert "盖章" not in said
    assert "水平级别" in said


@pytest.mark.parametrize(("year", "category"), PAIRS)
def test_consent_is_always_signed_and_dated(year: int, category: Category) -> None:
    sheet = confirmation_sheet(blank(year, category))
    said = squeezed("".join(texts(sheet)))
    assert "申请人签字:年月日" in said
