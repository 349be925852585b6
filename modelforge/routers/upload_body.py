"""The file in the body of a request: the body itself, or the first file of a form, as a stream either way."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from modelforge.exceptions import ConfigurationError

FORM = b"multipart/form-data"
HOW = "Send one file in the form, or the file itself as application/octet-stream with `?name=FILE`."


@dataclass(frozen=True)
class IncomingFile:
    """A file on its way in."""

    name: str
    blocks: AsyncIterator[bytes]
    announced: int | None
    """Bytes of the body, where the sender says so; a form is a little longer than its file."""


async def incoming_file(request: Request, name: str | None) -> IncomingFile:
    """The file that a request carries.

    Args:
        name: the file's name as the sender gives it beside the body; for a form it overrides the form's own.

    Raises:
        ConfigurationError: the form is broken or holds no file; or a bare body comes without a name.
    """
    length = request.headers.get("content-length", "")
    announced = int(length) if length.isdigit() else None
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind != FORM:
        if not name:
            raise ConfigurationError(
                "The file has no name.",
                hint="Add `?name=FILE.jsonl`: its ending says what it is.",
                code="upload-without-name",
            )
        return IncomingFile(name, request.stream(), announced)
    form = _FormFile(options.get(b"boundary", b""), request.stream())
    found = await form.open()
    return IncomingFile(name or found, form.blocks(), announced)


@contextmanager
def _readable() -> Iterator[None]:
    """Turn what the parser raises inside the block into a ConfigurationError."""
    try:
        yield
    except FormParserError as error:
        raise ConfigurationError(
            "The form cannot be read.",
            hint=HOW,
            code="form-not-readable",
        ) from error


class _FormFile:
    """The first file of a multipart form; fields are passed over. Nothing is kept but the block at hand."""

    def __init__(self, boundary: bytes, body: AsyncIterator[bytes]) -> None:
        if not boundary:
            raise ConfigurationError(
                "The form names no boundary.",
                hint=HOW,
                code="form-not-readable",
            )
        self._body = body
        self._waiting: deque[bytes] = deque()
        self._header: tuple[bytearray, bytearray] = (bytearray(), bytearray())
        self._disposition = b""
        self._name: str | None = None
        self._inside = self._whole = False
        with _readable():  # the parser refuses a boundary that is too long
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._on_part_begin,
                    "on_header_field": lambda data, start, end: self._header[0].extend(data[start:end]),
                    "on_header_value": lambda data, start, end: self._header[1].extend(data[start:end]),
                    "on_header_end": self._on_header_end,
                    "on_headers_finished": self._on_headers_finished,
                    "on_part_data": self._on_part_data,
                    "on_part_end": self._on_part_end,
                },
            )

    async def open(self) -> str:
        """Read up to the beginning of the file; returns its name."""
        async for block in self._body:
            self._feed(block)
            if self._name is not None:
                return self._name
        raise ConfigurationError(
            "The form holds no file.",
            hint=HOW,
            code="form-without-file",
        )

    async def blocks(self) -> AsyncIterator[bytes]:
        """The file; what stands behind it in the form is read and left aside."""
        while self._waiting:
            yield self._waiting.popleft()
        async for block in self._body:
            self._feed(block)
            while self._waiting:
                yield self._waiting.popleft()
        if not self._whole:
            raise ConfigurationError(
                "The form ends within its file.",
                hint="Send it again; nothing of it was kept.",
                code="upload-cut",
            )

    def _feed(self, block: bytes) -> None:
        with _readable():
            self._parser.write(block)

    def _on_part_begin(self) -> None:
        self._disposition = b""

    def _on_header_end(self) -> None:
        name, value = self._header
        if bytes(name).lower() == b"content-disposition":
            self._disposition = bytes(value)
        self._header = (bytearray(), bytearray())

    def _on_headers_finished(self) -> None:
        _, options = parse_options_header(self._disposition)
        self._inside = self._name is None and b"filename" in options
        if self._inside:
            self._name = options[b"filename"].decode("utf-8", "replace")

    def _on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._inside:
            self._waiting.append(data[start:end])

    def _on_part_end(self) -> None:
        self._whole = self._whole or self._inside
        self._inside = False
