"""Codes into Chinese sentences; the only module that knows them. Qt-free.

Sentences live in ``resources/translations/zh_CN``: ``errors``, ``findings``, ``labels``, ``states``, each a flat table
``code = "句子"``. A sentence may name parameters: ``{count}``; ``{field:label}`` and ``{now:state}`` look the value up
in that table. A code nobody has written a sentence for is shown as itself, never hidden.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from resources import read_text
from station_app.errors import StationError

if TYPE_CHECKING:
    from station_app.domain.application import FieldReturn, State
    from station_app.plans import Applicable, Finding, WayOut

_LANGUAGE = "zh_CN"
_EARLIER = {"reference": "earlier_case", "elsewhere": "earlier_elsewhere"}  # by the parameter that tells of it


def sentence(error_or_code: StationError | str, **params: object) -> str:
    """What is wrong and what to do next, in words the clerk can say aloud."""
    if isinstance(error_or_code, StationError):
        code, values = error_or_code.code, {"field": error_or_code.field, **error_or_code.params, **params}
    else:
        code, values = error_or_code, dict(params)
    template = table("errors").get(code)
    if template is None:
        return f"出现了没有说明的情况，代码 {code}。请记下代码，告诉技术支持。"
    return fill(template, values)


def label(field: str) -> str:
    """A field's, a scan's or a choice's name as it is printed: ``card_no`` -> 互助服务卡卡号."""
    return table("labels").get(field, field)


def finding_sentence(finding: Finding) -> str:
    """What the assessment found, with its figures, and which earlier case it means."""
    template = table("findings").get(finding.code)
    if template is None:
        return f"方案核对提示，代码 {finding.code}"
    earlier = next((words for name, words in _EARLIER.items() if finding.params.get(name)), None)
    template += table("findings")[earlier] if earlier else ""
    return fill(template, {"field": finding.field, **finding.params})


def way_out_sentence(way: WayOut) -> str:
    """What would change the answer, and to what: 办理互助服务卡后可申报，资助 1000 元。"""
    words, kind = table("wayout"), "then" if way.errands else "if"
    changes = (fill(words.get(each.code, each.code), each.params) for each in way.changes)
    if way.verdict is None or way.verdict == "eligible":
        outcome = "eligible" if way.verdict else "open"
    elif way.verdict == "needs_review" and not way.partial:
        outcome = "review"
    else:
        outcome = "fewer_reviews" if way.verdict == "needs_review" else "fewer_refusals"
    amount = fill(words.get(f"amount.{outcome}", ""), {"yuan": way.amount}) if way.amount else ""
    return words[f"and.{kind}"].join(changes) + fill(
        words[f"{kind}.{outcome}"], {"amount": amount, "left": len(way.left)}
    )


def why_sentences(answer: Applicable) -> list[str]:
    """Why a plan is the one to apply under, or what it has against the case."""
    against = [each for each in answer.assessment.findings if each.code in answer.assessment.reasons]
    said = [fill(table("plans").get(each.code, each.code), each.params) for each in answer.why]
    return said + [finding_sentence(each) for each in against]


def state_word(state: State | str) -> str:
    """``received`` -> 已接收."""
    return table("states").get(str(state), str(state))


def pack_problem(code: str) -> str:
    """Why a plan pack is refused at a place: ``key_unknown`` -> 没有这一项，请核对拼写."""
    return table("plans").get(f"problem.{code}", code)


def return_sentence(returned: FieldReturn) -> str:
    """What the reviewer wants put right: the field, why, and the note as it was written."""
    said = f"{label(returned.field)}：{table('states').get(f'return_{returned.code}', str(returned.code))}"
    return f"{said}（{returned.note}）" if returned.note else said


@cache
def table(name: str) -> Mapping[str, str]:
    """One file of sentences, flat."""
    import tomllib  # not before the first sentence: the sign-in window paints without

    text = read_text(f"translations/{_LANGUAGE}/{name}.toml")
    return {str(key): str(value) for key, value in tomllib.loads(text).items()}


def fill(template: str, values: Mapping[str, object]) -> str:
    """A sentence with its parameters; one that is missing reads as nothing, with the brackets around it."""
    return _Filler().vformat(template, (), dict(values)).replace("（）", "")


class _Filler(string.Formatter):
    """``{name}``; behind a colon ``label``, ``labels``, ``state``, ``list``, ``problem`` (a pack's), or as usual."""

    def get_value(self, key: int | str, args: Any, kwargs: Any) -> Any:
        value = kwargs.get(key)
        return "" if value is None else value

    def format_field(self, value: Any, format_spec: str) -> Any:
        if format_spec == "label":
            return label(str(value))
        if format_spec == "state":
            return state_word(str(value))
        if format_spec == "problem":
            return f"，{pack_problem(str(value))}" if value else ""
        if format_spec == "labels":
            return "、".join(label(str(each)) for each in value)
        if format_spec == "list":
            return "、".join(map(str, value))
        return super().format_field(value, "" if value == "" else format_spec)
