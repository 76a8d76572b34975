"""The colours of the three themes: one table of names, filled three times. Qt-free.

A name ending in ``_on`` is the ground its bare name is written on, ``_line`` the border around that ground.
Every colour that means something stands beside a sign or a word; none carries meaning alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Tokens(NamedTuple):
    """Colours as ``#RRGGBB``."""

    background: str  # the window
    surface: str  # cards, bars, editors
    sunken: str  # badges, header rows, pressed buttons
    line: str  # borders of cards, rules
    control_line: str  # borders of editors and buttons
    text: str  # values: 7:1 on surface
    soft_text: str  # labels, notes: 4.5:1
    disabled_text: str
    accent: str  # focus ring, primary button, selection; nothing else
    accent_on: str  # the ground of what is chosen
    accent_pressed: str
    on_accent: str  # text on the primary button
    ok: str
    ok_on: str
    ok_line: str
    attention: str
    attention_on: str
    attention_line: str
    wrong: str
    wrong_on: str
    wrong_line: str
    rail: str
    rail_chosen: str
    rail_text: str
    rail_soft: str
    rail_bright: str  # the chosen entry, the program's name


LIGHT = Tokens(
    background="#F4F5F7",
    surface="#FFFFFF",
    sunken="#EDF0F4",
    line="#E1E5EA",
    control_line="#B4BCC6",
    text="#1B2026",
    soft_text="#5A6572",
    disabled_text="#8A939E",
    accent="#1F5FBF",
    accent_on="#E8F0FB",
    accent_pressed="#184C99",
    on_accent="#FFFFFF",
    ok="#17734A",
    ok_on="#E7F4EC",
    ok_line="#B5DCC6",
    attention="#8A5A00",
    attention_on="#FFF4DB",
    attention_line="#EBCF94",
    wrong="#B3261E",
    wrong_on="#FDECEA",
    wrong_line="#F2B8B3",
    rail="#1E2A38",
    rail_chosen="#2B3A4C",
    rail_text="#CBD5E1",
    rail_soft="#A9B6C5",
    rail_bright="#FFFFFF",
)

DARK = Tokens(
    background="#14181D",
    surface="#1D232B",
    sunken="#28303A",
    line="#323C48",
    control_line="#566373",
    text="#EEF1F5",
    soft_text="#AAB6C3",
    disabled_text="#77828F",
    accent="#77AEFF",
    accent_on="#22344E",
    accent_pressed="#5A94EA",
    on_accent="#0B1626",
    ok="#6BCB98",
    ok_on="#16301F",
    ok_line="#2E5A40",
    attention="#F2C063",
    attention_on="#33290F",
    attention_line="#66521E",
    wrong="#FF9B92",
    wrong_on="#3B1B19",
    wrong_line="#78342F",
    rail="#0E1319",
    rail_chosen="#2A3746",
    rail_text="#CBD5E1",
    rail_soft="#A9B6C5",
    rail_bright="#FFFFFF",
)

CONTRAST = Tokens(
    background="#000000",
    surface="#000000",
    sunken="#1C1C1C",
    line="#9A9A9A",
    control_line="#FFFFFF",
    text="#FFFFFF",
    soft_text="#E6E6E6",
    disabled_text="#A6A6A6",
    accent="#FFD400",
    accent_on="#332B00",
    accent_pressed="#E0BA00",
    on_accent="#000000",
    ok="#7CFFA8",
    ok_on="#001F0C",
    ok_line="#7CFFA8",
    attention="#FFCF5C",
    attention_on="#241A00",
    attention_line="#FFCF5C",
    wrong="#FFA79F",
    wrong_on="#2B0400",
    wrong_line="#FFA79F",
    rail="#000000",
    rail_chosen="#3A3A3A",
    rail_text="#FFFFFF",
    rail_soft="#E6E6E6",
    rail_bright="#FFD400",
)

THEMES: Mapping[str, Tokens] = {"light": LIGHT, "dark": DARK, "contrast": CONTRAST}


def contrast_ratio(one: str, other: str) -> float:
    """The ratio of WCAG 2.1, 1.4.3: 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[start : start + 2], 16) / 255) for start in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
