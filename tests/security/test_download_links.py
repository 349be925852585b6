"""A link to download by: it opens one file, to be read alone, for a minute, as the one who asked for it."""

from __future__ import annotations

import io
import zipfile

import pytest
from doorway import HOST, doors, knock
from model_shelf import put_folder
from server_under_test import TOKEN, RunServer

from modelforge.security.authenticator import Authenticator
from modelforge.security.signing import Signer
from modelforge.services.account_service import AccountService

BARE = [("host", HOST)]


@pytest.fixture(scope="module")
def link(server: RunServer) -> str:
    put_folder(server.services, "kept")
    answer = server.client.get("/api/v1/models/kept/download/link")
    assert answer.json()["expires_in"] <= 60
    return str(answer.json()["address"])


def test_a_browser_downloads_by_the_link_alone(
    server: RunServer, link: str, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = knock(server.client.app, "GET", link, [*BARE, ("sec-fetch-site", "same-origin")])
    logged = capsys.readouterr().out
    assert answer.status == 200
    assert answer.headers["content-disposition"] == 'attachment; filename="kept.zip"'
    assert zipfile.ZipFile(io.BytesIO(answer.body)).testzip() is None
    assert answer.headers["cache-control"] == "no-store"
    assert "/api/v1/models/kept/download" in logged
    assert link.partition("=")[2] not in logged


def test_it_opens_nothing_else(server: RunServer, link: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server.services.limits, "count_refusal", lambda _address: None)
    path, _, ticket = link.partition("?ticket=")
    others = [
        (door.method, f"{at}?ticket={ticket}")
        for door in doors(server.client.app)  # type: ignore[arg-type]
        for at in {door.at(), door.at(model_id="kept")}
        if (door.method, at) not in {("GET", path), ("HEAD", path), ("GET", "/api/health"), ("POST", "/api/v1/session")}
    ]
    assert len(others) > 60
    let_in = [other for other in others if knock(server.client.app, *other, BARE).status != 401]
    assert let_in == []
    for method in ("POST", "PATCH", "DELETE", "OPTIONS"):
        assert knock(server.client.app, method, link, BARE).status == 401, method
    for spoilt in (f"{link}x", link[:-1], f"{path}?x=1&ticket={ticket}", f"{link}&x=1", f"{path}?ticket={TOKEN}"):
        assert knock(server.client.app, "GET", spoilt, BARE).status == 401, spoilt
        assert knock(server.client.app, "HEAD", spoilt, BARE).status == 401, spoilt
    assert knock(server.client.app, "GET", path, [*BARE, ("authorization", f"Bearer {ticket}")]).status == 401
    assert knock(server.client.app, "GET", link, [*BARE, ("authorization", "Bearer wrong")]).status == 401
    assert knock(server.client.app, "GET", link, [*BARE, ("sec-fetch-site", "cross-site")]).status == 403


def test_old_links_and_those_of_another_server_are_refused(server: RunServer, link: str) -> None:
    path = link.partition("?")[0]
    caller = server.services.authenticator.caller(f"Bearer {TOKEN}")
    elsewhere = Authenticator(TOKEN, server.services.accounts).link_ticket(path, caller)
    claims = Signer(TOKEN).read("link", link.partition("=")[2])
    assert claims is not None
    old = Signer(TOKEN).sign("link", claims, -1.0)
    session = server.services.authenticator.session_for(None, "")
    for ticket in (elsewhere, old, session):
        assert knock(server.client.app, "GET", f"{path}?ticket={ticket}", BARE).status == 401
    again = Signer(TOKEN).sign("link", claims, 5.0)
    assert knock(server.client.app, "GET", f"{path}?ticket={again}", BARE).status == 200


@pytest.mark.usefixtures("link")
def test_nobody_gets_a_link_to_what_they_do_not_see(server: RunServer) -> None:
    accounts = AccountService(server.services.files)
    accounts.add("mary", "a long enough password")
    headers = {"authorization": f"Bearer {accounts.add_key('mary', 'test')}"}
    put_folder(server.services, "of-mary", owner="mary")
    assert server.client.get("/api/v1/models/kept/download/link", headers=headers).status_code == 404
    assert server.client.get("/api/v1/exports/none/files/x/link", headers=headers).status_code == 404
    own = server.client.get("/api/v1/models/of-mary/download/link", headers=headers).json()["address"]
    assert knock(server.client.app, "GET", own, BARE).status == 200
    claims = Signer(TOKEN).read("link", own.partition("=")[2])
    assert claims is not None
    assert (claims["owner"], claims["scopes"]) == ("mary", ["read"])
