"""What makes two submits the same: the key that their sender gave, and what was submitted."""

from __future__ import annotations

import hashlib
from typing import Any

import orjson

from modelforge.exceptions import ConflictError
from modelforge.schemas.config import ParsedConfig
from modelforge.schemas.config.stages import ParsedStages

LONGEST_KEY = 255


def check_key(key: str) -> None:
    """Raise ConflictError for what is no Idempotency-Key."""
    if not 0 < len(key) <= LONGEST_KEY or not key.isprintable():
        raise ConflictError(
            f"An Idempotency-Key has 1 to {LONGEST_KEY} printable characters.",
            hint="A random UUID serves well.",
            code="key-not-usable",
            params={"most": LONGEST_KEY},
        )


def fingerprint_of(parsed: ParsedConfig | ParsedStages) -> str:
    """SHA-256 of what was submitted: one config, or the name of the recipe with the names and configs of its stages."""
    if isinstance(parsed, ParsedConfig):
        content: Any = parsed.config.model_dump(mode="json")
    else:
        content = [parsed.name, *([stage.name, stage.config.model_dump(mode="json")] for stage in parsed.stages)]
    return hashlib.sha256(orjson.dumps(content)).hexdigest()
