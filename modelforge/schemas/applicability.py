"""Which settings do something beside the others of a config, and which of their values cannot be chosen."""

from __future__ import annotations

from modelforge.schemas.base import Schema
from modelforge.schemas.config.idle_settings import IdleCode


class IdleSetting(Schema):
    """A setting that changes nothing in a run like this, whatever value it is given."""

    key: str
    """Dotted: `lora.r`."""
    code: IdleCode
    """What the reason is about. Texts in other languages are kept by these names."""
    reason: str
    remedy: str
    """What gives it an effect: `set finetuning_type: lora`."""


class RefusedChoice(Schema):
    """A value that a setting cannot be given as long as the others stay."""

    key: str
    value: bool | int | str | None
    code: str
    """The name of the refusal, as a 422 tells it."""
    reason: str


class Applicability(Schema):
    """What a form may offer beside the choices that are made."""

    idle: tuple[IdleSetting, ...]
    refused: tuple[RefusedChoice, ...]
