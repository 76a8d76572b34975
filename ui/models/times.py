"""When something was, in words; Beijing time. Qt-free."""

from __future__ import annotations

import math
from datetime import datetime, timedelta, timezone

_BEIJING = timezone(timedelta(hours=8))


def moment_words(stamp: str, now: datetime) -> str:
    """``14:32`` for today, ``昨天 16:20``, ``5月3日 16:20``, ``2023年5月3日``; ``stamp`` is the store's UTC text."""
    here, today = datetime.fromisoformat(stamp).astimezone(_BEIJING), now.astimezone(_BEIJING).date()
    days = (today - here.date()).days
    if days == 0:
        return f"{here:%H:%M}"
    if days == 1:
        return f"昨天 {here:%H:%M}"
    if here.year == today.year:
        return f"{here.month}月{here.day}日 {here:%H:%M}"
    return f"{here.year}年{here.month}月{here.day}日"


def full_words(stamp: str) -> str:
    """``2024-05-15 14:32``, for histories."""
    return f"{datetime.fromisoformat(stamp).astimezone(_BEIJING):%Y-%m-%d %H:%M}"


def size_words(count: int) -> str:
    """``820 KB``, ``3.2 MB``."""
    if count < 1_000_000:
        return f"{-(-count // 1000)} KB"
    return f"{count / 1_000_000:.1f} MB"


def duration_words(seconds: float) -> str:
    """``不到 1 分钟``, ``约 12 分钟``, ``约 1 小时 20 分钟``: no more exact than it can be known."""
    minutes = math.ceil(seconds / 60)
    if seconds < 60:
        return "不到 1 分钟"
    if minutes < 60:
        return f"约 {minutes} 分钟"
    hours, rest = divmod(math.ceil(minutes / 10), 6)
    return f"约 {hours} 小时 {rest}0 分钟" if rest else f"约 {hours} 小时"
