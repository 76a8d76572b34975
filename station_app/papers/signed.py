"""What the worker signs: the values that a paper shows, and a short keyed digest of them for the paper's code.

What the program adds by itself (verdict, amount, number of pages, clerk, day of printing) is no part of it: it may
change without anybody having edited the case, and the paper says itself that the association decides.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from station_app.domain.application import Content
from station_app.domain.canonical import canonical_json
from station_app.papers.code import Paper, PaperCode
from station_app.plans import Form

_LENGTH = 10  # characters of base 32: fifty bits, and the longest code still fits 29 squares


def signed_values(content: Content, form: Form, paper: Paper) -> dict[str, Any]:
    """Field to value, None where the paper shows none yet. A receipt is signed by nobody: it has none."""
    if paper is Paper.RECEIPT:
        return {}
    values: dict[str, Any] = {"plan": content.plan, "category": content.category.value}
    for name in _fields(form):
        values[name] = content.certificate_year if name == "year" else None
        if (value := content.value(name)) is not None:
            values[name] = value
    if paper is Paper.SHEET:
        values["channel"] = content.channel.value
        values["applied_on"] = content.applied_on.isoformat() if content.applied_on else None
    return values


def _fields(form: Form) -> Iterable[str]:
    return (cell.field for section in form.sections for row in section.rows for cell in row if cell.field)


def digest(key: bytes, code: PaperCode, values: Mapping[str, Any]) -> str:
    """Empty for a paper without values. Under a key (HMAC-SHA256), so that nobody can try numbers against a code."""
    if not values:
        return ""
    whole = {"reference": code.reference, "paper": code.paper.value, "revision": code.revision, "values": dict(values)}
    return base64.b32encode(hmac.digest(key, canonical_json(whole), "sha256")).decode()[:_LENGTH]


@dataclass(frozen=True)
class Edits:
    """Fields whose value is another one than on the paper: ``changed``; ``filled``: the paper shows none."""

    changed: tuple[str, ...] = ()
    filled: tuple[str, ...] = ()


def edits(printed: Mapping[str, Any], now: Mapping[str, Any]) -> Edits:
    """What differs between a paper and the case as it stands; fields that the paper does not have do not count."""
    other = [name for name, value in printed.items() if now.get(name) != value]
    return Edits(
        tuple(name for name in other if printed[name] is not None),
        tuple(name for name in other if printed[name] is None),
    )
