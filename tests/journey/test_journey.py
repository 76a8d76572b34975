"""The demo is a test: it ends paid, on both sides, and leaves its pictures and papers."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader

from tests.journey.agree import differences
from tests.journey.central import ROOT


@pytest.mark.slow
def test_the_demo_reaches_paid(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.journey", "--out", str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        encoding="utf-8",
        timeout=170,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    pictures = sorted(tmp_path.glob("[0-9][0-9]-*.png"))
    assert len(pictures) >= 14
    for path in pictures:
        with Image.open(path) as picture:
            assert picture.size >= (1366, 768)
            assert len(picture.convert("RGB").getcolors(2**24) or ()) > 50, f"{path.name} is empty"
    for name in ("form.pdf", "receipt.pdf"):
        assert PdfReader(tmp_path / name).pages


def _paid(**changed: object) -> dict[str, object]:
    return {
        "reference": "CY001-24-A000001-F",
        "state": "paid",
        "revision": 1,
        "amount": 1000,
        "scans": [{"kind": "card", "sha256": "00", "size": 1}],
        "receipts": ["jws"],
        **changed,
    }


def test_equal_and_paid_agree() -> None:
    assert differences(_paid(), _paid()) == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"amount": 800}, "amount differs"),
        ({"state": "approved"}, "the server says approved"),
        ({"scans": []}, "scans differ"),
        ({"receipts": []}, "receipts differ"),
    ],
)
def test_what_differs_is_named(changed: dict[str, object], said: str) -> None:
    assert said in differences(_paid(), _paid(**changed))
