"""The rules of a pack as requirements in Chinese: what is asked, what is in doubt, what happens else, which clause."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import singledispatch

from station_app.plans import Clause, Severity
from station_app.plans.rules.base import Check, Condition, Outcome, Rule
from station_app.plans.rules.certificate import CertificateKind, Level, LevelName, ListedIssuer, RegisteredIssuer
from station_app.plans.rules.competition import CompetitionCovered, CompetitionYear, Round
from station_app.plans.rules.dates import DateWindow, FirstIssueUnclear, IssuedFrom, RegistrationLimit
from station_app.plans.rules.general import Choice, Deadline, Flag, Range, Remark
from station_app.plans.rules.number import NumberLayout, NumberLetter
from station_app.plans.rules.occupation import CatalogueLevel, InCatalogue
from station_app.plans.rules.repeat import Repeat
from ui.messages import label, table

OTHERWISE = {Severity.REFUSE: "不符合", Severity.REVIEW: "交技协审核", Severity.INFO: "只提示"}
_ROUNDS = {"final": "决赛", "semifinal": "复赛", "preliminary": "初赛"}


@dataclass(frozen=True)
class Requirement:
    """``words``: what is asked; ``doubts``: what goes to the reviewer; ``outcome``: what its failing means."""

    words: str
    outcome: Outcome
    doubts: tuple[str, ...] = ()

    @property
    def clause(self) -> Clause | None:
        return self.outcome.clause

    @property
    def otherwise(self) -> str:
        return OTHERWISE[self.outcome.severity]


def requirement(rule: Rule) -> Requirement:
    """A rule in words, with the circumstances under which it is looked at."""
    told = told_of(rule.check)
    return Requirement(f"{_when(rule.when)}{told.words}", told.outcome, told.doubts)


def _when(condition: Condition) -> str:
    if not condition.wanted:
        return ""
    parts = [f"{label(name)}为{_among(name, values)}" for name, values in condition.wanted]
    return f"{'、'.join(parts)}时，"


def _among(name: str, values: Iterable[object]) -> str:
    words = sorted(_ROUNDS.get(str(each), str(each)) for each in values)
    if name == "issuer" and len(words) > 1:
        return f"{len(words)} 家机构之一"
    return "、".join(words) + (" 级" if name == "level" else "")


@singledispatch
def told_of(check: Check) -> Requirement:
    """One kind of condition in words. Raises TypeError for a kind that nobody has put into words."""
    raise TypeError(type(check).__name__)


@told_of.register
def _(check: Flag) -> Requirement:
    answer = "是" if check.wanted else "否"
    return Requirement(f"{label(check.fact)}：{answer}", check.outcome)


@told_of.register
def _(check: Deadline) -> Requirement:
    return Requirement(f"{check.last.isoformat()} 以前申报，当天有效", check.outcome)


@told_of.register
def _(check: Range) -> Requirement:
    if check.low is not None and check.high is not None:
        words = f"{check.low} 至 {check.high}"
    else:
        words = f"不超过 {check.high}" if check.low is None else f"不少于 {check.low}"
    outcome = check.below or check.above
    assert outcome is not None
    return Requirement(f"{label(check.fact)}{words}", outcome, tuple(f"正好 {each}" for each in sorted(check.boundary)))


@told_of.register
def _(check: Remark) -> Requirement:
    return Requirement(table("findings")[check.outcome.code].rstrip("。"), check.outcome)


@told_of.register
def _(check: Choice) -> Requirement:
    return Requirement("同时符合几项的，由本人选一项", check.outcome)


@told_of.register
def _(check: CertificateKind) -> Requirement:
    return Requirement(f"证书种类：{_either(check.accepted)}", check.refused, _doubt(check.unclear))


@told_of.register
def _(check: Level) -> Requirement:
    doubts = ("特级技师、首席技师",) if 0 in check.unclear else ()
    return Requirement(f"证书等级：{'、'.join(map(str, sorted(check.funded)))} 级", check.refused, doubts)


@told_of.register
def _(check: LevelName) -> Requirement:
    names = [name for name, level in check.levels.items() if level in check.funded]
    return Requirement(f"证书级别：{'、'.join(names)}", check.refused, ("其他写法",))


@told_of.register
def _(check: ListedIssuer) -> Requirement:
    doubts = (*_doubt(check.doubtful), "与点名的机构只差一两个字")
    return Requirement(f"发证机构：{_either(check.listed)}", check.refused, doubts)


@told_of.register
def _(check: RegisteredIssuer) -> Requirement:
    words = f"发证机构：{_either(check.named)}，或在该处备案的评价机构"
    return Requirement(words, check.refused, ("不知道是否备案",))


@told_of.register
def _(check: InCatalogue) -> Requirement:
    doubts = ("与目录里的名称只差一个字或漏字", *_doubt(check.conflicts))
    return Requirement("证书上的工种在目录内", check.refused, doubts)


@told_of.register
def _(check: CatalogueLevel) -> Requirement:
    return Requirement("证书等级不高于目录里印的等级；比它低的不影响", check.mismatch)


@told_of.register
def _(check: DateWindow) -> Requirement:
    start, end = check.start.isoformat(), check.end.isoformat() if check.end else ""
    words = f"{label(check.field)}在 {start} 至 {end} 之间，两天都含" if end else f"{label(check.field)}在 {start} 以后"
    doubts = [f"正好 {each.isoformat()}" for each in sorted(check.boundary)]
    if check.first:
        words += "；补发的证书看首次取得日期"
        doubts.append("补发的证书不知道首次取得日期")
    return Requirement(words, check.outside, tuple(doubts))


@told_of.register
def _(check: FirstIssueUnclear) -> Requirement:
    return Requirement("证书不是补发的", check.outcome)


@told_of.register
def _(check: IssuedFrom) -> Requirement:
    return Requirement(f"{check.start.isoformat()} 及以后颁发的证书，也许该按下一年的方案", check.outcome)


@told_of.register
def _(check: RegistrationLimit) -> Requirement:
    days = check.margin.days
    doubts = (f"期限前后 {days} 天以内",) if days else ()
    return Requirement(f"取得证书后 {check.months} 个月内登记", check.outside, doubts)


@told_of.register
def _(check: CompetitionCovered) -> Requirement:
    ways = [_either(check.names)] if check.names else []
    if check.classes:
        ways.append(f"{_either(check.classes)}、由市职工技协独立或参与承办的竞赛")
    return Requirement(f"竞赛：{'，或'.join(ways)}", check.refused, ("名称或级别说不清",))


@told_of.register
def _(check: CompetitionYear) -> Requirement:
    return Requirement(f"{check.year} 年的竞赛", check.outcome)


@told_of.register
def _(check: Round) -> Requirement:
    return Requirement(f"名次所在的赛段：{_rounds(check.funded)}", check.refused, _rounds_in_doubt(check.unclear))


def _rounds(rounds: Iterable[tuple[str, str | None]]) -> str:
    return "，或".join(_ROUNDS[name] + ("（竞赛最高只到这一轮）" if highest else "") for name, highest in rounds)


def _rounds_in_doubt(rounds: tuple[tuple[str, str | None], ...]) -> tuple[str, ...]:
    return (_rounds(rounds),) if rounds else ()


@told_of.register
def _(check: Repeat) -> Requirement:
    words = table("plans")
    said = "、".join(words[f"value.{each}"] for each in check.words if each != "paid_in_year")
    if check.year is not None:
        said += f"、{check.year} 年发放"
    return Requirement(f"没有这样的记录：{said}", check.outcome)


@told_of.register
def _(check: NumberLetter) -> Requirement:
    return Requirement("证书编号第一位字母大写", check.small)


@told_of.register
def _(check: NumberLayout) -> Requirement:
    length = len(check.shape.pattern.replace("[A-Z]", "A").replace("[0-9]", "9").replace("[1-5]", "L"))
    return Requirement(f"{length} 位的证书编号：里面的年份、等级与证书一致", check.other_year)


def _either(names: Mapping[str, str]) -> str:
    return "、".join(names.values())


def _doubt(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(names))
