"""What devices promised and may send: the scans of their own parcels, and the receipts once all of them are here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

from central.blobs import BlobStore, Place
from central.context import Central
from central.parcels import Parcel, is_complete, parcels_for, receive

_REMEMBERED = 2000  # applications whose parcels are kept in memory


class InThread(Protocol):
    """Runs blocking work in a worker thread."""

    async def __call__(self, work: Callable[[], Any]) -> Any: ...


class Promises:
    """The parcels of applications that are being sent. One per server, changed on its event loop."""

    def __init__(self, central: Central, blobs: BlobStore, in_thread: InThread) -> None:
        self._central = central
        self._blobs = blobs
        self._in_thread = in_thread
        self._parcels: dict[tuple[str, str], list[Parcel]] = {}

    async def sizes(self, device_id: str, wanted: Sequence[tuple[str, str]]) -> list[int | None]:
        """The promised size of each (reference, sha256), None where this device promised no such scan."""
        unknown = {reference for reference, sha256 in wanted if self._size(device_id, reference, sha256) is None}
        if unknown:
            for reference, parcels in (await self._in_thread(lambda: self._read(device_id, unknown))).items():
                self._remember((device_id, reference), parcels)
        return [self._size(device_id, reference, sha256) for reference, sha256 in wanted]

    def receipts(self, places: Iterable[Place]) -> list[str]:
        """Receive what these scans of one device completed. Scans added this very moment wait for the next sync.

        In a worker thread.
        """
        found: dict[int, Parcel] = {}
        for place in places:
            for parcel in self._parcels.get((place.device_id, place.reference), ()):
                if place.sha256 in parcel.scans:
                    found[parcel.id] = parcel
        return receive(self._central, self._blobs, [each for each in found.values() if is_complete(self._blobs, each)])

    def _size(self, device_id: str, reference: str, sha256: str) -> int | None:
        parcels = self._parcels.get((device_id, reference), ())
        return next((parcel.scans[sha256] for parcel in parcels if sha256 in parcel.scans), None)

    def _read(self, device_id: str, references: Iterable[str]) -> dict[str, list[Parcel]]:
        with self._central.database.read() as tx:
            return parcels_for(tx, device_id, references)

    def _remember(self, application: tuple[str, str], parcels: list[Parcel]) -> None:
        """What a parcel promised never changes; an application only gets more of them."""
        while len(self._parcels) >= _REMEMBERED:
            del self._parcels[next(iter(self._parcels))]
        self._parcels[application] = parcels
