"""What each safeguard is for: with one taken out, the trials must fail. The program stays whole; this process bends it.

fsync         no file and no folder is forced to the disk
op-id         the server does not look whether it knows an op
receipt-rule  the server signs with the first page of a case, not with the last
transaction   submit makes the frozen revision durable first, and its outbox row in a second transaction
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import central.ops
import central.promises
from station_app import durable
from station_app.durable import Point
from station_app.store.outbox import Outbox


@contextmanager
def _no_fsync() -> Iterator[None]:
    with patch.object(durable, "sync_file", _nothing), patch.object(durable, "sync_folder", _nothing):
        yield


def _nothing(*_arguments: object) -> None:
    pass


@contextmanager
def _no_op_id() -> Iterator[None]:
    with patch.object(central.ops, "_known", lambda _desk, _op_ids: {}):
        yield


@contextmanager
def _no_receipt_rule() -> Iterator[None]:
    with patch.object(central.promises, "is_complete", lambda _blobs, _parcel: True):
        yield


@contextmanager
def _two_transactions() -> Iterator[None]:
    enqueue = Outbox.enqueue

    def in_a_second(self: Outbox, *arguments: Any) -> int:
        durable.commit(self._connection, Point.SUBMIT)
        self._connection.begin()
        return enqueue(self, *arguments)

    with patch.object(Outbox, "enqueue", in_a_second):
        yield


MUTATIONS: dict[str, Callable[[], Any]] = {
    "fsync": _no_fsync,
    "op-id": _no_op_id,
    "receipt-rule": _no_receipt_rule,
    "transaction": _two_transactions,
}
