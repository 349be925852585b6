"""The Hugging Face token: from the environment, the keyring, or entered once; never in the database, never shown."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from modelforge.exceptions import ConfigurationError, ConflictError
from modelforge.security.secret_registry import learn_secret
from modelforge.storage.atomic import storage_errors
from modelforge.storage.file_manager import FileManager
from modelforge.storage.secret_file import write_secret

Source = Literal["environment", "keyring", "file", "login"]
SERVICE = "modelforge"
VARIABLE = "HF_TOKEN"


class HubTokenStore:
    """Keeps one token for one home, and hands it to the hub's client and to workers through the environment."""

    def __init__(self, files: FileManager) -> None:
        self._file = files.hub_token
        self._user = str(files.home)
        self._source: Source | None = None

    def begin(self) -> None:
        """Find the token: the environment first, then the keyring, then the file."""
        given = os.environ.get(VARIABLE) or os.environ.get("HUGGINGFACE_TOKEN")
        if given:
            self._use(given, "environment")
        elif kept := _from_keyring(self._user):
            self._use(kept, "keyring")
        elif self._file.exists():
            with storage_errors("read", self._file):
                self._use(self._file.read_text(encoding="ascii").strip(), "file")

    def end(self) -> None:
        """Take back what `begin` and `put` have put into the environment of this process."""
        if self._source in ("keyring", "file"):
            os.environ.pop(VARIABLE, None)
        self._source = None

    @property
    def source(self) -> Source | None:
        """Where the token comes from; nothing where there is none."""
        return self._source or ("login" if _login_file().is_file() else None)

    def put(self, token: str) -> None:
        """Keep a token: in the keyring, else in a file that only the owner of the home may read.

        Raises:
            ConflictError: the environment sets one, which would win.
            ConfigurationError: it cannot be a token.
        """
        self._refuse_environment()
        if not token.isascii() or not token.isprintable() or " " in token:
            raise ConfigurationError(
                "This cannot be a Hugging Face token.",
                hint="Copy it from https://huggingface.co/settings/tokens.",
                code="not-a-hub-token",
            )
        learn_secret("hub", token)
        if _to_keyring(self._user, token):
            self._file.unlink(missing_ok=True)
            self._use(token, "keyring")
        else:
            write_secret(self._file, token.encode("ascii"))
            self._use(token, "file")

    def remove(self) -> None:
        """Forget the token that was entered. Raises ConflictError when the environment sets it."""
        self._refuse_environment()
        _drop_from_keyring(self._user)
        self._file.unlink(missing_ok=True)
        self.end()

    def _refuse_environment(self) -> None:
        if self._source == "environment":
            raise ConflictError(
                "HF_TOKEN is set in the server's environment, which comes first.",
                hint="Unset it there and start the server again.",
                code="token-in-environment",
            )

    def _use(self, token: str, source: Source) -> None:
        learn_secret("hub", token)
        os.environ[VARIABLE] = token
        self._source = source


def _login_file() -> Path:
    from huggingface_hub import constants

    return Path(constants.HF_TOKEN_PATH)


def _from_keyring(user: str) -> str | None:
    import keyring
    from keyring.errors import KeyringError

    try:
        return keyring.get_password(SERVICE, user)
    except KeyringError:
        return None


def _to_keyring(user: str, token: str) -> bool:
    """Whether this machine has a keyring that kept the token."""
    import keyring
    from keyring.errors import KeyringError

    try:
        keyring.set_password(SERVICE, user, token)
        return keyring.get_password(SERVICE, user) == token
    except KeyringError:
        return False


def _drop_from_keyring(user: str) -> None:
    import keyring
    from keyring.errors import KeyringError, PasswordDeleteError

    try:
        keyring.delete_password(SERVICE, user)
    except (PasswordDeleteError, KeyringError):
        return
