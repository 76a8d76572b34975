"""设备: the scanner and the ID card reader of this PC, chosen once and remembered by names that outlast a replug."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from station_app.devices.id_reader import CardOrder
from station_app.devices.job import ScanJob
from station_app.devices.ports import Port, path_of
from station_app.devices.scanner import Scanner, ScanOrder, Source
from station_app.domain.operator import Act
from station_app.durable import Point
from station_app.errors import UserError
from station_app.events import Changed, Kind
from station_app.services import settings
from station_app.services.desk import Desk, Written

_CERTIFICATE = "scanner_certificate:"  # and the scanner's id
_NAMES = {"scanner": "scanner_name", "id_reader": "id_reader_name"}  # what a person calls the device of that setting


@dataclass(frozen=True)
class Chosen:
    """Empty where nothing was chosen. ``resolution`` in dpi; ``source`` None: the flatbed, or what there is."""

    scanner: str
    scanner_name: str
    source: Source | None
    resolution: int
    reader: str
    reader_name: str

    def order(self) -> ScanOrder:
        """Raises UserError ``scanner_not_chosen``."""
        if not self.scanner:
            raise UserError("scanner_not_chosen")
        return ScanOrder(self.scanner, self.source, self.resolution)

    def card_order(self) -> CardOrder:
        """One read from the reader, at the port where it is now. The system is asked for its ports, and a driver may
        hang over that: for a thread that nobody waits for.

        Raises UserError ``id_reader_not_chosen``, EnvironmentFault ``id_reader_gone``.
        """
        if not self.reader:
            raise UserError("id_reader_not_chosen")
        return CardOrder(path_of(self.reader))


def chosen(desk: Desk) -> Chosen:
    with desk.store.read() as uow:
        values = {key: uow.settings.get(key) for key in settings.DEVICES}
        names = {key: uow.facts.get(fact) or "" for key, fact in _NAMES.items()}
    source = str(values["scanner_source"])
    return Chosen(
        scanner=str(values["scanner"]),
        scanner_name=names["scanner"] or str(values["scanner"]),
        source=Source(source) if source else None,
        resolution=int(values["scanner_resolution"]),
        reader=str(values["id_reader"]),
        reader_name=names["id_reader"] or str(values["id_reader"]),
    )


def choose_scanner(desk: Desk, scanner: Scanner, source: Source | None = None) -> Written[Scanner]:
    """Remember this scanner. A ``source`` that it has not is not remembered: then it is its first.

    Whoever chooses it vouches for it: the certificate that it shows next is the one that it has to show.
    """
    wanted = source.value if source is not None and source in scanner.sources else ""
    _remember(desk, {"scanner": scanner.id, "scanner_source": wanted}, scanner.name, {_CERTIFICATE + scanner.id: ""})
    return Written(scanner, Changed.of(Kind.SETTINGS))


def choose_reader(desk: Desk, port: Port) -> Written[Port]:
    """Remember the serial port of the ID card reader."""
    _remember(desk, {"id_reader": port.id}, port.name, {})
    return Written(port, Changed.of(Kind.SETTINGS))


def scan_job(desk: Desk, order: ScanOrder) -> ScanJob:
    """Begin a run. A scanner that speaks https is known again by its certificate, from its first run on."""
    fact = _CERTIFICATE + order.scanner_id
    with desk.store.read() as uow:
        known = uow.facts.get(fact) or ""
    return ScanJob(replace(order, certificate=known), trust=None if known else partial(_trust, desk, fact))


def _trust(desk: Desk, fact: str, certificate: str) -> None:
    with desk.store.write(Point.SETTING) as uow:
        uow.facts.set(fact, certificate)


def _remember(desk: Desk, values: dict[str, str], name: str, facts: dict[str, str]) -> None:
    desk.require(Act.CASES)
    with desk.store.write(Point.SETTING) as uow:
        for key, value in values.items():
            settings.check(key, value)
            uow.settings.set(key, value)
            uow.audit.add("setting_changed", key, desk.operator.id)
            if key in _NAMES:
                uow.facts.set(_NAMES[key], name)
        for fact, told in facts.items():
            uow.facts.set(fact, told)
