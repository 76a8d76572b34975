"""受理: the page where a case is made, from looking the member up to submitting."""

from ui.pages.intake.page import IntakePage

__all__ = ["IntakePage"]
