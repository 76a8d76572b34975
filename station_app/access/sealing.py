"""The cryptography of the slots.

An operator's slot: AES-256-GCM under HKDF-SHA256(Argon2id(password, salt) || device secret), the slot's header as
associated data. The recovery slot: age (X25519), which authenticates nobody: who opens it proves the key by the store.
"""

from __future__ import annotations

import os
import unicodedata
from dataclasses import replace

import pyrage
from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from station_app.access.key_file import Cost, OperatorSlot, RecoverySlot
from station_app.domain.canonical import canonical_json
from station_app.errors import EnvironmentFault, UserError

MASTER_BYTES = 32
WITH_SECRET = Cost(passes=3, memory_kib=64 * 1024, lanes=4)
WITHOUT_SECRET = Cost(passes=4, memory_kib=256 * 1024, lanes=4)
_MOST = Cost(passes=16, memory_kib=1024 * 1024, lanes=16)  # a doctored file must not eat the PC


def seal(slot: OperatorSlot, master: bytes, password: str, secret: bytes) -> OperatorSlot:
    """The slot with fresh salt and nonce and the master key in it; ``secret`` is empty without an OS store."""
    fresh = replace(slot, salt=os.urandom(16), nonce=os.urandom(12), sealed=b"")
    sealed = AESGCM(_key(fresh, password, secret)).encrypt(fresh.nonce, master, canonical_json(fresh.header()))
    return replace(fresh, sealed=sealed)


def unseal(slot: OperatorSlot, password: str, secret: bytes) -> bytes:
    """The master key. Raises UserError ``password_wrong``, EnvironmentFault ``keys_damaged``."""
    if slot.cost.passes > _MOST.passes or slot.cost.memory_kib > _MOST.memory_kib or slot.cost.lanes > _MOST.lanes:
        raise EnvironmentFault("keys_damaged")
    try:
        return AESGCM(_key(slot, password, secret)).decrypt(slot.nonce, slot.sealed, canonical_json(slot.header()))
    except InvalidTag as error:
        raise UserError("password_wrong", "password") from error
    except ValueError as error:  # a salt or nonce of impossible length
        raise EnvironmentFault("keys_damaged") from error


def seal_recovery(master: bytes, recipient: str) -> RecoverySlot:
    """Raises UserError ``recipient_unreadable``."""
    try:
        return RecoverySlot(recipient, pyrage.encrypt(master, [pyrage.x25519.Recipient.from_str(recipient)]))
    except pyrage.RecipientError as error:
        raise UserError("recipient_unreadable") from error


def unseal_recovery(slots: tuple[RecoverySlot, ...], identity: str) -> bytes:
    """The master key. Raises UserError ``identity_unreadable``, ``identity_wrong``."""
    try:
        key = pyrage.x25519.Identity.from_str(identity.strip())
    except pyrage.IdentityError as error:
        raise UserError("identity_unreadable") from error
    for slot in slots:
        try:
            return bytes(pyrage.decrypt(slot.sealed, [key]))
        except pyrage.DecryptError:
            continue
    raise UserError("identity_wrong")


def _key(slot: OperatorSlot, password: str, secret: bytes) -> bytes:
    typed = unicodedata.normalize("NFKC", password).encode()  # full-width digits are the same password
    cost = slot.cost
    stretched = hash_secret_raw(typed, slot.salt, cost.passes, cost.memory_kib, cost.lanes, 32, Type.ID)
    info = b"zhutui-station operator slot v1"
    return HKDF(algorithm=SHA256(), length=32, salt=slot.salt, info=info).derive(stretched + secret)
