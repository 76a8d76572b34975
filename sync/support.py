"""A support bundle: what a technician needs of a PC, in one sealed file. No personal data goes in; it is sealed anyway.

    age (X25519 or ssh-ed25519)      to the server's own key, which every station has pinned; where the store cannot be
      ZIP                            opened, to the recovery recipient that ``keys.json`` names
        manifest.json                what is in it
        station.log ...

Nothing in it is believed: age proves that nobody changed it on the way, not who made it.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

import pyrage
from pydantic import Field, ValidationError

from station_app.errors import UserError
from sync.envelope import openssh_private_key, openssh_public_key
from sync.wire import WireModel

LARGEST = 64 * 2**20  # bytes, of the file and of all that is in it
_MANIFEST = "manifest.json"
_AGE = b"age-encryption.org/v1\n"


class SupportEntry(WireModel):
    """``name``: a file of the bundle; ``size``: bytes."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,80}(\.[a-z0-9]{1,8}){1,2}$")]
    size: int = Field(ge=0, le=LARGEST)


class SupportManifest(WireModel):
    """``station_no`` and ``device_id`` are empty where the store could not be opened."""

    format: Literal["zhutui-support-1"] = "zhutui-support-1"
    made_at: str = Field(max_length=30)
    version: str = Field(max_length=30)
    station_no: str = Field(default="", max_length=12)
    device_id: str = Field(default="", max_length=64)
    entries: list[SupportEntry] = Field(max_length=200)


def entries_of(files: Mapping[str, bytes]) -> list[SupportEntry]:
    return [SupportEntry(name=name, size=len(content)) for name, content in files.items()]


def seal_to_server(manifest: SupportManifest, files: Mapping[str, bytes], server_key: bytes) -> bytes:
    """``server_key``: the server's Ed25519 public key, 32 raw bytes."""
    recipient = pyrage.ssh.Recipient.from_str(openssh_public_key(server_key))
    return bytes(pyrage.encrypt(_zip(manifest, files), [recipient]))


def seal_to_recovery(manifest: SupportManifest, files: Mapping[str, bytes], recipients: Sequence[str]) -> bytes:
    """``recipients``: ``age1...``. Raises UserError ``recipient_unreadable``."""
    try:
        known = [pyrage.x25519.Recipient.from_str(each) for each in recipients]
    except pyrage.RecipientError as error:
        raise UserError("recipient_unreadable") from error
    return bytes(pyrage.encrypt(_zip(manifest, files), known))


def open_bundle(sealed: bytes, server_key: bytes, identity: str = "") -> tuple[SupportManifest, dict[str, bytes]]:
    """What is in it. ``server_key``: the server's private key, 32 raw bytes; ``identity``: the recovery identity.

    Raises UserError ``support_unreadable`` (no support bundle), ``support_not_opened`` (sealed to another key, or
    hurt), ``identity_unreadable``.
    """
    if not sealed.startswith(_AGE) or len(sealed) > LARGEST:
        raise UserError("support_unreadable")
    try:
        own = pyrage.ssh.Identity.from_buffer(openssh_private_key(server_key))
        keys = [own, pyrage.x25519.Identity.from_str(identity.strip())] if identity else [own]
        return _unzip(bytes(pyrage.decrypt(sealed, keys)))
    except pyrage.IdentityError as error:
        raise UserError("identity_unreadable") from error
    except pyrage.DecryptError as error:
        raise UserError("support_not_opened") from error


def _zip(manifest: SupportManifest, files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(_MANIFEST, manifest.model_dump_json())
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def _unzip(content: bytes) -> tuple[SupportManifest, dict[str, bytes]]:
    """Only what the manifest names, and no more bytes than it says."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            manifest = SupportManifest.model_validate_json(_read(archive, _MANIFEST, 2**20))
            if sum(each.size for each in manifest.entries) > LARGEST:
                raise UserError("support_unreadable")
            return manifest, {each.name: _read(archive, each.name, each.size) for each in manifest.entries}
    except (zipfile.BadZipFile, ValidationError, KeyError, NotImplementedError, RuntimeError) as error:
        raise UserError("support_unreadable") from error


def _read(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    with archive.open(name) as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise UserError("support_unreadable")
    return content
