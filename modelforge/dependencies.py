"""Who gets what: the services of a request, and its caller. The only file that says Depends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request

from modelforge.security.caller import Caller
from modelforge.services.dataset_service import DatasetService
from modelforge.services.evaluation_service import EvaluationService
from modelforge.services.event_feed import EventFeeds
from modelforge.services.export_service import ExportService
from modelforge.services.hardware_service import HardwareService
from modelforge.services.heavy_process import CallHandle
from modelforge.services.hub_service import HubService
from modelforge.services.merge_jobs import MergeJobs
from modelforge.services.model_service import ModelService
from modelforge.services.model_views import ModelViews
from modelforge.services.playground_service import PlaygroundService
from modelforge.services.run_insight import RunInsight
from modelforge.services.run_service import RunService
from modelforge.services.server_services import ServerServices
from modelforge.services.upload_service import UploadService


async def _services(request: Request) -> ServerServices:
    services: ServerServices = request.app.state.services
    return services


Services = Annotated[ServerServices, Depends(_services)]

# Who asks


async def _caller(request: Request) -> Caller:
    caller: Caller = request.state.caller
    return caller


CurrentCaller = Annotated[Caller, Depends(_caller)]


async def _admin(caller: CurrentCaller) -> Caller:
    caller.require("admin")
    return caller


Admin = Annotated[Caller, Depends(_admin)]


async def _address(request: Request) -> str:
    return request.client.host if request.client else "unknown"


Address = Annotated[str, Depends(_address)]

# While the client waits


async def _while_connected(request: Request) -> AsyncIterator[CallHandle]:
    handle = CallHandle()
    watch = asyncio.create_task(_end_when_gone(request, handle))
    try:
        yield handle
    finally:
        watch.cancel()


async def _end_when_gone(request: Request, handle: CallHandle) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
    handle.end()


WhileConnected = Annotated[CallHandle, Depends(_while_connected)]
"""Ends work whose answer nobody waits for any more."""

# What answers


async def _datasets(services: Services) -> DatasetService:
    return services.datasets


async def _uploads(services: Services) -> UploadService:
    return services.uploads


async def _hub(services: Services) -> HubService:
    return services.hub


Datasets = Annotated[DatasetService, Depends(_datasets)]
Uploads = Annotated[UploadService, Depends(_uploads)]
Hub = Annotated[HubService, Depends(_hub)]

# Runs, models and answers


async def _runs(services: Services) -> RunService:
    return services.workshop.runs


async def _insight(services: Services) -> RunInsight:
    return services.workshop.insight


async def _feeds(services: Services) -> EventFeeds:
    return services.workshop.feeds


async def _models(services: Services) -> ModelService:
    return services.workshop.models


async def _shelf(services: Services) -> ModelViews:
    return services.workshop.shelf


async def _merges(services: Services) -> MergeJobs:
    return services.workshop.merges


async def _exports(services: Services) -> ExportService:
    return services.workshop.exports


async def _evaluations(services: Services) -> EvaluationService:
    return services.workshop.evaluations


async def _playground(services: Services) -> PlaygroundService:
    return services.workshop.playground


async def _hardware_advice(services: Services) -> HardwareService:
    return services.hardware


Runs = Annotated[RunService, Depends(_runs)]
Insight = Annotated[RunInsight, Depends(_insight)]
Feeds = Annotated[EventFeeds, Depends(_feeds)]
Models = Annotated[ModelService, Depends(_models)]
Shelf = Annotated[ModelViews, Depends(_shelf)]
Merges = Annotated[MergeJobs, Depends(_merges)]
Exports = Annotated[ExportService, Depends(_exports)]
Evaluations = Annotated[EvaluationService, Depends(_evaluations)]
Playground = Annotated[PlaygroundService, Depends(_playground)]
HardwareAdvice = Annotated[HardwareService, Depends(_hardware_advice)]
