"""The words of the command line. Each command names the function that carries it out, imported only when it runs."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from station_app.devices.scanner import Source
from station_app.domain.application import ScanKind, State
from station_app.domain.operator import Role

PAPERS = ("form", "sheet", "receipt")

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001  argparse has no public name


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """The arguments, with ``run`` set to the command's function. Exits with 2 on wrong use."""
    return _parser().parse_args(argv)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="station", description="在职职工职业发展助推计划：工会服务站协助申报")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_home_commands(commands)
    _add_people_commands(commands)
    _add_case_commands(commands)
    _add_tray_commands(commands)
    _add_reading_commands(commands)
    _add_scanner_commands(commands)
    return parser


def _add_home_commands(commands: Commands) -> None:
    init = _command(commands, "init", "homes.init", "登记本站并建立数据文件夹")
    where = init.add_mutually_exclusive_group(required=True)
    where.add_argument("--central", metavar="URL")
    where.add_argument("--package", metavar="FILE", help="不联网的站：中心给的登记包")
    init.add_argument("--code", required=True)
    init.add_argument("--operator", required=True, metavar="NAME")
    sync = _command(commands, "sync", "homes.sync", "与中心同步一遍")
    sync.add_argument("--json", action="store_true")
    courier = _command(commands, "courier", "couriers.courier", "U盘递送：导出待送的申报，导入中心的答复")
    courier.add_argument("action", choices=["export", "import"])
    courier.add_argument("file", metavar="FILE")
    courier.add_argument("--size", type=int, metavar="MB", help="每个文件最大多少兆字节，放不下时分成几个")
    courier.add_argument("--json", action="store_true")
    doctor = _command(commands, "doctor", "homes.doctor", "自检")
    doctor.add_argument("--json", action="store_true")
    doctor.add_argument("--full", action="store_true", help="逐页检查全部扫描件，不只抽查")
    support = _command(commands, "support", "support.support", "支持包：给技协看的日志和自检，加密，不含个人信息")
    support.add_argument("file", metavar="FILE")
    recover = _command(commands, "recover", "backups.recover", "密码忘了或系统密钥环丢了：用恢复私钥设新密码")
    recover.add_argument("action", choices=["request", "apply"], nargs="?", help="生成申请文件，或导入技协的答复")
    recover.add_argument("file", metavar="FILE", nargs="?", help="申请文件或答复文件")
    recover.add_argument("--recovery", metavar="FILE", help="恢复私钥的文件；私钥就在手边时用，不用申请")
    backup = _command(commands, "backup", "backups.backup", "把全部数据备份成一个加密文件")
    backup.add_argument("file", metavar="FILE")
    restore = _command(commands, "restore", "backups.restore", "从备份文件或备份文件夹恢复")
    restore.add_argument("file", metavar="FILE")
    restore.add_argument("--move-aside", action="store_true", help="数据文件夹里原有的数据移到一旁保留，不删除")
    restore.add_argument("--without-hurt-pages", action="store_true", help="备份里坏了的扫描件不恢复，其余的照常恢复")
    restore.add_argument("--recovery", metavar="FILE", help="恢复私钥的文件；换了电脑或重置了系统账户时用")


def _add_people_commands(commands: Commands) -> None:
    operator = _command(commands, "operator", "people.operator", "人员：新增、停用、名单、改密码")
    operator.add_argument("action", choices=["add", "disable", "list", "password"])
    operator.add_argument("name", metavar="NAME", nargs="?")
    operator.add_argument("--role", choices=[role.value for role in Role], default=Role.CLERK.value)
    operator.add_argument("--json", action="store_true")
    handing = _command(commands, "hand-over", "people.hand_over", "把草稿或退回件移交给另一位操作员")
    handing.add_argument("reference", metavar="REF", nargs="+")
    handing.add_argument("--to", required=True, metavar="NAME")
    audit = _command(commands, "audit", "people.audit", "操作记录（JSON）")
    audit.add_argument("--last", type=int, default=200, metavar="N")


