"""What the clerk does before and after the restart."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import cast

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QListWidget

from station_app.domain.application import State
from station_app.domain.member import Member
from tests.journey.clerk import Clerk
from tests.journey.hands import ALT, CTRL, SHIFT, StuckError
from tests.journey.hero import APPLIED_ON, CERTIFICATE, HERO, OPERATOR, PASSWORD
from ui.widgets.scan_strip import ScanTile

ENTER = Qt.Key.Key_Return
_MOST_FIELDS = 30
# what the clerk types where the plain value is not what one types: initials find the name, eight digits are a date
_TYPED: dict[str, str] = {
    "occupation": "qctljzpg",
    "issuer": "bjszyjn",
    "level": str(CERTIFICATE["level"]),
    "issue_date": "20230620",
    "number": CERTIFICATE["number"],
}


def first_run(clerk: Clerk, url: str, code: str, scans: list[str]) -> None:
    """A new PC: set-up, then one case, written and submitted without a network."""
    _set_up(clerk, url, code)
    _wait_for_roster(clerk)
    clerk.ask("network off")
    _find_member(clerk)
    _enter_certificate(clerk)
    _add_scans(clerk, scans)
    _see_pages_read(clerk)
    _find_a_way_out(clerk)
    _read_assessment(clerk)
    _print(clerk, "form.pdf", "print the confirmation sheet · 打印")
    _submit(clerk)


def second_run(clerk: Clerk, reference: str) -> None:
    """After the crash: everything is still there; the network comes back, the association reviews and pays."""
    _sign_in(clerk)
    _see_queue(clerk, reference)
    clerk.ask("network on")
    application_id = _await_receipt(clerk, reference)
    _open_in_ledger(clerk, reference)
    _print(clerk, "receipt.pdf", "print the receipt · 打印回执")
    with clerk.step("the association reviews and pays · 审核、划拨"):
        clerk.ask("review and pay", reference=reference)
    _await_payment(clerk, reference, application_id)


# ---- the first run


def _set_up(clerk: Clerk, url: str, code: str) -> None:
    hands = clerk.hands
    with clerk.step("first set-up: server, code, operator · 首次设置"):
        hands.until_focus("server_url")
        for text in (url, code, OPERATOR, PASSWORD, PASSWORD):
            hands.write(text)
            if text is not PASSWORD or hands.focus().objectName() == "password":
                hands.press(ENTER)
        clerk.picture("setup")
        hands.press(ENTER, CTRL)
        hands.until(lambda: clerk.program.session is not None, "the enrolment")
        clerk.picture("empty-todo")
        clerk.read_banner()


def _wait_for_roster(clerk: Clerk) -> None:
    with clerk.step("the roster comes down · 会员名册"):
        clerk.hands.until(lambda: _members(clerk) > 0 and not _syncing(clerk), "the roster")


def _members(clerk: Clerk) -> int:
    with clerk.session.desk.store.read() as uow:
        return uow.members.count()


def _syncing(clerk: Clerk) -> bool:
    status = clerk.sync_status
    return status.running or status.last is None


def _find_member(clerk: Clerk) -> None:
    hands = clerk.hands
    with clerk.step("look the member up by pinyin · 查会员"):
        clerk.go(Qt.Key.Key_F3, "intake")
        hands.until_focus("lookup")
        hands.write("zhang")
        hands.until(lambda: len(_suggested(clerk)) > 1, "people of this surname")
        clerk.picture("lookup")
        hands.write("jw")
        hands.until(lambda: HERO.id_number in _suggested(clerk), "her among those with these initials")
        for _ in range(_suggested(clerk).index(HERO.id_number)):  # the first is highlighted
            hands.press(Qt.Key.Key_Down)
        hands.press(ENTER)
        hands.until(lambda: clerk.intake.draft.content.value("id_number") == HERO.id_number, "the member in the form")
    with clerk.step("the day the worker applied · 申报日期"):
        hands.press(Qt.Key.Key_D, ALT)
        hands.press(ENTER)
        hands.until_focus("applied_on")
        hands.rewrite(APPLIED_ON)
        hands.press(ENTER)
        hands.until(lambda: str(clerk.intake.draft.content.applied_on) == APPLIED_ON, "the day in the form")


def _suggested(clerk: Clerk) -> list[str]:
    """The ID numbers of the people in the open list, from the top."""
    people = [row.data for row in clerk.intake.top.lookup.suggestions]
    return [one.id_number for one in people if isinstance(one, Member)]


def _enter_certificate(clerk: Clerk) -> None:
    """From field to field by Enter; what is filled already is passed over."""
    hands, written = clerk.hands, set[str]()
    with clerk.step("applicant and certificate, by Enter alone · 录入"):
        for _ in range(_MOST_FIELDS):
            name = hands.focus().objectName()
            if name == "scans":
                break
            text = _TYPED.get(name) or (HERO.position if name == "position" else "")
            if text and name not in written:
                hands.write(text)
                written.add(name)
            hands.press(ENTER)
        certificate = clerk.intake.draft.content.certificate
        wrong = {name for name, value in CERTIFICATE.items() if certificate.get(name) != value}
        if wrong:
            raise StuckError(f"not as meant in the form: {', '.join(sorted(wrong))}")
        clerk.picture("certificate")


def _add_scans(clerk: Clerk, scans: list[str]) -> None:
    hands = clerk.hands
    with clerk.step("four scans from files · 扫描件"):
        hands.press(Qt.Key.Key_F6)
        hands.until_focus("scan_path")
        hands.write(str(Path(scans[0]).parent))
        hands.press(ENTER)
        hands.until(lambda: _listed(clerk) == len(scans), "the files of the stick")
        hands.press(Qt.Key.Key_Down)
        for _ in scans[1:]:
            hands.press(Qt.Key.Key_Down, SHIFT)
        clerk.picture("scan-files")
        hands.press(ENTER)
        hands.until(lambda: len(clerk.intake.draft.scans) == len(scans), "four scans on the case")
        kinds = {hashlib.sha256(Path(path).read_bytes()).hexdigest(): Path(path).stem for path in scans}
        if {scan.sha256: scan.kind.value for scan in clerk.intake.draft.scans} != kinds:
            raise StuckError("a scan is filed under another kind")
        hands.until(lambda: _pictured(clerk) == len(scans), "their pictures")


def _see_pages_read(clerk: Clerk) -> None:
    """The program reads every page beside the window and compares it with what was typed."""
    with clerk.step("the pages are read and compared with what was typed · 识读、比对"):
        draft = clerk.intake.draft
        clerk.hands.until(lambda: len(draft.readings) == len(draft.scans), "the pages read", 180)
        if clerk.intake.side.compare.isVisible():
            raise StuckError("a page says something else than what was typed")


def _listed(clerk: Clerk) -> int:
    """How many files the chooser shows."""
    shown = cast(list[QListWidget], clerk.intake.findChildren(QListWidget, "scan_files"))
    return sum(each.count() for each in shown)


def _pictured(clerk: Clerk) -> int:
    """How many places of the strip show a picture."""
    tiles = cast(list[ScanTile], clerk.intake.form.strip.findChildren(ScanTile))
    labels = [cast(list[QLabel], tile.findChildren(QLabel)) for tile in tiles]
    return sum(any(not label.pixmap().isNull() for label in each) for each in labels)


def _find_a_way_out(clerk: Clerk) -> None:
    """A year mistyped is a refusal; its way out leads back to the date."""
    hands = clerk.hands
    with clerk.step("what would change a refusal · 怎样才符合"):
        for _ in range(_MOST_FIELDS):
            if hands.focus().objectName() == "issue_date":
                break
            hands.press(Qt.Key.Key_Tab, SHIFT)
        hands.rewrite("20220620")
        hands.press(Qt.Key.Key_W, ALT)
        hands.until_focus("ways")
        clerk.picture("ways-out")
        hands.press(ENTER)
        hands.until_focus("issue_date")
        hands.rewrite(CERTIFICATE["issue_date"].replace("-", ""))


def _read_assessment(clerk: Clerk) -> None:
    hands = clerk.hands
    with clerk.step("verdict, amount and clause · 助推条件判断"):
        if "1,000 元" not in _assessment_words(clerk):
            raise StuckError(f"not the amount that was meant: {_assessment_words(clerk)}")
        clerk.picture("intake")
        hands.press(Qt.Key.Key_F9)
        clerk.picture("plan-text")
        hands.press(Qt.Key.Key_Escape)


def _assessment_words(clerk: Clerk) -> list[str]:
    """What stands in the panel on the right."""
    labels = cast(list[QLabel], clerk.intake.side.assessment.findChildren(QLabel))
    return [label.text() for label in labels if label.isVisible()]


def _print(clerk: Clerk, file_name: str, words: str) -> None:
    hands, path = clerk.hands, clerk.out / file_name
    with clerk.step(words):
        hands.press(Qt.Key.Key_F8)
        hands.until_focus("pdf_path")
        hands.rewrite(str(path))
        clerk.picture(path.stem)
        hands.until(lambda: _written(clerk, path), f"{file_name} on the disk")
        clerk.read_banner()


def _written(clerk: Clerk, path: Path) -> bool:
    """Enter once the sheet is made; a second Enter does no harm while the line has the focus."""
    asked = clerk.hands.focus().objectName() == "pdf_path"
    if asked and not path.exists():
        clerk.hands.press(ENTER)
    return path.exists() and not asked


def _submit(clerk: Clerk) -> None:
    hands = clerk.hands
    with clerk.step("consent and submission, without a network · 提交"):
        hands.press(ENTER, CTRL)
        hands.until_focus("consent")
        hands.press(Qt.Key.Key_Y)
        hands.press(ENTER, CTRL)
        hands.until(lambda: clerk.intake.draft.state is State.QUEUED, "the case in the queue")
        clerk.picture("queued")
        clerk.read_banner()
    clerk.ask("submitted", reference=clerk.intake.draft.reference)


# ---- the second run


def _sign_in(clerk: Clerk) -> None:
    hands = clerk.hands
    with clerk.step("the program was killed; it starts and the clerk signs in · 登录"):
        hands.until_focus("password")
        hands.write(PASSWORD)
        clerk.picture("sign-in")
        hands.press(ENTER)
        hands.until(lambda: clerk.program.session is not None, "the session")


def _see_queue(clerk: Clerk, reference: str) -> None:
    with clerk.step("the case waits in the queue, nothing is lost · 同步"):
        clerk.go(Qt.Key.Key_F10, "sync")
        clerk.hands.until(lambda: clerk.sync_status.failure, "the first pass without a network")
        with clerk.session.desk.store.read() as uow:
            waiting = [row.reference for row in uow.outbox.open_rows()]
        if waiting != [reference]:
            raise StuckError(f"waiting in the queue: {waiting}")
        clerk.picture("offline-queue")


def _await_receipt(clerk: Clerk, reference: str) -> str:
    with clerk.session.desk.store.read() as uow:
        application_id = uow.applications.by_reference(reference).id
    with clerk.step("the network is back: delivered without a click · 自动发送"):
        clerk.hands.until(lambda: clerk.state_of(application_id) is State.RECEIVED, "the signed receipt", 120)
        clerk.picture("received")
    return application_id


def _open_in_ledger(clerk: Clerk, reference: str) -> None:
    hands = clerk.hands
    with clerk.step("found in the ledger, opened · 台账"):
        clerk.go(Qt.Key.Key_F5, "ledger")
        hands.until_focus("ledger_search")
        hands.write("zhangjw")
        hands.press(ENTER)
        hands.until_focus("ledger_table")
        clerk.picture("ledger")
        hands.press(ENTER)
        hands.until(lambda: clerk.session.shell.current == "intake", "the case", 10)
        hands.until(lambda: clerk.intake.draft.reference == reference, "the case on the table", 10)


def _await_payment(clerk: Clerk, reference: str, application_id: str) -> None:
    hands = clerk.hands
    with clerk.step("the clerk sees that it is paid · 已划拨"):
        clerk.go(Qt.Key.Key_F10, "sync")
        hands.press(Qt.Key.Key_F10)  # again: a pass now
        hands.until(lambda: clerk.state_of(application_id) is State.PAID, "the payment", 120)
        clerk.go(Qt.Key.Key_F5, "ledger")
        clerk.picture("paid-ledger")
        clerk.go(Qt.Key.Key_F3, "intake")
        clerk.picture("paid")
