"""What an ID card's chip said, beside what stands in the form: the same, or another thing, never in its place. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from station_app.devices.id_chip import LONG_TERM
from station_app.domain.chip import CHIP, agrees, differing, from_chip
from ui.messages import label, table
from ui.pages.intake.cards import NoteCard

if TYPE_CHECKING:
    from station_app.devices.id_chip import ChipRecord
    from station_app.domain.application import Content
    from station_app.domain.member import Member

USE_KEY = "Alt+C"


def facts_of(record: ChipRecord) -> dict[str, str]:
    """What is kept of a chip with the case; a permit of 2017 may have a name in Latin letters only."""
    name = record.name or record.english_name
    return {"name": name, "id_number": record.id_number, "valid_to": record.valid_to, "kind": record.kind}


def signs(content: Content, chip: Mapping[str, str]) -> dict[str, str]:
    """Words beside each field that stands as it stands on the chip."""
    return dict.fromkeys(from_chip(content, chip), table("beside")["from_chip"])


def cards(
    content: Content, chip: Mapping[str, str], member: Member | None, today: date, editable: bool
) -> list[NoteCard]:
    """What to tell of the chip beside the assessment. ``member``: the roster's row for the number in the form."""
    told = []
    wrong = differing(content, chip)
    if wrong:
        lines = [f"{label(name)}：填的是“{content.value(name)}”，芯片是“{chip[name]}”。" for name in wrong]
        another = "不是同一个人的，按 F3 另开一件再读。" if "id_number" in wrong else ""
        action = ("改用芯片的", CHIP, USE_KEY) if editable else ("", "", "")
        told.append(NoteCard("！与身份证芯片不同", "\n".join([*lines, another]).strip(), "attention", *action))
    if member is not None and member.id_number == chip.get("id_number") and not agrees("name", member.name, chip):
        words = f"这个身份证号在会员名册里是“{member.name}”，芯片是“{chip['name']}”。请核对。"
        told.append(NoteCard("！名册里的姓名不同", words))
    if is_over(chip, today):
        told.append(NoteCard("！身份证已过期", f"有效期到 {chip['valid_to']}。请本人换领新证，或带临时身份证。"))
    return told


def is_over(chip: Mapping[str, str], today: date) -> bool:
    until = chip.get("valid_to", "")
    return bool(until) and until != LONG_TERM and date.fromisoformat(until) < today
