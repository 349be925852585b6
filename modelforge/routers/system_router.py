"""The server itself: alive, which version, on what machine, how busy, with which settings."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from fastapi.sse import EventSourceResponse, ServerSentEvent

from modelforge.dependencies import Admin, Services
from modelforge.schemas.hardware import Hardware, LiveHardwareView, RecommendedModel
from modelforge.schemas.system import Health, SettingsView, VersionView
from modelforge.services import system_views

router = APIRouter(tags=["system"])


@router.get("/api/health")
async def health(services: Services) -> Health:
    """Whether the server is up, its database answers, and runs are started and watched. Open to all."""
    return await run_in_threadpool(system_views.health, services)


@router.get("/api/v1/version")
async def version() -> VersionView:
    """Which ModelForge this is, over which libraries."""
    return system_views.version()


@router.get("/api/v1/settings")
async def settings(services: Services, _admin: Admin) -> SettingsView:
    """The settings in force, without secrets."""
    return system_views.settings(services)


@router.get("/api/v1/hardware")
async def hardware(services: Services) -> Hardware:
    """What this machine has now."""
    return await run_in_threadpool(services.hardware.detect)


@router.get("/api/v1/hardware/live")
async def live_hardware(services: Services) -> LiveHardwareView:
    """How busy this machine is."""
    return await run_in_threadpool(services.live_hardware.look)


@router.get("/api/v1/hardware/events", response_class=EventSourceResponse)
async def hardware_events(
    services: Services, every: Annotated[float, Query(ge=1, le=60, description="Seconds between two looks.")] = 2.0
) -> AsyncIterator[ServerSentEvent]:
    """How busy this machine is, as long as one listens."""
    while True:
        look = await run_in_threadpool(services.live_hardware.look)
        yield ServerSentEvent(event="hardware", data=look)
        await asyncio.sleep(every)


@router.get("/api/v1/hardware/models")
async def recommended_models(
    services: Services, task: Annotated[str | None, Query(max_length=64)] = None
) -> list[RecommendedModel]:
    """Models that this machine can fine-tune well, the best choice first."""
    return list(await run_in_threadpool(services.hardware.recommended_models, task))


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
async def metrics(services: Services, _admin: Admin) -> Response:
    """All figures for Prometheus."""
    text = await run_in_threadpool(services.metrics.text)
    return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")
