"""Stands in for glab and tea where they cannot be had: their verb ``api``, over plain HTTP.

    python forge_program.py SOCKET NAME api [WORD...]

It is handed the words that the real one is handed, and prints what that documents: glab the
head before the body, tea the head to stderr. It proves nothing about the real ones.
"""

from __future__ import annotations

import http.client
import os
import socket
import sys


class _Connection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("forge")
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self._path)


def main(where: str, name: str, words: list[str]) -> int:
    """Send one request, and print the answer."""
    assert words[:2] == ["api", "--include"], words
    method, path, body = "GET", "", None
    rest = iter(words[2:])
    for word in rest:
        if word in ("--method", "-X"):
            method = next(rest)
        elif word in ("--hostname", "--header", "--login"):
            next(rest)
        elif (word, name) in (("--input", "glab"), ("--data", "tea")):
            assert next(rest) == {"glab": "-", "tea": "@-"}[name]
            body = sys.stdin.buffer.read()
        else:
            path = word
    prefix = {"glab": "/api/v4/", "tea": "/api/v1/"}[name]
    connection = _Connection(where)
    token = os.environ.get("FORGE_TOKEN", "gitgt")
    connection.request(method, prefix + path, body, {"Authorization": f"token {token}"})
    answer = connection.getresponse()
    head = f"HTTP/1.1 {answer.status} {answer.reason}\n"
    head += "".join(f"{key}: {value}\n" for key, value in answer.getheaders())
    (sys.stderr if name == "tea" else sys.stdout).write(f"{head}\n")
    sys.stderr.flush()
    sys.stdout.flush()
    sys.stdout.buffer.write(answer.read())
    return 1 if answer.status >= 400 and name == "glab" else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
