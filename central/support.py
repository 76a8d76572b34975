"""A station's support bundle, opened for a technician."""

from __future__ import annotations

from pathlib import Path

from central.context import Central
from station_app import durable
from station_app.durable import Point
from station_app.errors import UserError
from sync.support import LARGEST, SupportManifest, open_bundle


def open_into(central: Central, file: Path, folder: Path, identity: Path | None) -> SupportManifest:
    """Write what is in a bundle into ``folder``; ``identity``: the file of the recovery identity, for a bundle that a
    station made without opening its store.

    Raises UserError ``file_unreadable``, ``identity_unreadable``, ``support_unreadable``, ``support_not_opened``.
    """
    words = _read(identity).decode("utf-8", "replace") if identity is not None else ""
    manifest, files = open_bundle(_read(file), central.keys.private, words)
    durable.make_folder(folder, Point.SERVER_SUPPORT)
    durable.write_files([(folder / name, content) for name, content in files.items()], Point.SERVER_SUPPORT)
    return manifest


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(LARGEST + 1)
    except OSError as error:
        raise UserError("file_unreadable", file=str(file)) from error