def _add_case_commands(commands: Commands) -> None:
    add = _command(commands, "add", "cases.add", "新建一件申报（草稿）")
    add.add_argument("file", metavar="FILE.json")
    _scan_option(add)
    edit = _command(commands, "edit", "cases.edit", "修改草稿或退回件")
    edit.add_argument("reference", metavar="REF")
    edit.add_argument("file", metavar="PATCH.json")
    _scan_option(edit)
    submit = _command(commands, "submit", "cases.submit", "提交")
    submit.add_argument("reference", metavar="REF", nargs="*")
    submit.add_argument("--all", action="store_true")
    submit.add_argument("--insist", metavar="REASON")
    withdraw = _command(commands, "withdraw", "cases.withdraw", "撤回")
    withdraw.add_argument("reference", metavar="REF")
    printing = _command(commands, "print", "papers.print_case", "打印申请表、确认单或回执")
    printing.add_argument("reference", metavar="REF")
    printing.add_argument("--paper", choices=PAPERS, help="哪一种；不写时打印这一件当前要用的")
    printing.add_argument("--out", required=True, metavar="FILE.pdf")
    export = _command(commands, "export", "papers.export_case", "导出一件的扫描件和回执：一个 PDF，扫描件每页加水印")
    export.add_argument("reference", metavar="REF")
    export.add_argument("--out", required=True, metavar="FILE.pdf")
    export.add_argument("--purpose", required=True, metavar="TEXT", help="用途，印在每一页上")


def _add_tray_commands(commands: Commands) -> None:
    sort = _command(commands, "sort", "sorting.sort", "归档：一叠签字表和证件，各归各的申报，认不准的留在待归档")
    sort.add_argument("files", metavar="FILE", nargs="*", help="图片、PDF、多页 TIFF")
    sort.add_argument("--json", action="store_true")
    waiting = _command(commands, "tray", "sorting.waiting", "待归档的页和原因")
    waiting.add_argument("--json", action="store_true")


def _add_reading_commands(commands: Commands) -> None:
    assess = _command(commands, "assess", "plans.assess", "判断助推条件（JSON 行）")
    assess.add_argument("file", metavar="FILE", nargs="?", default="-")
    assess.add_argument("--ways-out", action="store_true", help="不符合或要审核时，怎样才符合")
    read = _command(commands, "read", "reading.read", "读扫描件：是什么、写着什么、有什么毛病（JSON）")
    read.add_argument("files", metavar="FILE", nargs="+")
    read.add_argument("--json", action="store_true")
    show = _command(commands, "show", "cases.show", "一件申报的全部内容")
    show.add_argument("reference", metavar="REF")
    show.add_argument("--json", action="store_true")
    listing = _command(commands, "list", "cases.listing", "台账")
    listing.add_argument("--state", choices=[state.value for state in State])
    listing.add_argument("--json", action="store_true")
    lookup = _command(commands, "lookup", "cases.lookup", "查会员")
    lookup.add_argument("text", metavar="TEXT")
    lookup.add_argument("--json", action="store_true")
    plans = _command(commands, "plans", "plans.plans", "方案")
    plans.add_argument("action", choices=["list", "check", "diff"])
    plans.add_argument("packs", metavar="PACK", nargs="*", help="年度、文件夹、plan.toml 或方案包文件")
    plans.add_argument("--json", action="store_true")


def _add_scanner_commands(commands: Commands) -> None:
    devices = _command(commands, "devices", "scanning.devices", "现在能用的扫描设备和它们的编号")
    devices.add_argument("--json", action="store_true")
    scan = _command(commands, "scan", "scanning.scan", "试扫：页面不加密存进文件夹，只供调试设备")
    scan.add_argument("--device", required=True, metavar="ID", help="station devices 列出的编号")
    scan.add_argument("--source", choices=[source.value for source in Source], help="不写时用平板，没有平板的用输稿器")
    scan.add_argument("--out", required=True, metavar="DIR")
    scan.add_argument("--json", action="store_true")
    reader = _command(commands, "id-card", "scanning.id_card", "试读身份证读卡器；证件号只显示头尾")
    reader.add_argument("--port", required=True, metavar="PORT", help="串口，如 /dev/serial/by-id/... 或 COM3")
    reader.add_argument("--json", action="store_true")


def _command(
    commands: Commands,
    name: str,
    target: str,
    description: str,
) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(name, help=description)
    command.set_defaults(run=_later(target))
    return command


def _later(target: str) -> Callable[[argparse.Namespace], int]:
    module, _, function = target.partition(".")

    def run(arguments: argparse.Namespace) -> int:
        return int(getattr(importlib.import_module(f"station_app.cli.{module}"), function)(arguments))

    return run


def _scan_option(command: argparse.ArgumentParser) -> None:
    command.add_argument("--scan", action="append", default=[], type=_scan, metavar="KIND=PATH")


def _scan(text: str) -> tuple[ScanKind, str]:
    kind, separator, path = text.partition("=")
    if not separator or not path or kind not in set(ScanKind):
        raise argparse.ArgumentTypeError(f"KIND=PATH, KIND: {' '.join(ScanKind)}")
    return ScanKind(kind), path
