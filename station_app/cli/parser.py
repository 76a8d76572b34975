"""The words of the command line. Each command names the function that carries it out, imported only when it runs."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from station_app.domain.application import ScanKind, State

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
    _add_case_commands(commands)
    _add_reading_commands(commands)
    return parser


def _add_home_commands(commands: Commands) -> None:
    init = _command(commands, "init", "homes.init", "登记本站并建立数据文件夹")
    init.add_argument("--central", required=True, metavar="URL")
    init.add_argument("--code", required=True)
    init.add_argument("--operator", required=True, metavar="NAME")
    sync = _command(commands, "sync", "homes.sync", "与中心同步一遍")
    sync.add_argument("--json", action="store_true")
    doctor = _command(commands, "doctor", "homes.doctor", "自检")
    doctor.add_argument("--json", action="store_true")


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


def _add_reading_commands(commands: Commands) -> None:
    assess = _command(commands, "assess", "plans.assess", "判断助推条件（JSON 行）")
    assess.add_argument("file", metavar="FILE", nargs="?", default="-")
    assess.add_argument("--ways-out", action="store_true", help="不符合或要审核时，怎样才符合")
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
