"""Every command that writes a file, with an identity card in the case: nobody finds the clean page in what it wrote."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pypdf import PdfReader

from tests.system.fixtures import Papers
from tests.system.world import World

pytestmark = pytest.mark.slow

_MARGIN = 70  # pixels, at 200 dpi; pictures begin at 10 mm
_PIECE = 64  # bytes of a page that no other file has by chance


def written_by(world: World, papers: Papers, out: Path) -> None:
    """Everything that the station writes outside its home, in ``out``."""
    reference = world.station("add", papers.file, *papers.scan_options()).last_word
    world.station("submit", reference)
    for paper in ("sheet", "receipt"):
        world.station("print", reference, "--paper", paper, "--out", out / f"{paper}.pdf")
    world.station("export", reference, "--purpose", "区总复核", "--out", out / "copy.pdf")
    world.station("backup", out / "all.backup")
    world.station("courier", "export", out / "stick.courier")
    world.station("support", out / "support.bundle")


def pieces(page: bytes) -> list[bytes]:
    """Of the page's own picture data."""
    return [page[at : at + _PIECE] for at in range(len(page) // 3, len(page) - _PIECE, 1000)]


def pictures_in(pdf: Path) -> list[Image.Image]:
    return [Image.open(io.BytesIO(each.data)) for page in PdfReader(pdf).pages for each in page.images]


def test_what_leaves_is_sealed_or_under_the_watermark(world: World, papers: Papers, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    written_by(world, papers, out)
    kept = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    assert len(kept) >= 6
    for kind, path in papers.scans.items():
        page = path.read_bytes()
        assert len(pieces(page)) > 10
        for file, content in kept.items():
            assert not any(piece in content for piece in pieces(page)), (kind, file.name)
    for paper in ("sheet", "receipt"):
        assert pictures_in(out / f"{paper}.pdf") == []
    assert_watermarked(out / "copy.pdf", papers)


def assert_watermarked(pdf: Path, papers: Papers) -> None:
    """The words run over the white margin too, where no picture lies."""
    pages = pictures_in(pdf)
    assert len(pages) == len(papers.scans) - 1  # both sides of the identity card lie on one page
    for page in pages:
        margin = np.asarray(page.convert("L"), float)[:, :_MARGIN]
        assert margin.max() > 250
        assert (margin < 235).mean() > 0.005
    titles = [str(each["/Title"]) for each in PdfReader(pdf).outline if isinstance(each, dict)]
    assert titles == ["身份证（两面）", "互助服务卡", "证书", "受理回执"]
