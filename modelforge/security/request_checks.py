"""What a request must look like before any of our code sees it: its headers, its origin, the kind of its body."""

from __future__ import annotations

from modelforge.exceptions import ConfigurationError, MediaTypeError, PermissionDeniedError, RequestRefusedError

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
GUARDED = ("/api", "/v1", "/metrics")
"""Everything under these needs a token, whether or not there is such a route; the rest is the page."""
OPEN_ROUTES = frozenset({("GET", "/api/health"), ("POST", "/api/v1/session")})
"""With the page itself, the three that need no token: is it alive, the sign-in, the page's own files."""
JSON_TYPES = frozenset({"application/json"})
UPLOAD_TYPES = frozenset({"application/octet-stream", "multipart/form-data"})
PART_TYPES = frozenset({"application/octet-stream"})
UPLOADS = "/api/v1/uploads/"
"""Under it lie the uploads that come in by parts."""
LINK_PARAMETER = "ticket"
SINGLE_HEADERS = ("host", "origin", "authorization", "content-type", "sec-fetch-site", "sec-fetch-mode")

Headers = dict[str, str]


def single_headers(raw: list[tuple[bytes, bytes]]) -> Headers:
    """Headers by lower-case name. Raises RequestRefusedError where one that decides about access is there twice."""
    found: Headers = {}
    for name_bytes, value in raw:
        name = name_bytes.decode("latin-1").lower()
        if name in found and name in SINGLE_HEADERS:
            raise RequestRefusedError(f"The header {name} is there twice.", hint="Send it once.")
        found[name] = value.decode("latin-1")
    return found


def is_page(path: str) -> bool:
    """Whether a path belongs to the page and its files."""
    return not any(path == prefix or path.startswith(f"{prefix}/") for prefix in GUARDED)


def needs_token(method: str, path: str) -> bool:
    """Whether a request must say who sends it."""
    if is_page(path):
        return method not in ("GET", "HEAD")
    return (method, path) not in OPEN_ROUTES


def link_ticket(method: str, query: bytes) -> str | None:
    """The ticket of a download link. It stands alone in the query, and nothing takes one but to read."""
    name, _, ticket = query.decode("latin-1").partition("=")
    return ticket if method in ("GET", "HEAD") and name == LINK_PARAMETER else None


def check_origin(method: str, path: str, headers: Headers) -> None:
    """Refuse what a page of another origin sends, whatever the method.

    Browsers say where a request comes from in `Sec-Fetch-Site`, older ones in `Origin` alone. A program sends neither;
    its token speaks for it. A link from elsewhere may open our page.

    Raises:
        PermissionDeniedError: the request comes from another site.
    """
    site = headers.get("sec-fetch-site")
    opens_page = method == "GET" and is_page(path) and headers.get("sec-fetch-mode") == "navigate"
    foreign = site not in (None, "same-origin", "none") and not opens_page
    origin = headers.get("origin")
    if foreign or (origin is not None and not _is_ours(origin, headers.get("host", ""))):
        raise PermissionDeniedError(
            "This request comes from a page of another origin.",
            hint="Use ModelForge's own page, or call the API from a program with a token.",
            code="other-origin",
        )


def check_text(path: str, query: bytes) -> None:
    """Refuse NUL in what a request asks for: no name holds it, and no database keeps it. Raises ConfigurationError."""
    if "\0" in path or b"%00" in query or b"\0" in query:
        raise ConfigurationError(
            "The address of this request holds the character NUL.",
            hint="Take `%00` out of its path and its query.",
            code="nul-in-address",
        )


def check_media_type(method: str, path: str, headers: Headers) -> None:
    """Refuse a body that is not JSON, except for uploads. Raises MediaTypeError."""
    if method in SAFE_METHODS or not _has_body(headers):
        return
    allowed = _allowed_types(method, path)
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in allowed:
        raise MediaTypeError(
            f"The body is {kind[:80] or 'of no stated type'}, which this route does not take.",
            hint=f"Send the header `Content-Type: {' or '.join(sorted(allowed))}`.",
        )


def _allowed_types(method: str, path: str) -> frozenset[str]:
    if (method, path) == ("POST", "/api/v1/datasets"):
        return JSON_TYPES | UPLOAD_TYPES
    return PART_TYPES if method == "PATCH" and path.startswith(UPLOADS) else JSON_TYPES


def has_json_body(headers: Headers) -> bool:
    """Whether a JSON body is announced."""
    return headers.get("content-type", "").partition(";")[0].strip().lower() in JSON_TYPES


def _has_body(headers: Headers) -> bool:
    return "transfer-encoding" in headers or headers.get("content-length", "0").strip() != "0"


def _is_ours(origin: str, host: str) -> bool:
    return bool(host) and origin.lower() in (f"http://{host}".lower(), f"https://{host}".lower())
