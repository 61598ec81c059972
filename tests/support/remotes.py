"""One bare repository, reached as over a network: by path, by ssh's protocol, by HTTP.

No ssh daemon is needed: git is told to run a script in ssh's place, which runs on this machine
what ssh would run on the other. What goes through the pipe is the same. HTTP is git's own
``http-backend``, behind a server of the standard library.
"""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote

_SSH: Final = '#!/bin/sh\n# Like ssh HOST COMMAND, on this machine.\nshift\nexec sh -c "$*"\n'


@contextmanager
def reached(how: str, bare: Path, folder: Path) -> Iterator[str]:
    """Let a repository be reached as *how* says; yield its address."""
    if how == "file":
        yield f"file://{bare}"
    elif how == "ssh":
        script = folder / "ssh"
        script.write_text(_SSH)
        script.chmod(0o755)
        os.environ["GIT_SSH_COMMAND"] = f"'{script}'"
        os.environ["GIT_SSH_VARIANT"] = "simple"
        try:
            yield f"ssh://somewhere{bare}"
        finally:
            del os.environ["GIT_SSH_COMMAND"], os.environ["GIT_SSH_VARIANT"]
    else:
        with _served(bare) as port:
            yield f"http://127.0.0.1:{port}/{quote(bare.name)}"


@contextmanager
def _served(bare: Path) -> Iterator[int]:
    with subprocess.Popen(
        ["git", "config", "http.receivepack", "true"], cwd=bare
    ) as configured:
        configured.wait()

    class Backend(_Backend):
        root = bare.parent

    server = ThreadingHTTPServer(("127.0.0.1", 0), Backend)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Backend(BaseHTTPRequestHandler):
    """Hands each request to ``git http-backend``, as a web server does by CGI."""

    root: Path

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def _serve(self) -> None:
        path, _, query = self.path.partition("?")
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        done = subprocess.run(
            ["git", "http-backend"], input=body, env=self._environment(path, query),
            stdout=subprocess.PIPE, check=False,
        )  # fmt: skip
        head, _, answer = done.stdout.partition(b"\r\n\r\n")
        rows = dict(row.split(": ", 1) for row in head.decode().splitlines())
        self.send_response(int(rows.pop("Status", "200").split()[0]))
        for name, value in rows.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def _environment(self, path: str, query: str) -> dict[str, str]:
        return {
            **os.environ,
            "GIT_PROJECT_ROOT": str(self.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "REQUEST_METHOD": self.command,
            "PATH_INFO": unquote(path),
            "QUERY_STRING": query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "REMOTE_USER": "tess",
            "REMOTE_ADDR": "127.0.0.1",
        }

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Say nothing."""
