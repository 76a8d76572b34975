"""``station sync`` in the way of everything that keeps it from its server: the words, the exit, and nothing lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from central import devices
from station_app.access.secrets import NoSecrets
from station_app.cli import entry, main
from station_app.cli.output import Exit
from station_app.durable import Point
from station_app.services import session, settings
from station_app.services.desk import Desk, system_clock
from tests.integration.sync.town import PASSWORD, Town
from tests.unit.sync.scripted import Asked, Say, Scripted, certificate, say_problem

pytestmark = pytest.mark.slow
PORTAL = Say(200, b"<html>log in</html>", {"Content-Type": "text/html"})


@pytest.fixture
def home(town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of an enrolled station with a case in its queue, closed."""
    monkeypatch.setenv("STATION_HOME", str(tmp_path / "station"))
    monkeypatch.setenv("STATION_PASSWORD", PASSWORD)
    with town.office(tmp_path / "station") as office:
        office.submit(1)
    return tmp_path / "station"


@pytest.fixture
def said(home: Path, town: Town, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    """Its server's address and its clock changed, then ``station sync``: the exit code and what it says."""

    def ask(url: str = "", proxy: str = "") -> tuple[int, str]:
        with _opened(home) as desk:
            _point(desk, url, proxy)
        capsys.readouterr()
        code = main(["sync"])
        return code, capsys.readouterr().err

    return ask


@contextmanager
def _opened(home: Path) -> Iterator[Desk]:
    desk = session.sign_in(home, "王芳", PASSWORD, system_clock, NoSecrets())
    try:
        yield desk
    finally:
        session.sign_out(desk)


def _point(desk: Desk, url: str, proxy: str) -> None:
    if url:
        with desk.store.write(Point.SYNC_STATE) as uow:
            uow.facts.set("server_url", url)
    settings.change(desk, "proxy", proxy)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (PORTAL, "请打开浏览器登录网络"),
        (Say(302, b"", {"Location": "http://portal.example/"}), "请打开浏览器登录网络"),
        (Say(511, b"", {"Content-Type": "text/html"}), "请打开浏览器登录网络"),
        (Say(407, b"", {"Content-Type": "text/html"}), "代理服务器不能用"),
        (say_problem(401, "token_expired"), "服务器不认本机的签名"),
        (say_problem(401, "token_audience"), "服务器换了密钥"),
        (say_problem(503, "busy"), "服务器出错或正忙"),
        (Say(cut=True), "传送中断"),
    ],
)
def test_somebody_else_answers(said: Callable[..., tuple[int, str]], answer: Say, words: str) -> None:
    def script(_asked: Asked) -> Say:
        return answer

    with Scripted(script) as wire:
        code, told = said(wire.url)
    assert (code, words in told) == (Exit.ENVIRONMENT, True), told


def test_a_stranger_with_a_certificate_of_its_own(said: Callable[..., tuple[int, str]], tmp_path: Path) -> None:
    with Scripted(lambda _asked: PORTAL, certificate(tmp_path)) as wire:
        code, told = said(wire.url)
    assert (code, "证书" in told, "登录" in told) == (Exit.ENVIRONMENT, True, True), told


def test_a_proxy_that_is_not_there(said: Callable[..., tuple[int, str]]) -> None:
    code, told = said("https://central.example", "http://127.0.0.1:9")
    assert (code, "代理服务器不能用" in told) == (Exit.ENVIRONMENT, True), told


@pytest.mark.parametrize("days", [-3650, 3650])
def test_a_wrong_clock_is_said_and_stops_nothing(
    said: Callable[..., tuple[int, str]], monkeypatch: pytest.MonkeyPatch, days: int
) -> None:
    monkeypatch.setattr(entry, "system_clock", lambda: datetime.now(UTC) + timedelta(days=days))
    code, told = said()
    assert (code, "电脑时间不准" in told) == (Exit.DONE, True), told


def test_a_pc_that_was_shut_out(said: Callable[..., tuple[int, str]], home: Path, town: Town) -> None:
    with _opened(home) as desk, desk.store.read() as uow, town.central() as central:
        devices.revoke(central, uow.facts.get("device_id") or "")
    code, told = said()
    assert (code, "技协已停用这台电脑" in told, "都在本机" in told) == (Exit.ENVIRONMENT, True, True), told
