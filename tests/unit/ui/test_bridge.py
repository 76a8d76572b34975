"""Core events reach the Qt thread as one signal, and none after the bridge is closed."""

from __future__ import annotations

import threading

from pytestqt.qtbot import QtBot

from station_app.events import Changed, Events, Kind
from ui.bridge import Bridge


def test_events_from_any_thread_arrive_on_ours_as_one(qtbot: QtBot, events: Events) -> None:
    bridge = Bridge(events)
    heard = list[tuple[Changed, str]]()
    bridge.changed.connect(lambda changed: heard.append((changed, threading.current_thread().name)))
    threads = [
        threading.Thread(target=events.send, args=(Changed.of(kind),)) for kind in (Kind.OUTBOX, Kind.SYNC, Kind.SCANS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    qtbot.waitUntil(lambda: bool(heard))
    assert heard == [(Changed.of(Kind.OUTBOX, Kind.SYNC, Kind.SCANS), threading.main_thread().name)]
    bridge.close()


def test_an_event_sent_on_our_own_thread_is_queued_too(qtbot: QtBot, events: Events) -> None:
    bridge = Bridge(events)
    heard = list[Changed]()
    bridge.changed.connect(heard.append)
    events.send(Changed.of(Kind.SETTINGS))
    assert heard == []
    qtbot.waitUntil(lambda: bool(heard))
    bridge.close()


def test_a_closed_bridge_is_silent(qtbot: QtBot, events: Events) -> None:
    bridge, other = Bridge(events), Bridge(events)
    heard, others = list[Changed](), list[Changed]()
    bridge.changed.connect(heard.append)
    other.changed.connect(others.append)
    events.send(Changed.of(Kind.OUTBOX))
    bridge.close()
    events.send(Changed.of(Kind.SYNC))
    qtbot.waitUntil(lambda: bool(others))
    assert heard == []
    other.close()
