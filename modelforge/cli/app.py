"""The `modelforge` command: every noun in its place, imported when it is used, so that `--help` answers at once."""

from __future__ import annotations

import importlib
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from modelforge import __version__

COMMANDS: dict[str, tuple[str, str]] = {
    "train": ("train:train", "Fine-tune a model and measure it before and after."),
    "runs": ("runs:app", "List, show, follow, stop, resume and compare runs."),
    "eval": ("evaluate:evaluate", "Measure a model on data, alone or beside another one."),
    "data": ("data:app", "Look at data, map its columns, check it, and see what of it would be trained."),
    "plan": ("plan:plan", "Show how many bytes a run takes, part by part, and the largest micro-batch that fits."),
    "models": ("models:app", "List, show and delete the models of the library."),
    "chat": ("chat:chat", "Talk to a model of the library."),
    "predict": ("predict:predict", "Classify a text, or find an answer in one, with a model that reads."),
    "merge": ("merge:merge", "Merge an adapter into its base model, checked to answer alike."),
    "export": ("export:export", "Export a model as GGUF or safetensors, checked to answer alike."),
    "exports": ("exports:app", "List, show and delete exports."),
    "push": ("push:push", "Send a model of the library to the Hugging Face hub."),
    "serve": ("serve:serve", "Start the web app and the API, and print the address that signs the browser in."),
    "run": ("serve:serve", "The same as `serve`."),
    "open": ("open:open_page", "Print a fresh link into the server that runs, and open it in the browser."),
    "user": ("user:app", "Add, list and remove the accounts of a server that several people share."),
    "init": ("init:init", "Write a recipe with its keys explained."),
    "doctor": ("doctor:doctor", "Check this machine, and really train, resume, merge and chat with a tiny model."),
}
"""Command → where it lies under `modelforge.cli`, and its line in the help."""


class LazyGroup(TyperGroup):
    """Imports a command's module when the command is run, not when the commands are listed."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - the signature is click's
        """The commands in the order of the journey."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        """What the list shows of a command."""
        return TyperCommand(cmd_name, help=COMMANDS[cmd_name][1]) if cmd_name in COMMANDS else None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command itself, for running it."""
        if args and args[0] in COMMANDS:
            return args[0], load_command(args[0]), args[1:]
        return super().resolve_command(ctx, args)


def load_command(name: str) -> Any:
    """Import the module of a command and make it runnable."""
    module, _, attribute = COMMANDS[name][0].partition(":")
    found = getattr(importlib.import_module(f"modelforge.cli.{module}"), attribute)
    if not isinstance(found, typer.Typer):
        single = typer.Typer(add_completion=False, context_settings=HELP_OPTIONS)
        single.command(name)(found)
        found = single
    return typer.main.get_command(found)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"modelforge {__version__}")
        raise typer.Exit


HELP_OPTIONS = {"help_option_names": ["-h", "--help"]}
app = typer.Typer(
    name="modelforge",
    cls=LazyGroup,
    help="Fine-tune a Hugging Face model on your own machine, and know that it got better.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings=HELP_OPTIONS,
)


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    pass
