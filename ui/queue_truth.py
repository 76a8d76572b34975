"""What the foot line and the rail say: what is only on this PC, whether the centre is reached, what waits. Qt-free."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from station_app.services import passes, todo
from ui.messages import sentence

if TYPE_CHECKING:
    from station_app.services.desk import Desk
    from ui.context import SyncHandle
    from ui.widgets.text import Tone

_BEIJING = timezone(timedelta(hours=8))
_NO_NETWORK = frozenset(
    {"offline", "server_unreachable", "server_silent", "connection_lost", "captive_portal", "server_error"}
)


@dataclass(frozen=True)
class QueueTruth:
    """``waiting``: ops without a receipt; ``stuck``: ops that need a person; ``todo``: cases that wait for the clerk;
    ``failure``: the code that keeps us from the centre; ``last``: when a pass last came through, UTC."""

    waiting: int = 0
    stuck: int = 0
    todo: int = 0
    failure: str | None = None
    last: datetime | None = None
    running: bool = False
    paused: bool = False


def read_truth(desk: Desk, sync: SyncHandle | None) -> QueueTruth:
    """Ask the store and the worker; on a background thread."""
    backlog, report, whole = passes.backlog(desk), passes.last_pass(desk), passes.last_whole_pass(desk)
    status = sync.status if sync else None
    failure = status.failure if status else None
    if failure is None and report is not None:
        failure = report.code
    return QueueTruth(
        waiting=backlog.pending,
        stuck=backlog.quarantined,
        todo=todo.count(desk),
        failure=failure,
        last=datetime.fromisoformat(whole) if whole else None,
        running=bool(status and status.running),
        paused=bool(status and status.paused),
    )


def queue_words(truth: QueueTruth) -> tuple[Tone, str]:
    """Tone and words, what matters most first."""
    waiting = f"{truth.waiting} 件仅在本机，联网后自动发送" if truth.waiting else ""
    if truth.stuck:
        return "wrong", f"{truth.stuck} 件没有发出去，请到“同步”页处理"
    if truth.failure == "no_network_address":
        return ("attention", f"{truth.waiting} 件等待用U盘送出") if truth.waiting else ("soft", "本站不联网，用U盘递送")
    if truth.failure in _NO_NETWORK:
        return "attention", f"离线　{waiting or '照常受理，联网后自动发送'}"
    if truth.failure:
        return "wrong", sentence(truth.failure)
    if truth.paused:
        return "attention", f"同步已暂停　{waiting}"
    if truth.waiting:
        return "attention", f"{truth.waiting} 件正在发送" if truth.running else f"{truth.waiting} 件仅在本机，等待发送"
    return ("ok", "全部已送达中心") if truth.last else ("soft", "还没有同步过")


def last_words(truth: QueueTruth, now: datetime) -> str:
    """``上次同步 14:32``, ``昨天 16:20``, ``5 月 3 日 16:20``; Beijing time."""
    if truth.running:
        return "正在同步…"
    if truth.last is None:
        return ""
    here, today = truth.last.astimezone(_BEIJING), now.astimezone(_BEIJING).date()
    days = (today - here.date()).days
    day = {0: "", 1: "昨天 "}.get(days, f"{here.month} 月 {here.day} 日 ")
    return f"上次同步 {day}{here:%H:%M}"
