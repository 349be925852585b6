"""Small files that only the owner of the home may read."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from modelforge.storage.atomic import storage_errors, write_bytes

OWNER_ONLY = 0o600


def write_secret(path: Path, data: bytes) -> None:
    """Replace `path` by `data`, atomically; at no moment may another user of the machine read it."""
    write_bytes(path, data, OWNER_ONLY)


def read_or_make_secret(path: Path) -> str:
    """The secret in `path`; a new random one is written when there is none. Two processes agree on one."""
    with storage_errors("read", path):
        if path.exists():
            return path.read_text(encoding="ascii").strip()
        made = secrets.token_urlsafe(32)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}.tmp")
        write_secret(draft, made.encode())
        try:
            os.link(draft, path)  # unlike a rename, this fails when another process was quicker
        except FileExistsError:
            made = path.read_text(encoding="ascii").strip()
        finally:
            draft.unlink()
        return made
