"""A station and a server in this process, with real files below one folder; each side can end and be started again.

What a side leaves behind when it ends is what lay on its disk in that moment: the folder is copied then, before any of
its code can tidy up on the way out.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI

from central.app import make_app
from central.context import Central, make_central, open_central
from central.enrolment import enrol, new_code
from central.packs import publish_packaged
from station_app.access.secrets import NoSecrets
from station_app.domain.operator import Operator, Role
from station_app.durable import Point
from station_app.plans import PlanBook
from station_app.services.desk import Desk
from station_app.services.passes import PassReport
from station_app.services.plan_book import packaged_plans
from station_app.store import Store, StoreKeys
from sync.engine import one_pass
from sync.enrolment import _store as store_enrolment
from sync.envelope import encode_key, new_private_key, public_key_of, sign
from sync.identity import transport_for
from sync.wire import EnrolRequest
from tests.trials.faults import Acts, Side
from tests.trials.line import URL, Line
from tests.unit.sync.stations import MASTER, Clock

OPERATOR = Operator("operator-1", "王芳", Role.CLERK)


def make_template(folder: Path) -> None:
    """Both homes, the station enrolled and its first pass made; every trial works on a copy."""
    folder.mkdir()
    clock = Clock()
    with closing(make_central(_environment(folder), clock)) as central:
        publish_packaged(central)
        code = new_code(central, "CY001", "朝阳区测试街道工会服务站")
        key = new_private_key()
        request = EnrolRequest(
            code=code.secret,
            device_key=encode_key(public_key_of(key)),
            proof=sign(key, code.secret.encode()),
            device_name="pc",
        )
        answer = enrol(central, request)
    store = Store.create(folder / Side.STATION, StoreKeys.derive(MASTER), clock)
    with closing(store), store.write(Point.ENROLMENT) as uow:
        uow.operators.add(OPERATOR)
        uow.facts.set("device_private_key", encode_key(key))
        store_enrolment(uow, URL, answer)
    for empty in (folder / Side.STATION / "scans").glob("??"):
        empty.rmdir()  # made anew when a page comes; 256 folders would be most of a copy's time
    with Scene(folder, Acts(), packaged_plans()).running() as scene:
        assert scene.sync().code is None


def _environment(folder: Path) -> dict[str, str]:
    return {"CENTRAL_HOME": str(folder / Side.SERVER)}


@dataclass
class _Serving:
    central: Central
    app: FastAPI
    life: AbstractAsyncContextManager[object]


class Scene:
    """Context: ``running``. ``desk`` and ``central`` are those of the sides that now live, ``clock`` is the station's,
    ``server_clock`` the server's.
    """

    def __init__(self, folder: Path, acts: Acts, plans: PlanBook) -> None:
        self.folder = folder
        self.acts = acts
        self.clock, self.server_clock = Clock(), Clock()
        self._plans = plans
        self._desk: Desk | None = None
        self._serving: _Serving | None = None
        self._line = Line(acts, self._answering, self._server_died)
        acts.struck = self._keep_as_it_is

    @contextmanager
    def running(self) -> Iterator[Scene]:
        with self._line.in_place(), self.acts.watching():
            try:
                yield self
            finally:
                self.acts.counting = False
                self.acts.ended.clear()
                self._stop_station()
                self._stop_server()

    @property
    def desk(self) -> Desk:
        if self._desk is None:
            store = Store.open(self.folder / Side.STATION, StoreKeys.derive(MASTER), self.clock)
            self._desk = Desk(store.home, store, OPERATOR, self._plans, self.clock, NoSecrets(), MASTER)
        return self._desk

    @property
    def central(self) -> Central:
        return self._served().central

    def sync(self) -> PassReport:
        with closing(transport_for(self.desk)) as transport:
            return one_pass(self.desk, transport)

    def on(self, **step: float) -> None:
        """Let time pass on both sides."""
        self.clock.on(**step)
        self.server_clock.on(**step)

    def start_again(self, side: Side) -> None:
        """After a power cut: from the files as they lay there."""
        if side is Side.STATION:
            self._stop_station()
        else:
            self._stop_server()
        home, kept = self.folder / side, self._kept(side)
        shutil.rmtree(home)
        kept.rename(home)
        self.acts.started(side)

    # ---- the sides

    def _served(self) -> _Serving:
        if self._serving is None:
            central = open_central(_environment(self.folder), self.server_clock)
            app = make_app(central)
            life = app.router.lifespan_context(app)
            self._line.loop.run_until_complete(life.__aenter__())
            self._serving = _Serving(central, app, life)
        return self._serving

    def _answering(self) -> FastAPI:
        return self._served().app

    def _server_died(self) -> None:
        self.start_again(Side.SERVER)

    def _stop_station(self) -> None:
        desk, self._desk = self._desk, None
        if desk is not None:
            desk.store.close()

    def _stop_server(self) -> None:
        serving, self._serving = self._serving, None
        if serving is not None:
            self._line.loop.run_until_complete(serving.life.__aexit__(None, None, None))
            serving.central.close()

    def _kept(self, side: Side) -> Path:
        return self.folder / f"{side}.kept"

    def _keep_as_it_is(self, side: Side) -> None:
        shutil.copytree(self.folder / side, self._kept(side))
