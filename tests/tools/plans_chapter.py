"""``docs/handbook/plans.md``, made from the packs: ``python -m tests.tools.plans_chapter`` writes it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from station_app.plans import CategoryPlan, Clause, Plan, PlanBook
from station_app.plans.catalogue import Catalogue, Entry, read_catalogue
from station_app.plans.rules.base import Rule
from station_app.plans.rules.dates import DateWindow, RegistrationLimit
from station_app.plans.rules.number import NumberLayout, NumberLetter
from station_app.plans.rules.repeat import Repeat
from station_app.services.plan_book import packaged_plans
from tests.tools.plan_conditions import Requirement, requirement
from ui.messages import label

PAGE = Path(__file__).resolve().parents[2] / "docs" / "handbook" / "plans.md"
_HEAD = """# 9 各年度方案

谁能申报、资助多少、到什么时候、带什么，逐条注明依据。本章由方案包生成（`make docs`），与程序判断用的是同一份数据；
“否则”一栏里，**不符合**的不资助，**交技协审核**的由技协决定，**只提示**的不影响结果。原文在程序里按 F9 看。
"""
_FORMS = {"application_form": "方案附表", "confirmation_sheet": "本站打印的申报信息确认单"}


def plans_chapter(book: PlanBook, catalogues: dict[int, Catalogue]) -> str:
    """The whole page, the newest plan first."""
    years = sorted(book.years, reverse=True)
    parts = [_HEAD, _overview(book, years)]
    parts += ["\n".join(_plan(book.get(year), catalogues[year])) for year in years]
    return "\n".join(parts).rstrip() + "\n"


def _overview(book: PlanBook, years: Iterable[int]) -> str:
    rows = ["| 年度 | 类别 | 资助 | 证书日期 | 申报截止 |", "|---|---|---|---|---|"]
    for year in years:
        plan = book.get(year)
        for category in plan.categories.values():
            amounts = "、".join(dict.fromkeys(f"{each.yuan} 元" for each in category.amounts))
            link = f"[{year}](#{year}-年)"
            rows.append(f"| {link} | {category.label} | {amounts} | {_dates(category)} | {_last_day(plan, category)} |")
    return "\n".join(rows) + "\n"


def _dates(category: CategoryPlan) -> str:
    window = next((each.check for each in category.rules if isinstance(each.check, DateWindow)), None)
    if window is None:
        return "见竞赛年度"
    return f"{window.start.isoformat()} 至 {window.end.isoformat() if window.end else '（未写）'}"


def _last_day(plan: Plan, category: CategoryPlan) -> str:
    if plan.deadline is not None:
        return plan.deadline.isoformat()
    limit = next((each.check for each in category.rules if isinstance(each.check, RegistrationLimit)), None)
    return f"取得证书后 {limit.months} 个月内登记" if limit else "方案未写"


def _plan(plan: Plan, catalogue: Catalogue) -> Iterator[str]:
    yield f"## {plan.year} 年\n"
    yield f"{plan.title}（第 {plan.version} 版，原文 {plan.source}）\n"
    yield from (f"- {each}" for each in plan.notices)
    yield from _targets(plan)
    yield f"\n咨询：{'，'.join(each for each in _contact(plan) if each)}\n"
    yield "### 每个人\n"
    yield from _table(map(requirement, plan.everybody))
    for category in plan.categories.values():
        yield from _category(plan, category)
    yield from _catalogue(catalogue)
    yield from _quotations(plan)


def _targets(plan: Plan) -> Iterator[str]:
    if plan.review_months is not None:
        yield f"- 审核：原则上 {plan.review_months} 个月内"
    if plan.payment_months is not None:
        yield f"- 发放：审核通过后，原则上 {plan.payment_months} 个月内{'，短信通知' if plan.sms else ''}"


def _contact(plan: Plan) -> tuple[str, str, str, str]:
    return plan.contact.body, plan.contact.name, plan.contact.phone, plan.contact.address


def _category(plan: Plan, category: CategoryPlan) -> Iterator[str]:
    own = category.rules[len(plan.everybody) :]
    yield f"\n### {category.label}\n"
    yield "**资助多少**\n"
    yield "| 证书或名次 | 元 | 依据 |\n|---|---|---|"
    yield from (f"| {each.label} | {each.yuan} | {_place(each.outcome.clause)} |" for each in category.amounts)
    yield "\n**条件**\n"
    yield from _table(requirement(each) for each in own if not isinstance(each.check, Repeat) and not _is_hint(each))
    repeats = [requirement(each) for each in own if isinstance(each.check, Repeat)]
    if repeats:
        yield "\n**领取过的**\n"
        yield from _table(repeats)
    hints = [requirement(each).words for each in own if _is_hint(each)]
    if hints:
        yield f"\n**录入时的提示**：{'；'.join(hints)}。"
    yield "\n**带什么**\n"
    yield from (f"- {each}" for each in category.materials)
    yield f"- 扫描：{'、'.join(label(f'scan.{each}') for each in category.scans)}"
    yield "\n**怎么申报**\n"
    yield from (f"- {each.label}" for each in category.channels)
    yield f"- 纸质表：{_form(category)}"


def _is_hint(rule: Rule) -> bool:
    return isinstance(rule.check, NumberLetter | NumberLayout)


def _form(category: CategoryPlan) -> str:
    form = category.form
    words = f"{_FORMS[form.kind]}《{''.join(form.title.split())}》"
    return f"{words}，盖章：{'、'.join(form.seals)}" if form.seals else words


def _table(rows: Iterable[Requirement]) -> Iterator[str]:
    yield "| 要求 | 否则 | 要审核的 | 依据 |\n|---|---|---|---|"
    for each in rows:
        yield f"| {each.words} | {each.otherwise} | {'；'.join(each.doubts) or '—'} | {_place(each.clause)} |"


def _place(clause: Clause | None) -> str:
    return clause.place if clause else "—"


def _catalogue(catalogue: Catalogue) -> Iterator[str]:
    if not catalogue.entries:
        return
    yield "\n### 目录\n"
    for (issuer, levels), entries in _grouped(catalogue.entries).items():
        names = "、".join(
            each.occupation + (f"（{each.printed_level}）" if each.printed_level else "") for each in entries
        )
        yield f"**{issuer or '不限机构'}，{levels}**（{len(entries)} 个）：{names}\n"
    if any(each.printed_level for each in catalogue.entries):
        yield "括号里是目录印的等级。\n"


def _grouped(entries: Iterable[Entry]) -> dict[tuple[str, str], list[Entry]]:
    groups: dict[tuple[str, str], list[Entry]] = {}
    for each in entries:
        levels = f"{'、'.join(map(str, sorted(each.levels)))} 级" if each.levels else "等级不限"
        groups.setdefault((each.issuer, levels), []).append(each)
    return groups


def _quotations(plan: Plan) -> Iterator[str]:
    yield "\n### 条款原文\n"
    yield from (f"- **{each.place}** 「{' '.join(each.quote.split())}」" for each in plan.clauses.values())
    yield ""


def packaged_chapter() -> str:
    """The page for the plans that the program ships."""
    import resources

    book = packaged_plans()
    files = {year: resources.plan_files(year) for year in book.years}
    catalogues = {
        year: read_catalogue(each["catalogue.csv"]) if "catalogue.csv" in each else Catalogue(())
        for year, each in files.items()
    }
    return plans_chapter(book, catalogues)


if __name__ == "__main__":
    PAGE.write_text(packaged_chapter(), encoding="utf-8")
