"""The device secret's place: the OS secret store of the account, through ``keyring``, or none.

Only back ends that are known to keep what they are given, sealed, are taken, by class; never ``keyring``'s own choice,
which may be one that stores nothing, stores plain text, or asks on the terminal.
"""

from __future__ import annotations

import base64
import os
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from station_app.errors import EnvironmentFault

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "zhutui-station"


class SecretStore(Protocol):
    """Keeps small secrets under a name. ``problem``: a code to tell the clerk once, None when all is well."""

    @property
    def usable(self) -> bool: ...

    @property
    def problem(self) -> str | None: ...

    def put(self, name: str, secret: bytes) -> None: ...

    def get(self, name: str) -> bytes | None: ...

    def forget(self, name: str) -> None: ...


@dataclass(frozen=True)
class NoSecrets:
    """A PC without a usable OS store: a longer password and a costlier derivation guard alone."""

    problem: str = "keyring_unusable"
    usable: bool = False

    def put(self, name: str, secret: bytes) -> None:
        raise EnvironmentFault(self.problem)

    def get(self, name: str) -> bytes | None:
        raise EnvironmentFault(self.problem)

    def forget(self, name: str) -> None:
        raise EnvironmentFault(self.problem)


class KeyringSecrets:
    """A real OS store. Every method raises EnvironmentFault ``keyring_failed`` when the store does."""

    usable = True
    problem = None

    def __init__(self, backend: KeyringBackend) -> None:
        self._backend = backend

    def put(self, name: str, secret: bytes) -> None:
        """Keep a secret and read it back: some stores take what they do not keep."""
        text = base64.b64encode(secret).decode("ascii")
        with _failing():
            self._backend.set_password(SERVICE, name, text)
            kept = self._backend.get_password(SERVICE, name)
        if kept != text:
            raise EnvironmentFault("keyring_failed")

    def get(self, name: str) -> bytes | None:
        """The secret, None when the store has none of this name."""
        with _failing():
            text = self._backend.get_password(SERVICE, name)
        return None if text is None else base64.b64decode(text)

    def forget(self, name: str) -> None:
        """Take a secret out; one that is not there does not matter."""
        with _failing():
            if self._backend.get_password(SERVICE, name) is not None:
                self._backend.delete_password(SERVICE, name)


def secret_store(*, may_prompt: bool = False) -> SecretStore:
    """The OS store of this account, or ``NoSecrets`` with the reason: ``keyring_unusable``, ``keyring_locked``.

    ``may_prompt``: a locked store is taken too, and the OS may ask for its password in a window of its own.
    """
    if sys.platform == "win32":
        from keyring.backends.Windows import WinVaultKeyring

        return _viable(WinVaultKeyring)
    if sys.platform == "darwin":
        from keyring.backends.macOS import Keyring as MacKeyring

        return _viable(MacKeyring)
    problem = _secret_service_problem()
    if problem and not (may_prompt and problem == "keyring_locked"):
        return NoSecrets(problem)
    from keyring.backends.SecretService import Keyring

    return _viable(Keyring)


def os_account() -> str:
    """The name of the OS account that runs this program; its store holds its own secrets only."""
    if sys.platform == "win32":
        return os.getlogin()
    import pwd

    return pwd.getpwuid(os.getuid()).pw_name


def _viable(backend: type[KeyringBackend]) -> SecretStore:
    return KeyringSecrets(backend()) if backend.viable else NoSecrets()


def _secret_service_problem() -> str | None:
    """Why the Secret Service cannot be used without asking anybody; None when it can."""
    import secretstorage
    from secretstorage.exceptions import ItemNotFoundException, SecretStorageException

    try:
        with closing(secretstorage.dbus_init()) as connection:
            if not secretstorage.check_service_availability(connection):
                return "keyring_unusable"
            locked = secretstorage.Collection(connection).is_locked()
            return "keyring_locked" if locked else None
    except ItemNotFoundException:  # no default collection: making one would ask for a password
        return "keyring_unusable"
    except (SecretStorageException, OSError):
        return "keyring_unusable"


@contextmanager
def _failing() -> Iterator[None]:
    """Back ends let the errors of D-Bus and of the OS through as they are; all mean the same to the clerk."""
    try:
        yield
    except Exception as error:
        raise EnvironmentFault("keyring_failed", error=type(error).__name__) from error
