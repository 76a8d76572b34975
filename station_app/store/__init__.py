"""The encrypted database and the scan files.

``Store``, ``StoreKeys`` and ``UnitOfWork`` bring SQLAlchemy in when they are first asked for; ``records`` never does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from station_app.store.database import Store
    from station_app.store.keys import StoreKeys
    from station_app.store.unit_of_work import UnitOfWork

__all__ = ["Store", "StoreKeys", "UnitOfWork"]

_HOMES = {"Store": "database", "StoreKeys": "keys", "UnitOfWork": "unit_of_work"}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(name)
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
