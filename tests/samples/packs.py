"""Later versions of the packs that come with the program, for the tests of a pack's life."""

from __future__ import annotations

from resources import plan_files
from station_app.durable import Point
from station_app.events import Changed
from station_app.plans import bundle
from station_app.services import plan_packs
from station_app.services.desk import Desk
from sync.envelope import encode_key, new_private_key, public_key_of, sign_pack

PASSED = "2024-04-30"  # a last day that the sample cases' days have passed


def later_files(version: int = 2, deadline: str = "2024-10-31") -> dict[str, str]:
    """The files of the 2024 pack as a later version, perhaps with another last day."""
    files = plan_files(2024)
    lines = [f"version = {version}" if line.startswith("version") else line for line in files["plan.toml"].splitlines()]
    files["plan.toml"] = "\n".join(lines).replace("last = 2024-10-31", f"last = {deadline}")
    return files


def later_bundle(version: int = 2, deadline: str = "2024-10-31") -> str:
    return bundle(later_files(version, deadline))


def receive_pack(desk: Desk, version: int = 2, deadline: str = "2024-10-31") -> Changed:
    """As sync does when the server has published it."""
    key = new_private_key()
    with desk.store.write(Point.ENROLMENT) as uow:
        uow.facts.set("server_key", encode_key(public_key_of(key)))
    return plan_packs.store_pack(desk, sign_pack(key, 2024, version, later_bundle(version, deadline)))
