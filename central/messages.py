"""Chinese sentences for the codes that a person at the server sees; the same file as the station's."""

from __future__ import annotations

import string
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import resources
from station_app.errors import StationError

_FILE = "translations/zh_CN/errors.toml"
_PACKS = "translations/zh_CN/plans.toml"
_LABELS = "translations/zh_CN/labels.toml"


def sentence(error: StationError) -> str:
    """The sentence with its parameters, and the code; a code without a sentence shows itself."""
    template = _sentences(_FILE).get(error.code, "")
    told = _Plain().vformat(template, (), {**error.params, "field": error.field})
    return f"{told} [{error}]".strip()


class _Plain(string.Formatter):
    """Every parameter as it is; one that is missing reads as nothing."""

    def get_value(self, key: int | str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        value = kwargs.get(str(key))
        return "" if value is None else value

    def format_field(self, value: Any, format_spec: str) -> str:
        if format_spec == "problem":
            return f"，{_sentences(_PACKS).get(f'problem.{value}', value)}" if value else ""
        if format_spec == "labels":
            return "、".join(_sentences(_LABELS).get(str(each), str(each)) for each in value)
        return str(value)


@cache
def _sentences(file: str) -> dict[str, str]:
    return {key: str(value) for key, value in tomllib.loads(resources.read_text(file)).items()}
