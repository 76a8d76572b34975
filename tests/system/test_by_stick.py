"""A station that never sees the network, by its commands alone: package, application, stick, answer, receipt."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.system.fixtures import Papers
from tests.system.world import World

pytestmark = pytest.mark.slow


def test_by_stick_from_the_package_to_the_receipt(tmp_path: Path, papers: Papers) -> None:
    world = World(tmp_path)
    package, out, answer = tmp_path / "package", tmp_path / "out.zt", tmp_path / "answer.zt"
    world.central("init")
    code = world.central("enrol", "MY001", "--name", "密云区测试镇工会服务站", "--out", package).last_word
    world.station("init", "--package", package, "--code", code, "--operator", "王芳")
    reference = world.station("add", papers.file, *papers.scan_options()).last_word
    world.station("submit", reference)
    refused = world.station("sync", check=False)
    assert "U盘" in refused.err
    assert world.station("courier", "export", out).last_word == str(out)
    assert world.central("courier", out, "--out", answer).json()["lacking"] == 0
    counts = world.station("courier", "import", answer).json()
    assert (counts["received"], counts["pending"]) == (1, 0)
    shown = world.station("show", reference, "--json").json()
    assert (shown["state"], len(shown["receipts"])) == ("received", 1)
    again = world.station("courier", "import", out, check=False)
    assert (again.code, again.out) == (1, "")
