"""`modelforge serve`: the web app and the API, on this machine unless told otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from modelforge.settings import Settings

if TYPE_CHECKING:
    import socket

    import uvicorn
    from fastapi import FastAPI

DRAIN_SECONDS = 5
"""How long open answers, streams above all, may go on when the server ends."""


def serve(
    host: Annotated[str | None, typer.Option(help="The address to bind; MODELFORGE_HOST, else 127.0.0.1.")] = None,
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="The port to bind, 0 for a free one; MODELFORGE_PORT, else 8000."),
    ] = None,
    detach: Annotated[
        bool, typer.Option("--detach", help="Let runs go on when the server ends; the next one follows them again.")
    ] = False,
) -> None:
    """Start the web app and the API, and print the address that signs the browser in.

    Ctrl-C saves a checkpoint of every run under way and stops it, to be resumed; with --detach they go on.

    Example: modelforge serve --port 8000
    """
    from modelforge.security.hosts import refuse_open_bind
    from modelforge.security.logs import log_level, quiet_libraries, set_up_logs

    chosen = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    settings = Settings.from_environment().model_copy(update=chosen)
    level = log_level(settings.log_level)
    refuse_open_bind(settings.host, authenticated=settings.token is not None or _has_accounts(settings))
    listener = _listen(settings.host, settings.port)
    bound = settings.model_copy(update={"port": listener.getsockname()[1]})
    quiet_libraries()
    set_up_logs(level)

    from modelforge.app import create_app

    app = create_app(bound)
    _ = app.state.services.rules  # what is wrong with the settings is said before anything is opened
    app.state.services.workshop.detach = detach
    server = _server(app, bound)
    try:
        server.run(sockets=[listener])
    except KeyboardInterrupt:
        return  # uvicorn has ended in good order, and hands the Ctrl-C on
    except SystemExit as end:  # uvicorn's own code for what could not be opened is none of ours
        if (refusal := app.state.refusal) is not None:
            raise refusal from end
    if not server.started:
        raise typer.Exit(1)


def _has_accounts(settings: Settings) -> bool:
    from modelforge.services.account_service import AccountService
    from modelforge.storage.file_manager import FileManager

    return not AccountService(FileManager(settings.home)).is_empty()


def _listen(host: str, port: int) -> socket.socket:
    """Bind before anything else is loaded: a port that is taken is said at once. Raises ConfigurationError."""
    import socket

    from modelforge.exceptions import ConfigurationError

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=2048)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else an answer in two parts waits for 40 ms
        return listener
    except OSError as error:
        raise ConfigurationError(
            f"{host}:{port} cannot be bound: {error.strerror or error}.",
            hint="Another server may run there already; choose another port with --port.",
        ) from error


def _server(app: FastAPI, settings: Settings) -> uvicorn.Server:
    import uvicorn

    from modelforge.schemas.system import RunningServer
    from modelforge.services.launch_links import launch_link
    from modelforge.services.server_services import ServerServices
    from modelforge.storage.launch_files import LaunchFiles

    services: ServerServices = app.state.services
    files = LaunchFiles(settings.home)
    running = RunningServer(address=_address(settings), launch_secret=services.authenticator.launch_secret)

    class Announcing(uvicorn.Server):
        """Says where it is once it answers there: to whoever looks on, and to `modelforge open`."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                files.write_server(running)
                typer.echo(f"ModelForge: {launch_link(running)}")

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            files.forget_server(running)
            await super().shutdown(sockets)

    return Announcing(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=DRAIN_SECONDS,
            lifespan="on",
        )
    )


def _address(settings: Settings) -> str:
    """Where a browser on this machine finds the server."""
    from modelforge.security.hosts import ANY_ADDRESS

    host = "127.0.0.1" if settings.host in ANY_ADDRESS else settings.host
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"
