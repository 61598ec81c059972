"""Receivers of what a town tells: a mail server and a web server, small and real."""

from __future__ import annotations

import json
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Mailbox:
    """A mail server's port, what came, and how it behaves."""

    port: int = 0
    came: list[str] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    refuses: bool = False
    silent: threading.Event | None = None  # greets nobody before it is set
    held: threading.Event | None = None  # takes a letter, and answers when it is set
    taken: threading.Event = field(default_factory=threading.Event)


class _Smtp(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        box: Mailbox = self.server.box  # type: ignore[attr-defined]
        if box.silent is not None:
            box.silent.wait()
            return
        self._say("220 here")
        while line := self.rfile.readline().decode().strip():
            verb = line.split()[0].upper()
            if verb == "EHLO":
                self._say("250-here\r\n250 AUTH PLAIN")
            elif verb == "AUTH":
                box.logins.append(line)
                self._say("235 welcome")
            elif verb == "DATA":
                self._say("354 go on")
                self._take(box)
            elif verb == "RCPT" and box.refuses:
                self._say("550 nobody of that name")
            elif verb == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 fine")

    def _take(self, box: Mailbox) -> None:
        lines = []
        while (line := self.rfile.readline().decode()) not in (".\r\n", ""):
            lines.append(line)
        box.came.append("".join(lines))
        box.taken.set()
        if box.held is not None:
            box.held.wait()
        self._say("250 taken")

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


class _Threads(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, *_: Any) -> None:
        """Say nothing of a client that went away: some are killed here."""


@contextmanager
def mail_server(tls: ssl.SSLContext | None = None) -> Iterator[Mailbox]:
    """Run a mail server on a port of its own."""
    box = Mailbox()
    with _Threads(("127.0.0.1", 0), _Smtp) as server:
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        server.box = box  # type: ignore[attr-defined]
        box.port = server.server_address[1]
        with _running(server):
            try:
                yield box
            finally:
                for each in (box.silent, box.held):
                    if each is not None:
                        each.set()


@dataclass
class Hook:
    """A web server's port, what came to it, and what it answers."""

    port: int = 0
    came: list[tuple[str, str, Any]] = field(default_factory=list)  # path, key, what
    status: int = 200

    def url(self, path: str) -> str:
        """Return an address there."""
        return f"http://127.0.0.1:{self.port}/{path}"


class _Http(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        hook: Hook = self.server.hook  # type: ignore[attr-defined]
        said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        hook.came.append((self.path, self.headers["Idempotency-Key"], said))
        self.send_response(hook.status)
        if hook.status == 302:
            self.send_header("Location", hook.url("elsewhere"))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def web_server() -> Iterator[Hook]:
    """Run a web server on a port of its own."""
    hook = Hook()
    with ThreadingHTTPServer(("127.0.0.1", 0), _Http) as server:
        server.daemon_threads = True
        server.hook = hook  # type: ignore[attr-defined]
        hook.port = server.server_address[1]
        with _running(server):
            yield hook


@contextmanager
def _running(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
