"""设置: read and change what a station can choose. Every setting is declared in ``config``."""

from __future__ import annotations

from station_app import config
from station_app.domain.operator import Act
from station_app.durable import Point
from station_app.errors import UserError
from station_app.events import Changed, Kind
from station_app.services.desk import Desk, Written

Value = int | bool | str
LOOK = frozenset({"text_size", "theme"})
DEVICES = frozenset({"scanner", "scanner_source", "scanner_resolution", "id_reader", "camera", "camera_turns"})


def read_all(desk: Desk) -> dict[str, Value]:
    """Every setting's value, the default where none was chosen."""
    with desk.store.read() as uow:
        return {each.key: uow.settings.get(each.key) for each in config.SETTINGS}


def change(desk: Desk, key: str, value: Value) -> Written[Value]:
    """Choose a value; how the window looks is anybody's choice, the devices are those of who works with them. Raises
    UserError ``setting_unknown``, ``_invalid``, and those of ``Desk.require``.
    """
    check(key, value)
    if key not in LOOK:
        desk.require(act_for(key))
    with desk.store.write(Point.SETTING) as uow:
        uow.settings.set(key, value)
        told = {"value": value} if isinstance(value, int) else {}  # text may name people or carry a password
        uow.audit.add("setting_changed", key, desk.operator.id, **told)
    return Written(value, Changed.of(Kind.SETTINGS))


def act_for(key: str) -> Act:
    """What takes the right to change this setting, unless it is one of LOOK."""
    return Act.CASES if key in DEVICES else Act.STATION


def check(key: str, value: Value) -> None:
    """Raises UserError when the value does not suit the setting's declaration."""
    setting = config.BY_KEY.get(key)
    if setting is None:
        raise UserError("setting_unknown", key)
    if type(value) is not type(setting.default):
        raise UserError("setting_invalid", key)
    if setting.choices and value not in setting.choices:
        raise UserError("setting_invalid", key)
    if isinstance(value, int) and (
        (setting.low is not None and value < setting.low) or (setting.high is not None and value > setting.high)
    ):
        raise UserError("setting_invalid", key)
