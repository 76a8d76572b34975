"""Which mounted folders the file chooser offers as a stick."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from ui.pages.intake.files import _is_stick

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="every drive is offered there")


@pytest.mark.parametrize(
    "folder", ["/media/KINGSTON", "/media/wang/KINGSTON", "/run/media/wang/KINGSTON", "/mnt/stick"]
)
def test_what_is_plugged_in_is_offered(folder: str) -> None:
    assert _is_stick(Path(folder))


@pytest.mark.parametrize("folder", ["/boot", "/mnt/server/share/inner", "/home/mnt/stick", "/media/a/b/c"])
def test_what_the_system_mounts_elsewhere_is_not(folder: str) -> None:
    assert not _is_stick(Path(folder))
