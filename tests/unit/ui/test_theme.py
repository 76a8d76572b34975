"""The look: readable in every theme, sized by the setting, made of nothing but tokens."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from ui.theme import THEMES, apply_theme, current_tokens, px, space
from ui.theme.apply import TEXT_SIZES, stylesheet
from ui.theme.fonts import application_font, number_font
from ui.theme.tokens import contrast_ratio

_UI = Path(__file__).parents[3] / "ui"
_VALUES = [("text", "surface"), ("text", "background"), ("text", "sunken"), ("text", "accent_on")]
_VALUES += [("text", f"{tone}_on") for tone in ("ok", "attention", "wrong")]
_WORDS = [("soft_text", ground) for ground in ("surface", "background", "sunken")]
_WORDS += [("accent", "surface"), ("accent", "accent_on"), ("on_accent", "accent"), ("on_accent", "accent_pressed")]
_WORDS += [(tone, ground) for tone in ("ok", "attention", "wrong") for ground in (f"{tone}_on", "surface")]
_WORDS += [(word, ground) for word in ("rail_text", "rail_soft", "rail_bright") for ground in ("rail", "rail_chosen")]
_WORDS += [("soft_text", f"{tone}_on") for tone in ("ok", "attention", "wrong")]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("word", "ground"), _VALUES)
def test_values_stand_out_seven_to_one(theme: str, word: str, ground: str) -> None:
    tokens = THEMES[theme]
    assert contrast_ratio(getattr(tokens, word), getattr(tokens, ground)) >= 7


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("word", "ground"), _WORDS)
def test_words_stand_out_four_and_a_half_to_one(theme: str, word: str, ground: str) -> None:
    tokens = THEMES[theme]
    assert contrast_ratio(getattr(tokens, word), getattr(tokens, ground)) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
def test_the_focus_ring_is_seen(theme: str) -> None:
    tokens = THEMES[theme]
    assert contrast_ratio(tokens.accent, tokens.surface) >= 3
    assert contrast_ratio(tokens.accent, tokens.background) >= 3


@pytest.mark.parametrize("theme", THEMES)
def test_every_colour_is_a_colour(theme: str) -> None:
    for name, value in THEMES[theme]._asdict().items():
        assert re.fullmatch(r"#[0-9A-F]{6}", value), name


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("theme", THEMES)
def test_the_style_sheet_leaves_nothing_unfilled(theme: str) -> None:
    sheet = re.sub(r"/\*.*?\*/", "", stylesheet(THEMES[theme]), flags=re.DOTALL)
    assert "@" not in sheet
    assert not re.search(r"\b\d+[us]\b", sheet)


def test_text_sizes_scale_letters_and_hardly_the_gaps(qapp: QApplication) -> None:
    letters, gaps = [], []
    for size in TEXT_SIZES:
        apply_theme(qapp, "light", size)
        letters.append(px(48))
        gaps.append(space(48))
    assert letters == [48, 56, 64]
    assert gaps[0] == 48
    assert gaps[2] < 56


@pytest.mark.parametrize("size", TEXT_SIZES)
def test_a_field_holds_its_letters(qtbot: QtBot, qapp: QApplication, size: int) -> None:
    apply_theme(qapp, "light", size)
    editor = QLineEdit("职业 gjpqy")
    qtbot.addWidget(editor)
    editor.ensurePolished()
    assert editor.sizeHint().height() >= editor.fontMetrics().height() + 2 * space(4)
    if size == 12:
        assert abs(editor.sizeHint().height() - 36) <= 2, "the drawing's field is 36 high"


def test_the_theme_is_remembered_by_the_application(qapp: QApplication) -> None:
    apply_theme(qapp, "contrast", 16)
    assert current_tokens() is THEMES["contrast"]
    assert qapp.font().pointSizeF() == 16


@pytest.mark.parametrize("weight", [QFont.Weight.Normal, QFont.Weight.DemiBold])
def test_digits_have_one_width(qapp: QApplication, weight: QFont.Weight) -> None:
    font = number_font(application_font(14))
    font.setWeight(weight)
    metrics = QFontMetrics(font)
    assert len({metrics.horizontalAdvance(digit) for digit in "0123456789"}) == 1


def test_no_size_or_colour_stands_outside_the_theme() -> None:
    fixed = re.compile(r"setFixed(?:Size|Width|Height)\(\d|setMinimum(?:Size|Width|Height)\([1-9]|#[0-9A-Fa-f]{6}\b")
    for path in _UI.rglob("*.py"):
        if path.parent.name != "theme":
            assert not fixed.search(path.read_text(encoding="utf-8")), path
