"""设备 in 设置: the scanner and the ID card reader of this PC, chosen once, and a trial of each."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from station_app.config import BY_KEY
from station_app.devices import ports
from station_app.devices.scanner import Scanner, Source
from station_app.domain.operator import Act
from station_app.errors import StationError
from station_app.events import Changed, Kind
from station_app.services import devices
from ui.messages import label, sentence
from ui.pages.device_trials import Trials
from ui.theme import space
from ui.widgets.buttons import SmallButton
from ui.widgets.card import Card
from ui.widgets.choice_row import Choice, ChoiceRow
from ui.widgets.field_box import FieldBox
from ui.widgets.port_box import PortBox
from ui.widgets.scanner_list import ScannerList
from ui.widgets.text import Text

if TYPE_CHECKING:
    from station_app.devices.ports import Port
    from station_app.services.devices import Chosen
    from ui.context import Context
    from ui.widgets.text import Tone


class DevicesCard(Card):
    """Every choice counts at once. Signal: ``chose(key, value)``: a setting that the page writes.

    Attribute: ``boxes``: the fields of the settings that stand here, by key.
    """

    chose = Signal(str, object)

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__("设备", parent)
        self._context = context
        self._trials = Trials(context.desk, context.tasks, self)
        self.scanners = ScannerList()
        self._source = ChoiceRow([Choice(each.value, label(f"source.{each.value}")) for each in Source])
        self._resolution = ChoiceRow([Choice(each, str(each)) for each in BY_KEY["scanner_resolution"].choices])
        self.ports = PortBox()
        self._address = QLineEdit()
        self._address.setPlaceholderText("http://192.0.2.7/eSCL")
        self._address_box = FieldBox("scanner_address", self._address)
        editors = {
            "scanner": self.scanners,
            "scanner_source": self._source,
            "scanner_resolution": self._resolution,
            "id_reader": self.ports,
        }
        self.boxes = {key: FieldBox(key, editor) for key, editor in editors.items()}
        self._outcome = Text("", "note", wrap=True)
        self._picture = Text("")
        self._buttons = self._make_buttons()
        self._lay_out()
        self._connect()
        self._allow(context.desk.operator.may(Act.CASES))
        self._read()

    # ---- what is remembered

    def _read(self) -> None:
        work = partial(devices.chosen, self._context.desk)
        self._context.tasks.query(self, work, self._show, key="chosen")

    def _show(self, known: Chosen) -> None:
        if not self.scanners.scanners:
            words = (
                f"现在用：{known.scanner_name}" if known.scanner else "还没有选扫描仪。接好、打开电源，按 Alt+F 找。"
            )
            self.scanners.say_empty(words)
        self.scanners.set_used(known.scanner)
        self._show_sources(known)
        self._resolution.set_value(known.resolution)
        self.ports.show_used(known.reader, known.reader_name)
        for key, usable in (("try_scanner", known.scanner), ("try_reader", known.reader)):
            self._buttons[key].setEnabled(bool(usable) and self._context.desk.operator.may(Act.CASES))

    def _show_sources(self, known: Chosen) -> None:
        """Those of the scanner, where it was seen; else all there can be."""
        seen = next((each.sources for each in self.scanners.scanners if each.id == known.scanner), ())
        sources = seen or tuple(Source)
        self._source.set_value(None)
        self._source.set_choices([Choice(each.value, label(f"source.{each.value}")) for each in sources])
        first = sources[0].value
        self._source.set_value(known.source.value if known.source is not None else first)

    def _on_changed(self, changed: Changed) -> None:
        if changed.touches(Kind.SETTINGS):
            self._read()

    # ---- looking

    def _find(self) -> None:
        self.scanners.begin("正在找扫描仪，网络里的要等几秒…", self.scanners.used)
        self._buttons["find_devices"].setEnabled(False)
        self._trials.search()
        self._find_ports()

    def _find_ports(self) -> None:
        self._context.tasks.look(self, ports.ports, self._show_ports, self._port_trouble, key="ports")

    def _show_ports(self, found: list[Port]) -> None:
        self.ports.show_ports(found)
        self.boxes["id_reader"].set_hint("" if found else "没有看到串口。插好读卡器的 USB 线，再按 Alt+F")

    def _port_trouble(self, error: StationError) -> None:
        self.boxes["id_reader"].set_problem(sentence(error))

    def _searched(self) -> None:
        self._buttons["find_devices"].setEnabled(True)
        self.scanners.say_empty(sentence("no_scanner"))
        self._read()

    # ---- choosing

    def _take_scanner(self, scanner: Scanner) -> None:
        work = partial(devices.choose_scanner, self._context.desk, scanner)
        self._context.tasks.command(self, work, None, self._refused)
        self._say(f"以后用“{scanner.name}”扫描。可按 Alt+S 试扫一张。", "ok")

    def _take_address(self) -> None:
        """A scanner in the network that announces itself nowhere (ADR 0028)."""
        address = self._address.text().strip().rstrip("/")
        if not address.startswith(("http://", "https://")):
            self._address_box.set_problem(sentence("scanner_address_invalid"))
            return
        self._address_box.set_problem(None)
        self._address.clear()
        self._take_scanner(Scanner(f"escl:{address}", address, "escl"))

    def _take_port(self, port: Port) -> None:
        work = partial(devices.choose_reader, self._context.desk, port)
        self._context.tasks.command(self, work, None, self._refused)

    def _refused(self, error: StationError) -> None:
        self._say(sentence(error), "wrong")

    # ---- drawing

    def _say(self, words: str, tone: Tone) -> None:
        self._outcome.say(words, tone)

    def _make_buttons(self) -> dict[str, SmallButton]:
        made = (("找设备", "Alt+F", "find_devices"), ("试扫", "Alt+S", "try_scanner"), ("试读", "Alt+R", "try_reader"))
        return {name: SmallButton(words, key, name) for words, key, name in made}

    def _lay_out(self) -> None:
        for name in ("find_devices", "try_scanner"):
            self.header.addWidget(self._buttons[name])
        self.body.addWidget(self.boxes["scanner"])
        self.body.addWidget(self._address_box)
        row = QHBoxLayout()
        row.setSpacing(space(16))
        row.addWidget(self.boxes["scanner_source"])
        row.addWidget(self.boxes["scanner_resolution"])
        row.addStretch(1)
        self.body.addLayout(row)
        reader = QHBoxLayout()
        reader.setSpacing(space(12))
        reader.addWidget(self.boxes["id_reader"], 1)
        reader.addWidget(self._buttons["try_reader"])
        self.body.addLayout(reader)
        outcome = QHBoxLayout()
        outcome.setSpacing(space(12))
        outcome.addWidget(self._outcome, 1)
        outcome.addWidget(self._picture)
        self.body.addLayout(outcome)

    def _connect(self) -> None:
        self._buttons["find_devices"].clicked.connect(self._find)
        self._buttons["try_scanner"].clicked.connect(self._trials.scan)
        self._buttons["try_reader"].clicked.connect(self._trials.read_card)
        self.scanners.chosen.connect(self._take_scanner)
        self._address.returnPressed.connect(self._take_address)
        self._source.edited.connect(partial(self.chose.emit, "scanner_source"))
        self._resolution.edited.connect(partial(self.chose.emit, "scanner_resolution"))
        self.ports.edited.connect(self._take_port)
        self.ports.opened.connect(self._find_ports)
        self._trials.found.connect(self.scanners.add)
        self._trials.searched.connect(self._searched)
        self._trials.said.connect(self._say)
        self._trials.pictured.connect(self._picture.setPixmap)
        self._context.bridge.changed.connect(self._on_changed)

    def _allow(self, may: bool) -> None:
        for box in (*self.boxes.values(), self._address_box):
            box.editor.setEnabled(may)
        for button in self._buttons.values():
            button.setEnabled(may)
