"""Whether the station's and the server's ``show`` tell the same story."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_SAME = (
    "reference",
    "state",
    "revision",
    "plan",
    "category",
    "applicant",
    "member",
    "certificate",
    "amount",
    "returned",
)
_END = "paid"


def differences(station: Mapping[str, Any], server: Mapping[str, Any]) -> list[str]:
    """What differs, in words without personal data; empty when both say that the case is paid and how it came there."""
    found = [f"{name} differs" for name in _SAME if station.get(name) != server.get(name)]
    found += [f"the {who} says {case['state']}" for who, case in _both(station, server) if case["state"] != _END]
    if _scans(station) != _scans(server):
        found.append("scans differ")
    if not station["receipts"] or len(station["receipts"]) != len(server["receipts"]):
        found.append("receipts differ")
    return found


def _both(station: Mapping[str, Any], server: Mapping[str, Any]) -> tuple[tuple[str, Mapping[str, Any]], ...]:
    return (("station", station), ("server", server))


def _scans(case: Mapping[str, Any]) -> list[tuple[str, str, int]]:
    return sorted((scan["kind"], scan["sha256"], scan["size"]) for scan in case["scans"])
