"""How the program looks: tokens, sizes, fonts, and the style sheet made from them."""

from ui.theme.apply import Theme, apply_theme, current_tokens
from ui.theme.fonts import number_font
from ui.theme.sizes import px, space
from ui.theme.tokens import THEMES, Tokens

__all__ = ["THEMES", "Theme", "Tokens", "apply_theme", "current_tokens", "number_font", "px", "space"]
