"""The one error handler: whatever went wrong, one shape of answer, with what to do next."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic_core import to_json
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from modelforge.exceptions import ErrorCode, ModelForgeException
from modelforge.schemas.problem import FieldFault, ProblemDetails, limits_of
from modelforge.security.headers import NOT_STORED, SECURITY_HEADERS
from modelforge.security.secret_registry import redactor
from modelforge.services.openai_answers import openai_error

MOST_FAULTS = 20
OPENAI = "/v1/"
"""Everything under it answers in OpenAI's shape, errors included."""
CLIENT_CLOSED_REQUEST = 499
"""nginx's number, for the log alone."""
HINTS = {
    400: "Correct the request; GET /api/v1/openapi.json describes every route.",
    404: "GET /api/v1/openapi.json lists every route.",
    405: "The header `Allow` names the methods of this route.",
    413: "Send a smaller body; files go to POST /api/v1/datasets.",
}
OUR_FAULT = "Try again. If it stays, the server's log tells more under this request id."


def answer_problem(request: Request, error: Exception) -> Response:
    """The answer to an error of any kind: ours, FastAPI's, the framework's, or one that nobody foresaw."""
    cause = error.__cause__
    if isinstance(error, HTTPException) and isinstance(cause, ModelForgeException):
        error = cause  # refused by the guard while FastAPI was reading the body
    headers = dict(getattr(error, "headers", None) or {})
    problem = _described(error)
    if problem["status"] == HTTPStatus.UNAUTHORIZED:
        headers["www-authenticate"] = "Bearer"
    if (wait := problem.get("retry_after")) is not None:
        headers["retry-after"] = str(wait)
    request_id = getattr(request.state, "request_id", "none")
    if request.url.path.startswith(OPENAI):
        status, document = _for_openai(problem)
        media_type = "application/json"
    else:
        status, media_type = problem["status"], "application/problem+json"
        document = redactor().value({**problem, "instance": request.url.path, "request_id": request_id})
    return Response(
        to_json(document, inf_nan_mode="null"),
        status_code=status,
        media_type=media_type,
        headers={**SECURITY_HEADERS, "cache-control": NOT_STORED, "x-request-id": request_id, **headers},
    )


def _for_openai(problem: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """Programs that speak OpenAI's API know 400 for what cannot be used, and errors in its shape alone."""
    status = 400 if problem["status"] == HTTPStatus.UNPROCESSABLE_ENTITY else problem["status"]
    faults = problem.get("errors") or [{}]
    param = faults[0].get("key", "").removeprefix("body.") or None
    slug = problem["type"].removeprefix("urn:modelforge:")
    return status, openai_error(status, slug, problem["detail"], problem["hint"], param).model_dump()


async def handle(request: Request, error: Exception) -> Response:
    """What FastAPI calls."""
    return answer_problem(request, error)


async def hung_up(_request: Request, _error: Exception) -> Response:
    """What FastAPI calls where the client went before its answer was there: nobody reads this."""
    return Response(status_code=CLIENT_CLOSED_REQUEST)


def _described(error: Exception) -> dict[str, Any]:
    if isinstance(error, ModelForgeException):
        problem = _problem(error.slug, error.title, error.status, error.message, error.hint)
        return {**error.details, **problem, "code": error.code, "params": error.params}
    if isinstance(error, RequestValidationError):
        return _unreadable(error)
    if isinstance(error, HTTPException):
        status = HTTPStatus(error.status_code)
        hint = HINTS.get(error.status_code)
        return _problem(status.phrase.lower().replace(" ", "-"), status.phrase, status, f"{error.detail}.", hint)
    unforeseen = "Something went wrong inside ModelForge."
    return {**_problem("internal-error", "Internal error", 500, unforeseen, OUR_FAULT), **_said("internal-error")}


def _unreadable(error: RequestValidationError) -> dict[str, Any]:
    """FastAPI's and pydantic's findings. The values are left out: a secret in the wrong field would come back."""
    found = error.errors()
    faults = [
        FieldFault(
            key=".".join(str(part) for part in one["loc"]),
            expected=str(one["msg"]).removeprefix("Value error, ").removeprefix("Input should be "),
            kind=str(one["type"]),
            params=limits_of(one),
        )
        for one in found[:MOST_FAULTS]
    ]
    first = faults[0]
    problem = _problem(
        "request-validation-error",
        "Request validation error",
        422,
        f"{first.key}: {first.expected}.",
        f"Correct `{first.key}`; GET /api/v1/openapi.json describes every field.",
    )
    said = _said("request-not-valid", key=first.key, expected=first.expected)
    return {**problem, **said, "errors": [fault.model_dump() for fault in faults], "total": len(found)}


def _said(code: ErrorCode, **params: str) -> dict[str, Any]:
    return {"code": code, "params": params}


def _problem(slug: str, title: str, status: int, detail: str, hint: str | None) -> dict[str, Any]:
    return {"type": f"urn:modelforge:{slug}", "title": title, "status": int(status), "detail": detail, "hint": hint}


PROBLEM_RESPONSES: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "A problem, with a hint that says what to do (RFC 9457)",
        "content": {"application/problem+json": {"schema": ProblemDetails.model_json_schema()}},
    }
}
"""Every route's errors, for the generated API description."""
