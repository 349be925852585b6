"""`modelforge user`: accounts, for a server that several people share."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any, cast, get_args

import typer

from modelforge.cli.options import Json

if TYPE_CHECKING:
    from modelforge.schemas.account import Scope
    from modelforge.services.account_service import AccountService

app = typer.Typer(help="Add, list and remove the accounts of a server that several people share.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The name to sign in with.", show_default=False)]
FromInput = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")]


@app.command()
def add(
    name: Name,
    admin: Annotated[bool, typer.Option("--admin", help="Let this person see what everyone owns.")] = False,
    password_stdin: FromInput = False,
) -> None:
    """Add an account. From the first one on, the server may be bound to the network.

    Example: modelforge user add maria
    """
    _service().add(name, _password(password_stdin), admin=admin)
    typer.echo(f"Added {name}. What {name} makes is visible to {name} and to administrators.")


@app.command("ls")
def list_users(as_json: Json = False) -> None:
    """List the accounts and their keys; no secrets.

    Example: modelforge user ls
    """
    from modelforge.cli.output import dump

    accounts = _service().list_accounts()
    if as_json:
        hidden: Any = {"password": True, "keys": {"__all__": {"sha256"}}}
        dump([account.model_dump(mode="json", exclude=hidden) for account in accounts])
        return
    if not accounts:
        typer.echo("No accounts. Whoever holds the token of the home may do everything.")
    for account in accounts:
        typer.echo(f"{account.name}{'  (administrator)' if account.admin else ''}")
        for key in account.keys:
            typer.echo(f"  key {key.id}  {key.name}  {', '.join(key.scopes)}")


@app.command()
def password(name: Name, password_stdin: FromInput = False) -> None:
    """Give an account a new password; it is signed out everywhere.

    Example: modelforge user password maria
    """
    _service().set_password(name, _password(password_stdin))
    typer.echo(f"{name} has a new password.")


@app.command("rm")
def remove(name: Name) -> None:
    """Remove an account and its keys; what it owns stays.

    Example: modelforge user rm maria
    """
    _service().remove(name)
    typer.echo(f"Removed {name}.")


@app.command()
def key(
    name: Name,
    label: Annotated[str, typer.Option("--label", help="What the key is for.")] = "key",
    scope: Annotated[
        list[str] | None,
        typer.Option("--scope", help="read, write, infer or admin; once per scope.", show_default=False),
    ] = None,
    remove_id: Annotated[str | None, typer.Option("--remove", help="Remove the key with this id instead.")] = None,
) -> None:
    """Make an API key for programs; it is shown this once.

    Example: modelforge user key maria --label notebook --scope read --scope infer
    """
    service = _service()
    if remove_id is not None:
        service.remove_key(name, remove_id)
        typer.echo(f"Removed key {remove_id}.")
        return
    typer.echo(service.add_key(name, label, _scopes(scope)))


def _scopes(written: list[str] | None) -> tuple[Scope, ...]:
    from modelforge.exceptions import ConfigurationError
    from modelforge.schemas.account import Scope
    from modelforge.security.caller import MEMBER_SCOPES

    known = get_args(Scope)
    if wrong := [one for one in written or () if one not in known]:
        raise ConfigurationError(f"There is no scope {wrong[0]!r}.", hint=f"Choose among: {', '.join(known)}.")
    return tuple(cast("Scope", one) for one in written) if written else MEMBER_SCOPES


def _password(from_input: bool) -> str:
    if from_input:
        return sys.stdin.readline().rstrip("\n")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))


def _service() -> AccountService:
    from modelforge.cli.workplace import Workplace
    from modelforge.services.account_service import AccountService

    return AccountService(Workplace.open().files)
