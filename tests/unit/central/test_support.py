"""``central support`` writes what is in a bundle, and says why when it cannot."""

from __future__ import annotations

from pathlib import Path

import pytest

from central.cli import main
from sync.support import SupportManifest, entries_of, seal_to_server
from tests.unit.central.office import Office

FILES = {"system.json": b"{}", "station.log": b"line\n"}


@pytest.fixture
def bundle(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CENTRAL_HOME", str(office.central.home.path))
    manifest = SupportManifest(
        made_at="2024-05-15T06:30:00Z", version="0.1.0", station_no="CY001", entries=entries_of(FILES)
    )
    file = tmp_path / "bundle.age"
    file.write_bytes(seal_to_server(manifest, FILES, office.central.keys.public))
    return file


def test_a_bundle_is_opened_into_a_folder(bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["support", str(bundle), "--out", str(tmp_path / "out")]) == 0
    shown = capsys.readouterr()
    assert shown.out.split() == ["CY001", "0.1.0", "2024-05-15T06:30:00Z"]
    assert "station.log" in shown.err
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == FILES


def test_what_cannot_be_opened_is_said_and_nothing_is_written(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hurt, other = tmp_path / "hurt.age", tmp_path / "other.txt"
    hurt.write_bytes(bundle.read_bytes()[:-5])
    other.write_bytes(b"something else")
    for file, code, name in (
        (hurt, 1, "support_not_opened"),
        (other, 2, "support_unreadable"),
        (tmp_path / "nowhere", 2, "file_unreadable"),
    ):
        assert main(["support", str(file), "--out", str(tmp_path / "out")]) == code
        assert name in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
