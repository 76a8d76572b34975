"""The page of settings is the table of settings."""

from __future__ import annotations

from station_app.config import SETTINGS
from tests.tools.settings_page import PAGE, settings_page


def test_the_page_is_made_from_the_table() -> None:
    assert PAGE.read_text(encoding="utf-8") == settings_page(), "make docs"


def test_every_setting_is_described_in_chinese() -> None:
    for each in SETTINGS:
        assert any("\u4e00" <= character <= "\u9fff" for character in each.description), each.key
