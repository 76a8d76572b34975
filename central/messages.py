"""Chinese sentences for the codes that a person at the server sees; the same file as the station's."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from functools import cache

import resources
from station_app.errors import StationError

_FILE = "translations/zh_CN/errors.toml"


def sentence(error: StationError) -> str:
    """The sentence with its parameters and the code; a code without a sentence shows itself."""
    values = defaultdict(str, {name: str(value) for name, value in error.params.items()}, field=error.field or "")
    template = _sentences().get(error.code)
    told = template.format_map(values) if template else ""
    return f"{told} [{error}]".strip()


@cache
def _sentences() -> dict[str, str]:
    return {key: str(value) for key, value in tomllib.loads(resources.read_text(_FILE)).items()}
