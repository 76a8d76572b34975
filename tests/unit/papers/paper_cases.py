"""Cases to be put on paper, made of the invented people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import resources
from station_app.domain.application import Category, Content, ScanKind
from station_app.papers import PaperCase
from station_app.plans import Plan, assess, case_of, load_plan
from tests.samples.cases import case

REFERENCE = "CY001-24-A000317-C"
STATION = "朝阳区测试街道工会服务站"
SCANS = {ScanKind.ID_FRONT: 1, ScanKind.ID_BACK: 1, ScanKind.CARD: 1, ScanKind.CERTIFICATE: 2, ScanKind.FORM: 1}
ANNEX = (Path(__file__).parent / "annex_1_2024.txt").read_text(encoding="utf-8")


@cache
def plan_2024() -> Plan:
    return load_plan(resources.plan_files(2024))


def paper_case(
    category: Category = Category.VOCATIONAL,
    *,
    number: int = 4,
    applicant: Mapping[str, Any] | None = None,
    certificate: Mapping[str, Any] | None = None,
    insisted: str | None = None,
) -> PaperCase:
    """A complete case; ``applicant`` and ``certificate`` are laid over the sample's values."""
    content = Content.from_json(case(number, category))
    content = content.merged({"applicant": dict(applicant or {}), "certificate": dict(certificate or {})})
    assessment = assess(plan_2024(), case_of(content, ()))
    return PaperCase(
        REFERENCE, 1, content, plan_2024(), STATION, "王芳", date(2024, 5, 15), assessment, SCANS, insisted
    )


def blank_case(category: Category) -> PaperCase:
    """A draft in which nothing has been entered."""
    return PaperCase(REFERENCE, 1, Content(2024, category), plan_2024(), STATION, "王芳", date(2024, 5, 15))


def squeezed(text: str) -> str:
    """Without white space, in the widths and radicals of NFKC: PDF text made with Noto comes back as radicals."""
    import unicodedata

    return "".join(unicodedata.normalize("NFKC", text).split())
