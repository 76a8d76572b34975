"""After the server's home was put back from a copy: a new epoch, so that stations offer again what they sent since."""

from __future__ import annotations

import secrets

from sqlalchemy import update

from central import audit
from central.context import Central
from central.tables import server
from station_app.durable import Point


def begin_epoch(central: Central) -> str:
    """Begin a new epoch and return it; a running server knows it only once it was started again."""
    epoch = secrets.token_hex(16)
    with central.database.write(Point.SERVER_SCHEMA) as tx:
        tx.execute(update(server).values(epoch=epoch))
        audit.note(tx, "server_restored", epoch, central.now())
    return epoch
