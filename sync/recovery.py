"""A forgotten password, through the association: what a station asks with, and what opens it again. Files, no network.

    request   the recovery slots of ``keys.json`` as they are, the public half of a session key made for this request
    answer    the master key, sealed (age) to that session key; names the request by hash and is of no use to another

The master key is never in plain outside a process. The answer needs no signature: a wrong key opens no store.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Annotated, Literal, TypeVar

import pyrage
from pydantic import Field, ValidationError

from station_app.errors import UserError
from sync.envelope import fingerprint
from sync.wire import OpId, Sha256, WireModel

REQUEST, ANSWER = "zhutui-recovery-request-1", "zhutui-recovery-answer-1"
LARGEST = 64 * 1024  # bytes of either file
_MASTER_BYTES = 32
_Sealed = Annotated[str, Field(min_length=1, max_length=4096, pattern=r"^[A-Za-z0-9+/]+={0,2}$")]
_Model = TypeVar("_Model", bound=WireModel)


class RecoveryRequest(WireModel):
    """``sealed``: the master key for each recovery recipient of the home; ``session``: ``age1...``."""

    format: Literal["zhutui-recovery-request-1"] = "zhutui-recovery-request-1"
    request_id: OpId
    operator: str = Field(min_length=1, max_length=60)
    asked_at: str = Field(max_length=30)
    session: str = Field(pattern=r"^age1[0-9a-z]{58}$")
    sealed: list[_Sealed] = Field(min_length=1, max_length=8)


class RecoveryAnswer(WireModel):
    """``sealed``: a ``Granted`` for the request's session key."""

    format: Literal["zhutui-recovery-answer-1"] = "zhutui-recovery-answer-1"
    sealed: _Sealed


class Granted(WireModel):
    request_sha256: Sha256
    master: str = Field(pattern=r"^[0-9a-f]{64}$")


def code_of(request: str) -> str:
    """What both sides read to each other on the phone: four groups of four."""
    whole = fingerprint(request.encode())
    return "-".join(whole[start : start + 4] for start in range(0, len(whole), 4))


def read_request(text: str) -> RecoveryRequest:
    """Raises UserError ``recovery_request_unreadable``."""
    return _read(RecoveryRequest, text, "recovery_request_unreadable")


def answer(text: str, identity: str) -> str:
    """The answer to a request, with the private half that the association keeps.

    Raises UserError ``recovery_request_unreadable``, ``identity_unreadable``, ``recovery_identity_other``.
    """
    request = read_request(text)
    try:
        key = pyrage.x25519.Identity.from_str(identity.strip())
    except pyrage.IdentityError as error:
        raise UserError("identity_unreadable") from error
    master = _opened(request, key)
    granted = Granted(request_sha256=_hash(text), master=master.hex())
    try:
        session = pyrage.x25519.Recipient.from_str(request.session)
    except pyrage.RecipientError as error:
        raise UserError("recovery_request_unreadable") from error
    sealed = pyrage.encrypt(granted.model_dump_json().encode(), [session])
    return RecoveryAnswer(sealed=base64.b64encode(sealed).decode()).model_dump_json()


def open_answer(text: str, request: str, session: str) -> bytes:
    """The master key, with the private half of the request's session key.

    Raises UserError ``recovery_answer_unreadable``, ``recovery_answer_other`` (it answers another request).
    """
    sealed = _read(RecoveryAnswer, text, "recovery_answer_unreadable").sealed
    try:
        key = pyrage.x25519.Identity.from_str(session)
        opened = pyrage.decrypt(base64.b64decode(sealed, validate=True), [key])
    except binascii.Error as error:
        raise UserError("recovery_answer_unreadable") from error
    except (pyrage.DecryptError, pyrage.IdentityError) as error:
        raise UserError("recovery_answer_other") from error
    granted = _read(Granted, opened.decode("utf-8", "replace"), "recovery_answer_unreadable")
    if granted.request_sha256 != _hash(request):
        raise UserError("recovery_answer_other")
    return bytes.fromhex(granted.master)


def _opened(request: RecoveryRequest, key: pyrage.x25519.Identity) -> bytes:
    for sealed in request.sealed:
        try:
            master = pyrage.decrypt(base64.b64decode(sealed, validate=True), [key])
        except (pyrage.DecryptError, binascii.Error):
            continue
        if len(master) == _MASTER_BYTES:
            return bytes(master)
    raise UserError("recovery_identity_other")


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _read(model: type[_Model], text: str, code: str) -> _Model:
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        raise UserError(code) from error
