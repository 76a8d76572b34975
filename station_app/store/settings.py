"""The values of ``config.SETTINGS``; one that was never set has its default."""

from __future__ import annotations

import json

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from station_app.config import BY_KEY, SETTINGS, Setting
from station_app.errors import UserError
from station_app.store.rows import to_json
from station_app.store.schema import settings

Value = int | bool | str


class Settings:
    """Typed reads and checked writes."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, key: str) -> Value:
        """The value, or the default where none was set or the stored one no longer fits. UserError as in ``set``."""
        setting = _declared(key)
        stored = self._connection.execute(select(settings.c.value).where(settings.c.key == key)).scalar()
        if stored is None:
            return setting.default
        value = json.loads(stored)
        return value if _problem(setting, value) is None else setting.default

    def all(self) -> dict[str, Value]:
        """Every declared setting with its value."""
        return {setting.key: self.get(setting.key) for setting in SETTINGS}

    def set(self, key: str, value: Value) -> None:
        """Raises UserError ``setting_unknown``, ``setting_type``, ``setting_choice``, ``setting_range``."""
        problem = _problem(_declared(key), value)
        if problem:
            raise UserError(problem, key)
        statement = insert(settings).values(key=key, value=to_json(value))
        self._connection.execute(
            statement.on_conflict_do_update(index_elements=["key"], set_={"value": statement.excluded.value})
        )


def _declared(key: str) -> Setting:
    if key not in BY_KEY:
        raise UserError("setting_unknown", key)
    return BY_KEY[key]


def _problem(setting: Setting, value: object) -> str | None:
    if type(value) is not type(setting.default):
        return "setting_type"
    if setting.choices and value not in setting.choices:
        return "setting_choice"
    if isinstance(value, int) and not isinstance(value, bool):
        low = setting.low if setting.low is not None else value
        high = setting.high if setting.high is not None else value
        return None if low <= value <= high else "setting_range"
    return None
