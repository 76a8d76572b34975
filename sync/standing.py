"""The question at the counter: has this person applied or been paid elsewhere? Asked online, beside the passes.

A thread of its own, for a pass may take an hour on a poor line and the clerk's writes must not wait for a network. What
the server says goes where the passes put the district's grants, so every screen reads one history. No answer is no
news: without a line the counter works on with what the last pass brought.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from threading import Condition, Thread

from station_app.errors import StationError
from station_app.events import Changed, Events
from station_app.services import roster
from station_app.services.desk import Desk
from sync.identity import transport_for
from sync.transport import Transport
from sync.wire import StandingAnswer, StandingRequest

_LOG = logging.getLogger(__name__)
_TRIES = 2  # a pass may overtake an answer


@dataclass(frozen=True)
class Standing:
    """What the server said last: of whom, and whether that person has something elsewhere under this plan."""

    id_number: str
    plan: int
    applied: bool
    paid: bool


class StandingDesk:
    """``start`` once, ``stop`` once; everything else at any time, from any thread. Only the newest question counts.

    ``may_ask``: whether the network may be used now. ``latest``: the newest answer, None while the newest question has
    none; ``Changed`` of kind ``GRANTS`` tells when to look.
    """

    def __init__(self, desk: Desk, events: Events, may_ask: Callable[[], bool] = lambda: True) -> None:
        self._desk = desk
        self._events = events
        self._may_ask = may_ask
        self._condition = Condition()
        self._question: StandingRequest | None = None
        self._transport: Transport | None = None
        self._stopping = False
        self._thread = Thread(target=self._live, name="standing")
        self.latest: Standing | None = None

    def start(self) -> None:
        self._thread.start()

    def ask(self, id_number: str, plan: int) -> None:
        """Ask about this person in place of whoever was asked about before. ``id_number``: whole and sound."""
        with self._condition:
            self.latest = None
            self._question = StandingRequest(id_number=id_number, plan=plan)
            self._condition.notify_all()

    def stop(self) -> None:
        """Cut what is under way and wait for the thread to end."""
        with self._condition:
            self._stopping = True
            if self._transport is not None:
                self._transport.close()
            self._condition.notify_all()
        if self._thread.is_alive():
            self._thread.join()

    # ---- the thread

    def _live(self) -> None:
        while (question := self._next()) is not None:
            if self._may_ask():
                self._put(question)

    def _next(self) -> StandingRequest | None:
        """The newest question once there is one; None once stopped."""
        with self._condition:
            self._condition.wait_for(lambda: self._stopping or self._question is not None)
            question, self._question = self._question, None
            return None if self._stopping else question

    def _put(self, question: StandingRequest) -> None:
        try:
            for _ in range(_TRIES):
                answer = self._answer(question)
                changed = roster.take_standing(self._desk, question.id_number, answer)
                if changed:
                    self._tell(question, answer, changed)
                    return
        except StationError as error:
            _LOG.info("nothing heard of what a person has elsewhere: %s", error.code)
        except Exception:  # the thread must live: the next person may be told of
            _LOG.exception("asking for what a person has elsewhere failed")

    def _answer(self, question: StandingRequest) -> StandingAnswer:
        with self._condition:
            self._transport = transport = transport_for(self._desk)
            if self._stopping:
                transport.close()
        try:
            return transport.standing(question)
        finally:
            transport.close()

    def _tell(self, question: StandingRequest, answer: StandingAnswer, changed: Changed) -> None:
        with self._condition:
            if self._question is None:
                self.latest = Standing(question.id_number, question.plan, answer.applied, answer.paid)
        self._events.send(changed)
