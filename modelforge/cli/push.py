"""`modelforge push`: a model of the library to the Hugging Face hub."""

from __future__ import annotations

from typing import Annotated

import typer

from modelforge.cli.options import Json


def push(
    model_id: Annotated[str, typer.Argument(help="The model's id, as `modelforge models ls` shows it.")],
    repository: Annotated[str, typer.Argument(help="Where to: OWNER/NAME.")],
    public: Annotated[bool, typer.Option("--public/--private", help="Who may see it.")] = False,
    confirm: Annotated[
        str | None, typer.Option(help="`OWNER/NAME private` or `OWNER/NAME public`, instead of being asked.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Send a model of the library to the Hugging Face hub. Needs HF_TOKEN, or `hf auth login`.

    Example: modelforge push support-chat-20261123-231100-9f2c maria/support-chat --private
    """
    from datetime import UTC, datetime

    from modelforge.cli.output import dump
    from modelforge.cli.workplace import Workplace
    from modelforge.exceptions import ConfigurationError
    from modelforge.schemas.hub import HubJob
    from modelforge.services.hub_token import HubTokenStore
    from modelforge.services.hub_work import push as send

    expected = f"{repository} {'public' if public else 'private'}"
    typed = confirm if confirm is not None else typer.prompt(f"Type `{expected}` to send {model_id} there")
    if typed.strip() != expected:
        raise ConfigurationError("The push is not confirmed; nothing was sent.", hint=f"Type exactly: {expected}")
    files = Workplace.open().files
    HubTokenStore(files).begin()
    job = HubJob(
        id="push",
        kind="push",
        repository=repository,
        model_id=model_id,
        visibility="public" if public else "private",
        created_at=datetime.now(UTC),
    )
    address = send(job, files)
    dump({"model_id": model_id, "url": address}) if as_json else typer.echo(f"Sent {model_id} to {address}")
