"""A stick that goes from a station to the association and back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from central.courier import Carried, carry
from station_app.services.courier import Delivered
from sync import courier
from tests.integration.sync.town import Office


@dataclass
class Stick:
    """Files below one folder. ``carried``: what the server made of the last file."""

    folder: Path
    carried: Carried | None = None

    def export(self, office: Office, name: str = "out", most: int = courier.LARGEST_VOLUME) -> list[Path]:
        return list(courier.export(office.desk, self.folder / f"{name}.zt", most).value.files)

    def answer(self, office: Office, file: Path) -> Path:
        """The server's answer to one file."""
        answer = file.with_suffix(".answer")
        with office.town.central() as central:
            self.carried = carry(central, file, answer)
        return answer

    def take(self, office: Office, answer: Path) -> Delivered:
        return courier.take(office.desk, answer).value

    def round(self, office: Office, name: str = "out") -> Delivered:
        """There and back."""
        (file,) = self.export(office, name)
        return self.take(office, self.answer(office, file))
