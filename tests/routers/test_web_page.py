"""Behind a built page, the API says the same of what does not exist as without one."""

from __future__ import annotations

from pathlib import Path

import pytest
from server_under_test import run_server


@pytest.mark.parametrize("built", [True, False])
def test_unknown_routes_and_wrong_methods_stay_what_they_are(tmp_path: Path, built: bool) -> None:
    web = tmp_path / "dist"
    web.mkdir()
    if built:
        (web / "index.html").write_text("<title>The page</title>")
    with run_server(tmp_path / "home", web=web) as server:
        for path in ("/v1/embeddings", "/api/v1/nothing", "/api/nothing"):
            for method in ("GET", "POST", "DELETE"):
                assert server.client.request(method, path).status_code == 404, (method, path)
        for method, path, allowed in (
            ("DELETE", "/v1/models", "GET"),
            ("PUT", "/api/v1/models/some-model", "GET"),
            ("GET", "/v1/completions", "POST"),
        ):
            answer = server.client.request(method, path)
            assert answer.status_code == 405, (method, path)
            assert allowed in answer.headers["allow"]
        page = server.client.get("/models")
        assert page.status_code == (200 if built else 404)
        assert server.client.get("/").status_code == 200
