"""The server: takes requests on loopback, keeps each, and answers as its script says."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

from gitgt.runtime.fakemodel.formats import Format, aside, for_path
from gitgt.runtime.fakemodel.script import Asked, Reply, Script, reply
from gitgt.values import dataclass

_UNKNOWN: Final = {"error": {"message": "the model that is none knows no such question"}}


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it came, and what was answered; without a ``format`` it asked no model."""

    method: str
    path: str
    format: str = ""
    asked: Asked = field(default_factory=Asked)
    answer: Reply | None = None


@dataclass
class FakeModel:
    """A model that is none, while it is served; ``requests`` is what it was asked."""

    script: Script
    record: Path | None = None
    requests: list[Request] = field(default_factory=list)
    port: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def asked(self) -> list[Request]:
        """The requests by whoever has tools to work with, in their order."""
        return [each for each in self.requests if each.format and each.asked.tools]

    @property
    def told(self) -> str:
        """All text that reached the model and was not its own."""
        return "\n".join(each.asked.told for each in self.requests)

    @property
    def results(self) -> list[str]:
        """What the tools answered, as the longest conversation tells it."""
        told = max((each.asked.results for each in self.requests), key=len, default={})
        return list(told.values())

    def take(self, request: Request, body: object) -> int:
        """Keep a request; return its number."""
        with self._lock:
            self.requests.append(request)
            number = len(self.requests)
            if self.record is not None:
                kept = {"number": number, "method": request.method, "path": request.path}
                with self.record.open("a", encoding="utf-8") as file:
                    file.write(json.dumps({**kept, "body": body}) + "\n")
            return number


class _Server(ThreadingHTTPServer):
    """Listens on loopback for one model."""

    daemon_threads = True

    def __init__(self, model: FakeModel, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Answering)
        self.model = model
        model.port = self.server_address[1]


@contextmanager
def serving(
    script: Script, *, record: Path | None = None, port: int = 0
) -> Iterator[FakeModel]:
    """Serve a model that does as *script* says, on loopback only, until the block ends.

    What it is asked is written to the file *record*, a line of JSON each.
    """
    model = FakeModel(script, record)
    server = _Server(model, port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield model
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Answering(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        self._aside(None)

    def do_HEAD(self) -> None:
        self._aside(None)

    def do_POST(self) -> None:
        body = _parsed(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
        found = for_path(self.path)
        if found is None or not isinstance(body, dict):
            self._aside(body)
        else:
            self._told(found, body)

    def _told(self, found: Format, body: dict[str, Any]) -> None:
        model, asked = self.server.model, found.read(body, self.path)
        said = reply(model.script, asked)
        number = model.take(Request(self.command, self.path, found.name, asked, said), body)
        if asked.streams:
            self._send(200, b"".join(found.stream(asked, said, number)), "text/event-stream")
        else:
            self._send(200, json.dumps(found.whole(asked, said, number)).encode())

    def _aside(self, body: object) -> None:
        self.server.model.take(Request(self.command, self.path), body)
        known = aside(self.path)
        content = json.dumps(_UNKNOWN if known is None else known).encode()
        self._send(404 if known is None else 200, content)

    def _send(self, code: int, content: bytes, kind: str = "application/json") -> None:
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Say nothing: what came is kept."""


def _parsed(content: bytes) -> object:
    try:
        return json.loads(content or b"null")
    except ValueError:
        return content.decode(errors="replace")
