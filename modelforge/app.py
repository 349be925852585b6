"""The HTTP application: routers, the one error handler, the door in front of them, and the life of the services."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import APIRouter, FastAPI
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from modelforge import __version__
from modelforge.exceptions import ModelForgeException
from modelforge.routers import (
    datasets_router,
    evaluations_router,
    exports_router,
    finetuning_router,
    hub_management_router,
    models_router,
    openai_router,
    playground_router,
    recipes_router,
    run_insight_router,
    session_router,
    system_router,
    uploads_router,
)
from modelforge.routers.problem_answers import PROBLEM_RESPONSES, answer_problem, handle, hung_up
from modelforge.routers.web_page import mount_page
from modelforge.security.guard import Guard
from modelforge.security.request_log import RequestLog
from modelforge.services.heavy_process import Ended
from modelforge.services.server_services import ServerServices
from modelforge.settings import Settings

WEB = Path(__file__).parent / "web" / "dist"
JSON_LIMIT = 1 << 20
"""Bytes of a JSON body; files are uploaded as what they are."""
ROUTERS: tuple[APIRouter, ...] = (
    system_router.router,
    session_router.router,
    datasets_router.router,
    uploads_router.router,
    hub_management_router.router,
    models_router.router,
    exports_router.router,
    evaluations_router.router,
    playground_router.router,
    openai_router.router,
    recipes_router.router,
    run_insight_router.router,
    finetuning_router.router,
)


def create_app(settings: Settings | None = None, *, web: Path = WEB) -> FastAPI:
    """The application over one home. Nothing is opened before its lifespan begins.

    Args:
        settings: default: from the environment.
        web: the built page; where there is none, `/` says where the API is described.
    """
    services = ServerServices(settings or Settings.from_environment())
    app = FastAPI(
        title="ModelForge",
        version=__version__,
        description="Fine-tune a Hugging Face model on your own machine, and know that it got better.",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,  # the interactive pages load scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
        max_body_size=JSON_LIMIT,
        lifespan=_lifespan,
        generate_unique_id_function=_operation_id,
        responses=PROBLEM_RESPONSES,
        middleware=[
            Middleware(RequestLog, meter=services.metrics),
            Middleware(Guard, rules=lambda: services.rules, answer=answer_problem),
        ],
        exception_handlers={
            ModelForgeException: handle,
            RequestValidationError: handle,
            HTTPException: handle,
            Ended: hung_up,
            Exception: handle,
        },
    )
    app.state.services = services
    app.state.refusal = None
    for router in ROUTERS:
        app.include_router(router)
    mount_page(app, web)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    services: ServerServices = app.state.services
    try:
        await run_in_threadpool(services.open)
        await run_in_threadpool(_prepare, app)
    except ModelForgeException as error:
        app.state.refusal = error
        raise
    try:
        yield
    finally:
        await run_in_threadpool(services.close)


def _prepare(app: FastAPI) -> None:
    """What else would be made when the first request comes, and took a third of a second of it: FastAPI makes the
    routes of a router when it is first asked whether a path is one of them.
    """
    _ = app.state.services.rules
    for route in app.router.routes:
        route.matches({"type": "http", "method": "GET", "path": "/", "root_path": "", "headers": []})


def _operation_id(route: APIRoute) -> str:
    """The function's own name: what a generated client calls it."""
    return f"{route.tags[0]}_{route.name}" if route.tags else route.name
