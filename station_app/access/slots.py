"""Key slots: one random master key, wrapped once for each operator and OS account, and once for the association.

Changing a password wraps again and touches nothing else. Each wrap has a new slot id and a device secret of its own,
stored before ``keys.json`` names it, so a power cut leaves a slot that opens.
"""

from __future__ import annotations

import contextlib
import os
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from station_app.access import key_file, nameplate
from station_app.access.key_file import KeyFile, OperatorSlot
from station_app.access.secrets import SecretStore, os_account
from station_app.domain.operator import Operator
from station_app.errors import EnvironmentFault, UserError

LEAST_WITH_SECRET = 8
LEAST_WITHOUT_SECRET = 10
_SECRET_BYTES = 32


def operators(home: Path) -> list[str]:
    """The names in the order they were added, from a file that is whole."""
    return list(dict.fromkeys(slot.name for slot in key_file.read(home).operators))


def is_set_up(home: Path) -> bool:
    """``nameplate.is_set_up`` of a file that is whole; raises as it and as ``key_file.read``."""
    return bool(operators(home)) & nameplate.is_set_up(home)


def least_password_length(secrets: SecretStore) -> int:
    """Characters a new password needs on this PC."""
    return LEAST_WITH_SECRET if secrets.usable else LEAST_WITHOUT_SECRET


def create_slots(home: Path, operator: Operator, password: str, secrets: SecretStore) -> bytes:
    """The first operator's slot around a new master key, which is returned (32 bytes).

    Slots that guard no store yet, because a set-up was cut off, are replaced. Raises UserError ``already_set_up``,
    ``password_too_short``, EnvironmentFault ``keyring_failed``, ``keys_unwritable``.
    """
    if is_set_up(home):
        raise UserError("already_set_up")
    check_new_password(password, secrets)
    master = os.urandom(32)
    key_file.write(home, KeyFile((_wrapped(operator.id, operator.name, master, password, secrets),)))
    return master


def open_slot(home: Path, name: str, password: str, secrets: SecretStore) -> tuple[bytes, str]:
    """The master key and the operator's id.

    Raises UserError ``operator_unknown``, ``password_wrong``; EnvironmentFault ``slot_other_account`` (the operator
    was set up on another OS account), ``device_secret_missing`` (the profile was reset), ``keyring_*``, ``keys_*``.
    """
    from station_app.access import sealing

    slot = _slot_of(key_file.read(home), name)
    return sealing.unseal(slot, password, _device_secret(slot, secrets)), slot.operator_id


def add_operator_slot(home: Path, master: bytes, operator: Operator, password: str, secrets: SecretStore) -> None:
    """A slot for one more operator, or for one on another OS account, or in place of a forgotten password's.

    Raises as ``create_slots`` does, and UserError ``operator_name_taken``.
    """
    keys = key_file.read(home)
    if any(slot.name == operator.name and slot.operator_id != operator.id for slot in keys.operators):
        raise UserError("operator_name_taken", "operator")
    check_new_password(password, secrets)
    _replace(home, _wrapped(operator.id, operator.name, master, password, secrets), secrets)


def remove_operator_slots(home: Path, operator_id: str, secrets: SecretStore) -> None:
    """Nothing that this operator knows opens the home any more, on any OS account."""

    def without(keys: KeyFile) -> KeyFile:
        return replace(keys, operators=tuple(slot for slot in keys.operators if slot.operator_id != operator_id))

    if without(key_file.read(home)) != key_file.read(home):
        keys = key_file.change(home, without)
        forget([slot for slot in keys.operators if slot.operator_id == operator_id], secrets)


def change_password(home: Path, name: str, old: str, new: str, secrets: SecretStore) -> None:
    """Wrap the master key again. Raises as ``open_slot``, and UserError ``password_too_short``.

    ``operator_unknown``: also where the operator was shut out, or the keys were erased, in this very moment.
    """
    check_new_password(new, secrets)
    master, operator_id = open_slot(home, name, old, secrets)
    _replace(home, _wrapped(operator_id, name, master, new, secrets), secrets, known=True)


