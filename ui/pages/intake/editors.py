"""From a field's shape to its editor."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, cast

from PySide6.QtCore import SignalInstance
from PySide6.QtWidgets import QLineEdit, QWidget

from station_app.domain.pinyin import rank
from station_app.plans.text import most_alike
from ui.messages import label
from ui.pages.intake.shape import Editor, FieldShape, spec_of
from ui.widgets.choice_box import ChoiceBox
from ui.widgets.choice_row import Choice, ChoiceRow
from ui.widgets.date_edit import DateEdit
from ui.widgets.integer_edit import IntegerEdit
from ui.widgets.number_edit import CARD_GROUPS, ID_GROUPS, PHONE_GROUPS, NumberEdit
from ui.widgets.picker import PickerEdit
from ui.widgets.text_edit import TextEdit
from ui.widgets.toggle import TruthToggle

if TYPE_CHECKING:
    from station_app.plans import FormField, Plan

_NEAREST = 5
_TELLING = 3  # characters, below which everything is like everything
_SHORT = {
    "is_member": "会员",
    "beijing_union": "北京会员",
    "has_card": "有卡",
    "full_time_union_social_worker": "专职工会社工",
    "association_organised": "市技协承办",
}
_GROUPS = {"id_number": ID_GROUPS, "card_no": CARD_GROUPS, "phone": PHONE_GROUPS}


class FieldEditor(Protocol):
    """What every editor of a form can do. ``edited`` carries the value at each change the clerk makes."""

    edited: SignalInstance

    def value(self) -> object: ...

    def set_value(self, value: Any) -> None: ...


def field_label(field: FormField) -> str:
    """The plan's own wording, else ours."""
    return field.label or label(field.name)


def make_editor(shape: FieldShape, plan: Plan) -> QWidget:
    """The editor; its object name is the field's bare name. It follows ``FieldEditor``."""
    editor = _make(shape, plan)
    editor.setObjectName(shape.name)
    return editor


def as_editor(widget: QWidget) -> FieldEditor:
    """The same object, seen as an editor."""
    return cast(FieldEditor, widget)


def unfinished_of(widget: QWidget) -> str:
    """The text of a date or number that is none yet."""
    return widget.unfinished() if isinstance(widget, DateEdit | IntegerEdit) else ""


def lock(widget: QWidget, locked: bool) -> None:
    """Locked editors can be reached, read and copied."""
    if isinstance(widget, QLineEdit):
        widget.setReadOnly(locked)
    elif isinstance(widget, ChoiceRow | ChoiceBox | TruthToggle):
        widget.set_locked(locked)


def search_names(names: Sequence[str], typed: str) -> list[str]:
    """Names by characters, pinyin or initials, the best fitting first, else in the plan's order."""
    ranked = [(fit, at) for at, name in enumerate(names) if (fit := rank(typed, name)) is not None]
    return [names[at] for _, at in sorted(ranked)]


def near_names(names: Sequence[str], typed: str) -> list[str]:
    """The few names that are most like what was typed in Chinese: to be looked at, never taken by themselves."""
    return list(most_alike(typed, tuple(names))[:_NEAREST]) if len(typed) >= _TELLING and not typed.isascii() else []


def _make(shape: FieldShape, plan: Plan) -> QWidget:
    spec = spec_of(shape.field)
    match shape.editor:
        case Editor.NUMBER:
            return NumberEdit(_GROUPS[shape.name], spec.longest)
        case Editor.DATE:
            return DateEdit()
        case Editor.INTEGER:
            editor = IntegerEdit(spec.low, spec.high)
            editor.setPlaceholderText("、".join(str(each.value) for each in shape.field.choices))
            return editor
        case Editor.CHOICES:
            return ChoiceRow(_choices(shape.field))
        case Editor.LIST:
            return ChoiceBox(_choices(shape.field))
        case Editor.PICKER:
            names = _names(shape.field, plan)
            near = partial(near_names, names)
            return PickerEdit(lambda typed: search_names(names, typed), spec.longest, near=near)
        case Editor.TOGGLE:
            toggle = TruthToggle(_SHORT.get(shape.name) or field_label(shape.field), shape.field.required)
            toggle.setToolTip(field_label(shape.field))
            return toggle
        case Editor.TEXT:
            return TextEdit(spec.longest, raise_first=shape.name == "number")


def _choices(field: FormField) -> list[Choice]:
    return [Choice(each.value, each.label, each.shown) for each in field.choices]


def _names(field: FormField, plan: Plan) -> tuple[str, ...]:
    offered = [str(each.value) for each in field.choices]
    more = {"occupation": plan.occupations, "issuer": plan.issuers}.get(field.name, ())
    return tuple(dict.fromkeys([*offered, *more]))
