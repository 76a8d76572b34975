"""What may stand in one line of text."""

from __future__ import annotations

import unicodedata


def is_line(text: str, longest: int | None = None) -> bool:
    """No control characters and no lone surrogates, and not longer than allowed."""
    if longest is not None and len(text) > longest:
        return False
    return not any(unicodedata.category(each) in ("Cc", "Cs") for each in text)
