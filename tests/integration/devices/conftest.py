"""SANE's own test backend as the scanner: real `scanimage`, real library, no hardware."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

SCANNER = "sane:test:0"
SLOW = {"read-delay": "true", "read-delay-duration": "200000"}  # a fifth of a second for every 32 KB

_SANED = 6566  # its port cannot be chosen

Configure = Callable[..., None]


@contextmanager
def black_hole() -> Iterator[str]:
    """The address of a server that takes calls for ``saned`` and never answers."""
    address = "127." + ".".join(str(each % 250 + 2) for each in secrets.token_bytes(3))  # not a parallel test's
    with socket.create_server((address, _SANED)):
        yield address


@pytest.fixture
def backend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Configure:
    """Only the test backend is there; call it with options of its ``test.conf``."""
    folder = tmp_path / "sane"
    folder.mkdir()
    (folder / "dll.conf").write_text("test\n", "utf-8")
    monkeypatch.setenv("SANE_CONFIG_DIR", str(folder))

    def configure(**options: str) -> None:
        lines = (f"{name.replace('_', '-')} {value}\n" for name, value in options.items())
        (folder / "test.conf").write_text("".join(lines), "utf-8")

    configure()
    return configure
