"""U盘递送 in words: what travels, what cannot, what an answer brought. Qt-free."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from station_app.domain.identity import mask_id
from station_app.services import courier, setup
from ui.messages import sentence
from ui.models.lines import Entry, Heading, Line
from ui.models.sync_lines import people_of
from ui.models.times import moment_words, size_words

if TYPE_CHECKING:
    from station_app.services.courier import Case, Delivered, Load
    from station_app.services.desk import Desk
    from station_app.store.records import LedgerRow
    from sync.courier import Exported

_KINDS = {"submit": "提交", "withdraw": "撤回", "add_scans": "补充扫描件"}


@dataclass(frozen=True)
class StickView:
    """``people``: application id to its ledger line; ``name``: how an export is called; ``last``: the last import."""

    load: Load
    people: Mapping[str, LedgerRow]
    name: str
    last: str | None


def read_stick(desk: Desk) -> StickView:
    """Ask the store; on a background thread."""
    load = courier.load(desk)
    people = people_of(desk, {case.application_id: case.reference for case in load.cases})
    who = setup.identity(desk)
    name = f"申报递送-{who['station_no']}-{who['device_letter']}-{desk.today():%Y%m%d}.zt"
    return StickView(load, people, name, courier.last_import(desk))


def stick_headline(view: StickView) -> str:
    """``3 件、12 页，约 5.1 MB``."""
    cases = view.load.cases
    if not cases:
        return "没有要带出去的申报。也可以导出一个文件，去换回审核结果、会员名册和新方案。"
    pages = sum(len(case.scans) for case in cases)
    return f"{len(cases)} 件、{pages} 页扫描件，约 {size_words(view.load.size)}。"


def stick_entries(view: StickView) -> list[Entry]:
    """What travels, then what must stay."""
    entries: list[Entry] = []
    if view.load.cases:
        entries.append(Heading(f"随文件带走　{len(view.load.cases)} 件"))
        entries += [_line(case, view.people.get(case.application_id)) for case in view.load.cases]
    if view.load.left_out:
        entries.append(Heading(f"带不走　{len(view.load.left_out)} 件"))
        entries += [_left(reference, code) for reference, code in view.load.left_out]
    return entries


def _line(case: Case, person: LedgerRow | None) -> Line:
    what = "、".join(dict.fromkeys(_KINDS[op.kind.value] for op in case.ops)) or "扫描件再送一遍"
    pages = f"{len(case.scans)} 页，" if case.scans else ""
    return Line(
        key=case.application_id,
        sign="↑",
        tone="ok",
        title=case.name or "（未填姓名）",
        note=mask_id(person.id_number) if person else "",
        aside=case.reference,
        detail=what,
        when=f"{pages}{size_words(case.size)}",
    )


def _left(reference: str, code: str) -> Line:
    return Line(reference, "！", "wrong", reference, "", "", sentence(code), "")


def exported_words(exported: Exported) -> str:
    """Which files to take along, and whereto."""
    names = "、".join(each.name for each in exported.files)
    left = f"另有 {len(exported.load.left_out)} 件带不走，见左边。" if exported.load.left_out else ""
    count = f"{len(exported.files)} 个文件" if len(exported.files) > 1 else "文件"
    return f"已导出{count}：{names}。请带到区总工会或技协；文件已加密，丢了别人也打不开。{left}"


def imported_words(done: Delivered, now: datetime) -> str:
    """What an answer brought."""
    parts = [f"送到 {done.accepted} 件"] if done.accepted else []
    parts += [f"收到回执 {done.received} 件"] if done.received else []
    what = "，".join(parts) or "没有新的回执；审核结果和名册已更新到答复时的样子"
    rest = f"还有 {done.pending} 件没有回执，下次导出会再带上。" if done.pending else "没有剩下未送到的。"
    stuck = f"{done.troubled} 件要人处理，请回到同步页看原因。" if done.troubled else ""
    stuck += "".join(sentence(code) for code in done.warnings)
    return f"已导入 {moment_words(done.at, now)} 的答复：{what}。{rest}{stuck}"


def last_words(view: StickView, now: datetime) -> str:
    return f"上次导入：{moment_words(view.last, now)}。" if view.last else "还没有导入过答复。"
