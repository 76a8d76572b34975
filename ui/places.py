"""The entries of the rail, in order, and how their pages are made."""

from __future__ import annotations

from collections.abc import Mapping

from ui.pages.intake import IntakePage
from ui.pages.ledger import LedgerPage
from ui.pages.sync import SyncPage
from ui.pages.todo import TodoPage
from ui.shell import Place

PLACES: Mapping[str, Place] = {
    "todo": Place("待办", "F4", TodoPage),
    "intake": Place("受理", "F3", IntakePage),
    "ledger": Place("台账", "F5", LedgerPage),
    "sync": Place("同步", "F10", SyncPage),
}
