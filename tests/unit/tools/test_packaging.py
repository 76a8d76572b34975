"""What the set-up promises: names, no addresses; hashes for everything."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
REQUIREMENTS = ROOT / "packaging" / "requirements"


@pytest.mark.parametrize("name", ["run", "dev"])
def test_every_requirement_is_pinned_and_hashed(name: str) -> None:
    text = (REQUIREMENTS / f"{name}.txt").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip()]
    assert lines
    for line in lines:
        assert re.match(r"[A-Za-z0-9._-]+==\S+", line), line
        assert "--hash=sha256:" in line, line


@pytest.mark.parametrize("name", ["run", "dev"])
def test_what_is_asked_for_is_locked(name: str) -> None:
    locked = set(re.findall(r"^([A-Za-z0-9._-]+)==", (REQUIREMENTS / f"{name}.txt").read_text("utf-8"), re.MULTILINE))
    asked = re.findall(r"^([A-Za-z0-9._-]+)", (REQUIREMENTS / f"{name}.in").read_text("utf-8"), re.MULTILINE)
    plain = {each.lower().replace("_", "-") for each in locked}
    missing = {each for each in asked if not each.startswith("-") and each.lower().replace("_", "-") not in plain}
    assert missing == set()


def test_no_file_of_the_set_up_names_a_host() -> None:
    for path in (*REQUIREMENTS.iterdir(), ROOT / "packaging/setup.sh", ROOT / ".ci/run", ROOT / "pyproject.toml"):
        assert not re.search(r"https?://|index-url *=", path.read_text(encoding="utf-8")), path


def test_the_runtime_pins_are_the_same_in_both_files() -> None:
    run, dev = (_pins(REQUIREMENTS / f"{name}.txt") for name in ("run", "dev"))
    assert {name: dev.get(name) for name in run} == run


def test_system_packages_are_plain_names_named_once() -> None:
    names = [
        line.split("#")[0].strip()
        for file in ("system-packages.txt", "system-packages-test.txt")
        for line in (ROOT / "packaging" / file).read_text(encoding="utf-8").splitlines()
    ]
    names = [name for name in names if name]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9.+-]+", name) for name in names)


@pytest.mark.parametrize("script", ["packaging/setup.sh", ".ci/run"])
def test_scripts_can_be_run_and_read(script: str) -> None:
    path = ROOT / script
    assert os.access(path, os.X_OK)
    subprocess.run(["bash", "-n", str(path)], check=True)


def test_the_ci_runs_what_the_readme_names() -> None:
    assert "make test" in (ROOT / ".ci/run").read_text(encoding="utf-8")
    first_screen = "\n".join((ROOT / "README.md").read_text(encoding="utf-8").splitlines()[:12])
    assert "make demo" in first_screen
    assert "make test" in first_screen


@pytest.mark.parametrize("target", ["demo", "test", "run", "bench", "lock", "shots"])
def test_the_makefile_has_the_promised_targets(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


def _pins(path: Path) -> dict[str, str]:
    return dict(re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", path.read_text(encoding="utf-8"), re.MULTILINE))