def check_new_password(password: str, secrets: SecretStore) -> None:
    """Raises UserError ``password_too_short`` (params: ``least``)."""
    least = least_password_length(secrets)
    if len(unicodedata.normalize("NFKC", password)) < least:
        raise UserError("password_too_short", "password", least=least)


def add_recovery_slot(home: Path, master: bytes, recipient: str) -> None:
    """Seal the master key to the association's age recipient; the same recipient again replaces its slot.

    Raises UserError ``recipient_unreadable``.
    """
    from station_app.access import sealing

    slot = sealing.seal_recovery(master, recipient)

    def beside_others(keys: KeyFile) -> KeyFile:
        return replace(keys, recovery=(*(each for each in keys.recovery if each.recipient != recipient), slot))

    key_file.change(home, beside_others)


def has_recovery_slot(home: Path) -> bool:
    return bool(key_file.read(home).recovery)


def open_recovery_slot(home: Path, identity: str) -> bytes:
    """The master key, with the private half that the association keeps.

    Raises UserError ``recovery_missing``, ``identity_unreadable``, ``identity_wrong``. The store proves the key.
    """
    from station_app.access import sealing

    keys = key_file.read(home)
    if not keys.recovery:
        raise UserError("recovery_missing")
    return sealing.unseal_recovery(keys.recovery, identity)


def _slot_of(keys: KeyFile, name: str) -> OperatorSlot:
    named = [slot for slot in keys.operators if slot.name == name]
    if not named:
        raise UserError("operator_unknown", "operator")
    account = os_account()
    for slot in named:
        if slot.account == account:
            return slot
    for slot in named:
        if not slot.device_secret:
            return slot
    raise EnvironmentFault("slot_other_account")


def _device_secret(slot: OperatorSlot, secrets: SecretStore) -> bytes:
    if not slot.device_secret:
        return b""
    secret = secrets.get(slot.slot_id)
    if secret is None:
        raise EnvironmentFault("device_secret_missing")
    return secret


def _wrapped(operator_id: str, name: str, master: bytes, password: str, secrets: SecretStore) -> OperatorSlot:
    """A new slot; its device secret lies in the OS store before this returns."""
    from uuid import uuid4  # 6 ms that the sign-in window need not wait for

    from station_app.access import sealing

    slot_id, secret = str(uuid4()), b""
    if secrets.usable:
        secret = os.urandom(_SECRET_BYTES)
        secrets.put(slot_id, secret)
    cost = sealing.WITH_SECRET if secrets.usable else sealing.WITHOUT_SECRET
    empty = OperatorSlot(slot_id, operator_id, name, os_account(), secrets.usable, cost, b"", b"", b"")
    return sealing.seal(empty, master, password, secret)


def _replace(home: Path, slot: OperatorSlot, secrets: SecretStore, *, known: bool = False) -> None:
    """Put a slot in the place of the operator's former one on this account, then forget that one's secret.

    ``known``: only where the operator still has a slot.
    """

    def is_former(each: OperatorSlot) -> bool:
        return (each.operator_id, each.account) == (slot.operator_id, slot.account)

    def replaced(keys: KeyFile) -> KeyFile:
        if known and all(each.operator_id != slot.operator_id for each in keys.operators):
            raise UserError("operator_unknown", "operator")
        return replace(keys, operators=(*(each for each in keys.operators if not is_former(each)), slot))

    try:
        keys = key_file.change(home, replaced)
    except UserError:
        forget([slot], secrets)
        raise
    forget([each for each in keys.operators if is_former(each)], secrets)


def forget(former: Sequence[OperatorSlot], secrets: SecretStore) -> None:
    """The device secrets of slots that are gone."""
    for each in former:
        if each.device_secret and secrets.usable:
            with contextlib.suppress(EnvironmentFault):  # a secret that opens nothing may stay behind
                secrets.forget(each.slot_id)
