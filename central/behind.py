"""Whether a station remembers more than this server does: then the server's home was put back from a copy.

``central restored`` tells every station so at once. Where nobody said it, the first pass of a station shows it, and
that station alone is told of another epoch: its own name of it stands behind the server's, after a stroke, so that
nothing has to be remembered here, and a station that lies about what it heard troubles only itself.
"""

from __future__ import annotations

import logging

from sqlalchemy import Connection, select

from central.devices import Device
from central.parcels import parcels_of
from central.tables import changes, devices
from sync.wire import EPOCH_STROKE, Cursor, StateChange, SyncRequest

_LOG = logging.getLogger(__name__)


def heard_so_far(tx: Connection, epoch: str, device: Device, request: SyncRequest) -> tuple[str, Cursor]:
    """The epoch to answer with, and where the station really stands in this server's logs.

    ``epoch``: the server's own.
    """
    if not request.epoch:
        return epoch, request.cursor
    own, _, turn = request.epoch.partition(EPOCH_STROKE)
    if own != epoch:
        return epoch, Cursor()  # another epoch's numbers mean nothing here
    if _is_behind(tx, device, request):
        _LOG.warning("device %s heard what this server does not know: was it put back from a copy?", device.id)
        return f"{epoch}{EPOCH_STROKE}{_next(turn)}", Cursor()
    return request.epoch, request.cursor


def _next(turn: str) -> int:
    return int(turn) + 1 if turn.isascii() and turn.isdecimal() and len(turn) < 18 else 1


def _is_behind(tx: Connection, device: Device, request: SyncRequest) -> bool:
    """A number never given out, another change under the last number heard, or a case that nobody here has heard of."""
    told: int = tx.execute(select(devices.c.log_seq).where(devices.c.id == device.id)).scalar_one()
    return (
        request.cursor.log > told
        or (bool(request.heard) and request.heard != _mark_at(tx, device, request.cursor.log))
        or _is_promise_forgotten(tx, device, request)
    )


def _mark_at(tx: Connection, device: Device, seq: int) -> str | None:
    query = select(changes.c.document).where(changes.c.device_id == device.id, changes.c.seq == seq)
    document = tx.execute(query).scalar()
    return None if document is None else StateChange.model_validate_json(document).mark()


def _is_promise_forgotten(tx: Connection, device: Device, request: SyncRequest) -> bool:
    """A revision that was accepted, or received and receipted, is not here."""
    told = [*request.have, *([request.receipted] if request.receipted else [])]
    asked = {(each.reference, each.revision) for each in told}
    return bool(asked) and asked != {(each.reference, each.revision) for each in parcels_of(tx, device.id, asked)}
