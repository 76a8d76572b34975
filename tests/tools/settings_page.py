"""``docs/settings.md``, made from the one table of settings: ``python -m tests.tools.settings_page`` writes it."""

from __future__ import annotations

from pathlib import Path

from station_app.config import SETTINGS, Setting

PAGE = Path(__file__).resolve().parents[2] / "docs" / "settings.md"
_HEAD = """# Settings · 设置

Made from `station_app/config.py` by `make docs`; a test holds it to that. Values live in the encrypted store and are
changed in 设置 (F11). The data folder is not a setting: `STATION_HOME` moves it.

| key | type | default | values | 说明 |
|---|---|---|---|---|
"""


def settings_page() -> str:
    """The whole page."""
    return _HEAD + "".join(f"{_row(each)}\n" for each in SETTINGS)


def _row(setting: Setting) -> str:
    default = f"`{setting.default}`" if setting.default != "" else "(empty)"
    cells = (f"`{setting.key}`", type(setting.default).__name__, default, _values(setting), setting.description)
    return f"| {' | '.join(cells)} |"


def _values(setting: Setting) -> str:
    if setting.choices:
        return ", ".join(f"`{each}`" for each in setting.choices)
    if setting.low is not None:
        return f"{setting.low} to {setting.high}"
    return "any"


if __name__ == "__main__":
    PAGE.write_text(settings_page(), encoding="utf-8")
