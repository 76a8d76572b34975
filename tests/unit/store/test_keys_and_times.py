"""Subkeys and moments: small, but everything rests on them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from station_app.errors import BugError
from station_app.store.keys import StoreKeys
from station_app.store.times import stamp

BEIJING = timezone(timedelta(hours=8))


def test_subkeys_differ_and_stay_the_same_for_ever() -> None:
    """A change of the derivation would shut every home there is: the values are written down here."""
    keys = StoreKeys.derive(bytes(range(32)))
    assert [key.hex()[:16] for key in (keys.database, keys.scans, keys.names, keys.audit)] == [
        "913d24eba34b3efa",
        "ca088665707f88d0",
        "ac17ada3d929fea4",
        "f6a1223b0fa53675",
    ]
    assert len({keys.database, keys.scans, keys.names, keys.audit}) == 4
    assert all(len(key) == 32 for key in (keys.database, keys.scans, keys.names, keys.audit))
    assert StoreKeys.derive(bytes(32)) != keys


def test_keys_do_not_show_themselves() -> None:
    assert repr(StoreKeys.derive(bytes(32))) == "StoreKeys()"


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2024, 5, 15, 6, 30, 0, 999_999, tzinfo=UTC),
        datetime(2024, 5, 15, 14, 30, tzinfo=BEIJING),
        "2024-05-15T06:30:00Z",
        "2024-05-15T06:30:00.5Z",
        "2024-05-15T14:30:00+08:00",
    ],
)
def test_a_moment_has_one_spelling(moment: datetime | str) -> None:
    assert stamp(moment) == "2024-05-15T06:30:00Z"


@pytest.mark.parametrize("moment", [datetime(2024, 5, 15), "2024-05-15T06:30:00", "2024-05-15"])  # noqa: DTZ001
def test_a_moment_without_a_zone_is_our_bug(moment: datetime | str) -> None:
    with pytest.raises(BugError, match="moment_without_zone"):
        stamp(moment)
