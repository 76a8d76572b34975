"""Shift+F6: the document camera over the case. What it takes to show one is loaded when it is wanted."""

from __future__ import annotations

import importlib
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from station_app.errors import EnvironmentFault
from station_app.services import settings

if TYPE_CHECKING:
    from station_app.services.desk import Desk
    from station_app.services.settings import Value
    from ui.camera.sheet import CameraSheet
    from ui.camera.source import Source
    from ui.context import Context


class Shooting(QObject):
    """Signals: ``shot(bytes)``: a page as JPEG; ``failed(StationError)``. Attribute: ``sheet``, None until it was
    asked for.
    """

    shot = Signal(bytes)
    failed = Signal(object)

    def __init__(self, host: QWidget, context: Context) -> None:
        super().__init__(host)
        self._host = host
        self._context = context
        self.sheet: CameraSheet | None = None

    def ask(self) -> None:
        """Open the camera; the first time a moment later."""
        if self.sheet is not None:
            self.sheet.begin()
            return
        work = partial(_prepared, self._context.desk)
        self._context.tasks.query(self, work, self._begin, self.failed.emit, key="camera")

    def _begin(self, values: dict[str, Value]) -> None:
        from ui.camera.source import CameraSource

        if self.sheet is None:
            self.use(CameraSource(), str(values["camera"]), int(values["camera_turns"]))
        if self.sheet is not None and self._host.isVisible():
            self.sheet.begin()

    def use(self, source: Source, camera: str = "", turns: int = 0) -> None:
        """Frames come from here."""
        from ui.camera.sheet import CameraSheet

        self.sheet = sheet = CameraSheet(self._host, source, camera, turns)
        sheet.shot.connect(self.shot)
        sheet.chosen.connect(self._remember)

    def _remember(self, camera: str, turns: int) -> None:
        for key, value in (("camera", camera), ("camera_turns", turns)):
            work = partial(settings.change, self._context.desk, key, value)
            self._context.tasks.command(self, work, None, self.failed.emit)


def _prepared(desk: Desk) -> dict[str, Value]:
    """The settings; and the libraries, in the memory before the main thread asks for them."""
    try:
        importlib.import_module("ui.camera.sheet")
    except ImportError as error:
        raise EnvironmentFault("camera_unavailable") from error
    return settings.read_all(desk)
