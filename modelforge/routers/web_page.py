"""The page: the built front end where there is one, else a few words that say where the API is described."""

from __future__ import annotations

import mimetypes
import os
from functools import lru_cache
from pathlib import Path

from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Match, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from modelforge.security.request_checks import is_page

NO_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>ModelForge</title></head>
<body>
<h1>ModelForge</h1>
<p>The server is running. The web page is not part of this installation.</p>
<p>Every route of the API is described at <code>/api/v1/openapi.json</code>, which needs a token as every route does:
<code>Authorization: Bearer TOKEN</code>. On the machine that runs the server, the token is
<code>MODELFORGE_TOKEN</code>, or else the content of <code>api-token</code> in ModelForge's home folder.</p>
</body>
</html>
"""
LONG = "public, max-age=31536000, immutable"
"""For files whose name changes with their content."""
PACKED = (".js", ".css")
"""What the build leaves a gzipped twin of."""


class WebPage(StaticFiles):
    """The files of the built page, gzipped as the build left them for whoever reads that.

    A path that is no file is one of the page's own, and answered with the page.
    """

    async def get_response(self, path: str, scope: Scope) -> Response:
        """A file, or the page."""
        try:
            response = await self._gzipped(path, scope) or await super().get_response(path, scope)
        except HTTPException as error:
            if error.status_code != 404 or "." in path.rpartition("/")[2]:
                raise
            response = await super().get_response("index.html", scope)
        response.headers["cache-control"] = LONG if path.startswith("assets/") else "no-cache"
        return response

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """A file out of memory. Read from the disk for each answer, it would change threads for every 64 kB of it.

        The headers are those of what was read, though the file may have been replaced since it was looked up.
        """
        try:
            found, content = _read(os.fspath(full_path), stat_result.st_mtime_ns, stat_result.st_size)
        except FileNotFoundError:
            raise HTTPException(status_code=404) from None
        response = super().file_response(full_path, found, scope, status_code)
        if not isinstance(response, FileResponse):
            return response
        del response.headers["accept-ranges"]
        response.headers["content-length"] = str(len(content))
        return Response(content, status_code, headers=response.headers)

    async def _gzipped(self, path: str, scope: Scope) -> Response | None:
        """The gzipped twin of a file, where there is one and it may be sent."""
        if not path.endswith(PACKED) or "gzip" not in Headers(scope=scope).get("accept-encoding", ""):
            return None
        try:
            response = await super().get_response(f"{path}.gz", scope)
        except HTTPException:
            return None
        response.headers["content-type"] = f"{mimetypes.guess_type(path)[0]}; charset=utf-8"
        response.headers["content-encoding"] = "gzip"
        response.headers["vary"] = "accept-encoding"
        return response


class PageMount(Mount):
    """Where the page is. The API's paths are not part of it: what does not exist there is said by the router."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether a path belongs to the page."""
        return super().matches(scope) if is_page(scope["path"]) else (Match.NONE, {})


def mount_page(app: FastAPI, folder: Path) -> None:
    """Put the page at `/`, before all routes: none of them has a path of the page, and each would be tried first."""
    if (folder / "index.html").is_file():
        app.router.routes.insert(0, PageMount("/", app=WebPage(directory=folder, html=True), name="page"))
    else:
        app.add_api_route("/", _no_page, response_class=HTMLResponse, include_in_schema=False)


@lru_cache(maxsize=256)
def _read(path: str, _changed: int, _size: int) -> tuple[os.stat_result, bytes]:
    """A file as it was at its last change. What is written into it meanwhile is newer than its stat, never older: a
    browser that holds it is told so when it asks again."""
    with Path(path).open("rb") as file:
        return os.fstat(file.fileno()), file.read()


async def _no_page() -> HTMLResponse:
    return HTMLResponse(NO_PAGE)
