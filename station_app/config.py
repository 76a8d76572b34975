"""Every setting, declared once: key, type, default, description. Values live in the encrypted store.

``docs/settings.md`` is made from this table and a test holds it to that.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

PASSWORD = "STATION_PASSWORD"  # noqa: S105  the variable's name, for unattended runs


class Setting(NamedTuple):
    """One thing a station can choose. ``choices`` empty: any value of the default's type."""

    key: str
    default: int | bool | str
    description: str  # Chinese, shown in 设置
    choices: tuple[int | str, ...] = ()
    low: int | None = None
    high: int | None = None


SETTINGS: tuple[Setting, ...] = (
    Setting("text_size", 14, "文字大小（磅）", choices=(12, 14, 16)),
    Setting("theme", "light", "界面配色", choices=("light", "dark", "contrast")),
    Setting("idle_lock_minutes", 10, "无人操作多少分钟后锁定窗口", low=1, high=120),
    Setting("sync_every_seconds", 60, "联网时每隔多少秒同步一次", low=5, high=3600),
    Setting("scans_when", "always", "扫描件什么时候传；申报内容和状态随时收发", choices=("always", "night", "asked")),
    Setting("night_from", 20, "夜间传送从几点开始（北京时间）", low=0, high=23),
    Setting("night_to", 7, "夜间传送到几点结束（北京时间）", low=0, high=23),
    Setting("proxy", "", "代理服务器地址，直接联网时留空"),
    Setting("backup_folder", "", "最好在另一块磁盘或U盘上；留空时放在数据文件夹旁边"),
    Setting("keep_scans_days", 90, "划拨满多少天后清除本机的扫描件；中心有回执、也有备份的才清除", low=1, high=3650),
    Setting("reading_enabled", True, "自动读取扫描件，与填写的比对；电脑太慢时可以关掉", choices=(True, False)),
    Setting("camera", "", "留空用第一台；拍摄时按 C 换"),
    Setting("camera_turns", 0, "摄像头装歪了时画面怎么转，拍摄时按 R 也行", choices=(0, 1, 2, 3)),
    Setting("scanner", "", "扫描用哪台设备：编号，重新插拔、休眠以后不变"),
    Setting("scanner_source", "", "从哪里进纸；空：先用平板", choices=("", "flatbed", "feeder", "duplex")),
    Setting("scanner_resolution", 300, "扫描的分辨率（dpi）", choices=(200, 300, 400)),
    Setting("id_reader", "", "身份证读卡器接在哪个串口：USB 序列号，没有的用串口名"),
    Setting("watched_folder", "", "网络扫描仪、厂商程序存放页面的文件夹；留空不盯"),
    Setting("watched_filing", "asked", "受理时来了新文件怎么办", choices=("asked", "itself")),
    Setting("watched_after", "moved", "放进以后原文件怎么办；从不删除", choices=("moved", "left")),
    Setting("default_plan", 2024, "新建申报默认使用哪一年的方案"),
)

BY_KEY: Mapping[str, Setting] = {each.key: each for each in SETTINGS}


def station_home(environ: Mapping[str, str] = os.environ) -> Path:
    """The data folder: ``STATION_HOME``, else the machine-wide place on an installed program, else the user's."""
    if environ.get("STATION_HOME"):
        return Path(environ["STATION_HOME"]).absolute()
    if sys.platform == "win32":
        return Path(environ.get("PROGRAMDATA", r"C:\ProgramData")) / "ZhutuiStation"
    shared = Path("/var/lib/zhutui-station")
    if shared.is_dir() and os.access(shared, os.W_OK):
        return shared
    return Path(environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "zhutui-station"


def child_environment(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """What a child process is told: everything but the operator's password."""
    return {name: value for name, value in environ.items() if name != PASSWORD}
