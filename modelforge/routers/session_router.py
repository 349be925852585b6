"""Signing in, and who is signed in."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.concurrency import run_in_threadpool

from modelforge.dependencies import Address, CurrentCaller, Services
from modelforge.schemas.account import CallerView, Session, SignIn
from modelforge.services.sign_in import sign_in

router = APIRouter(prefix="/api/v1/session", tags=["session"])


@router.post("")
async def begin_session(how: SignIn, services: Services, address: Address) -> Session:
    """Sign in with the ticket of a launch link, or with a name and a password."""
    return await run_in_threadpool(sign_in, how, services, address)


@router.get("")
async def read_session(caller: CurrentCaller) -> CallerView:
    """Who the token of this request belongs to."""
    return CallerView(name=caller.name, scopes=tuple(sorted(caller.scopes)), owner=caller.owner)
