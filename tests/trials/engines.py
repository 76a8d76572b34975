"""Compiled statements shared by all trials: a trial opens its databases anew, but what is asked of them stays the same.

Without this, most of a trial would be SQLAlchemy compiling the same few hundred statements.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import sqlalchemy
from sqlalchemy import Engine

import central.database
from station_app.store import connections


class Compiled:
    """Makes engines that share one dialect and one cache for each side."""

    def __init__(self) -> None:
        self._shared: dict[str, tuple[Any, Any]] = {}

    @contextmanager
    def shared(self) -> Iterator[None]:
        with (
            patch.object(connections, "create_engine", self._making("station")),
            patch.object(central.database, "create_engine", self._making("server")),
        ):
            yield

    def _making(self, side: str) -> Callable[..., Engine]:
        def make(*arguments: Any, **named: Any) -> Engine:
            engine = sqlalchemy.create_engine(*arguments, **named)
            own = (engine.dialect, engine._compiled_cache)
            engine.dialect, engine._compiled_cache = self._shared.setdefault(side, own)
            return engine

        return make
