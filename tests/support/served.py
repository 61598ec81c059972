"""One bare repository, served as servers do: by path, by a real sshd, by a real web server.

Each server is a process of ours on a free loopback port, with keys and settings in the test's
folder. It runs git as servers run it: sshd in a login shell with little but a home, lighttpd
with no ``PATH`` and no home at all; neither knows of gitgt. A client needs nothing but the
address: what ssh is to do lies in the environment while the server runs.
"""

from __future__ import annotations

import getpass
import os
import shlex
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import quote

import psutil
import pytest

from tests.support.world import MARK

WAYS: Final = ("file", "ssh", "http")
# sshd, as root, insists on this folder, which Debian makes when the service starts.
_PRIVSEP: Final = Path("/run/sshd")
_PATIENCE: Final = 20.0
_HOST: Final = "127.0.0.1"

_SSHD: Final = """\
ListenAddress {host}:{port}
HostKey "{folder}/host_key"
AuthorizedKeysFile "{folder}/authorized_keys"
PidFile none
UsePAM no
StrictModes no
PermitRootLogin yes
PasswordAuthentication no
KbdInteractiveAuthentication no
PrintMotd no
PrintLastLog no
SetEnv HOME="{home}" GIT_CONFIG_NOSYSTEM=1 {mark}
"""
# The socket is ours and is handed over as stdin: so no port is lost between choosing and using.
_LIGHTTPD: Final = """\
server.document-root = "{root}"
server.bind = "/dev/stdin"
server.port = {port}
server.errorlog = "{folder}/errors"
server.upload-dirs = ( "{folder}" )
server.modules = ( "mod_alias", "mod_cgi", "mod_setenv" )
alias.url = ( "" => "{backend}" )
cgi.assign = ( "" => "" )
setenv.set-environment = (
    "GIT_PROJECT_ROOT" => "{root}", "GIT_HTTP_EXPORT_ALL" => "1", "REMOTE_USER" => "tess",
    "GIT_CONFIG_NOSYSTEM" => "1", {mark}
)
"""


@contextmanager
def served(how: str, bare: Path, folder: Path, *, host: str = _HOST) -> Iterator[str]:
    """Serve a repository as *how* says, one of ``WAYS``; yield its address.

    By HTTP it may be another *host* of this machine's than the loopback.

    *folder* is for the server's files, and is gone afterwards. Where a program is missing the
    test is skipped, and says which.
    """
    if how == "file":
        yield f"file://{quote(str(bare))}"
        return
    place = folder / f"a server by {how}"
    place.mkdir()
    try:
        with _by_ssh(bare, place) if how == "ssh" else _by_http(bare, place, host) as address:
            yield address
    finally:
        shutil.rmtree(place)


@contextmanager
def _by_ssh(bare: Path, place: Path) -> Iterator[str]:
    sshd = _program("sshd", "openssh-server")
    _program("ssh-keygen", "openssh-client")
    if os.getuid() == 0 and not _PRIVSEP.is_dir():
        pytest.skip(f"sshd needs {_PRIVSEP}: sh .ci/tools makes it")
    for name in ("host_key", "key"):
        argv = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", name]
        subprocess.run(argv, cwd=place, check=True, capture_output=True)
    shutil.copy(place / "key.pub", place / "authorized_keys")
    (place / "home").mkdir()
    process, port = _start_sshd(sshd, place)
    host_key = (place / "host_key.pub").read_text()
    (place / "known_hosts").write_text(f"[{_HOST}]:{port} {host_key}")
    os.environ["GIT_SSH_COMMAND"] = shlex.join(_ssh(place))
    try:
        yield f"ssh://{getpass.getuser()}@{_HOST}:{port}{quote(str(bare))}"
    finally:
        del os.environ["GIT_SSH_COMMAND"]
        _end(process)


def _ssh(place: Path) -> list[str]:
    settings = (
        "IdentitiesOnly=yes",
        "StrictHostKeyChecking=yes",
        "BatchMode=yes",
        f'UserKnownHostsFile="{place / "known_hosts"}"',
    )
    options = [word for each in settings for word in ("-o", each)]
    return ["ssh", "-F", "/dev/null", "-i", str(place / "key"), *options]


def _start_sshd(sshd: str, place: Path) -> tuple[subprocess.Popen[bytes], int]:
    """Start it on a port that is free; somebody else may be quicker, so it is tried again."""
    said = b""
    for _ in range(5):
        port = _free_port()
        settings = _SSHD.format(
            host=_HOST, port=port, folder=place, home=place / "home", mark=_mark('{}="{}"')
        )
        (place / "sshd_config").write_text(settings)
        argv = [sshd, "-D", "-e", "-f", str(place / "sshd_config")]
        process = subprocess.Popen(argv, stderr=subprocess.PIPE, env=_bare_environment())
        assert process.stderr is not None
        said = process.stderr.readline()
        if said.startswith(b"Server listening"):
            # What it says later is about each client: nobody reads it, so nobody may wait.
            process.stderr.close()
            return process, port
        said += process.stderr.read()
        _end(process)
    raise AssertionError(f"sshd does not start: {said.decode(errors='replace')}")


@contextmanager
def _by_http(bare: Path, place: Path, host: str) -> Iterator[str]:
    lighttpd = _program("lighttpd", "lighttpd")
    answer = subprocess.run(["git", "--exec-path"], capture_output=True, text=True, check=True)
    backend = Path(answer.stdout.strip()) / "git-http-backend"
    if not backend.exists():
        pytest.skip(f"there is no {backend}")
    subprocess.run(["git", "config", "http.receivepack", "true"], cwd=bare, check=True)
    with socket.create_server((host, 0), backlog=64) as listening:
        port = listening.getsockname()[1]
        mark = _mark('"{}" => "{}"')
        settings = _LIGHTTPD.format(
            root=bare.parent, port=port, folder=place, backend=backend, mark=mark
        )
        (place / "lighttpd.conf").write_text(settings)
        argv = [lighttpd, "-D", "-f", str(place / "lighttpd.conf")]
        process = subprocess.Popen(
            argv, stdin=listening.fileno(), stderr=subprocess.DEVNULL, env=_bare_environment()
        )
    try:
        yield f"http://{host}:{port}/{quote(bare.name)}"
    finally:
        _end(process)


def _program(name: str, package: str) -> str:
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    if found is None:
        pytest.skip(f"{name} is not installed (Debian: {package})")
    return found


def _bare_environment() -> dict[str, str]:
    """Return what a service manager leaves of an environment, and the mark of our tests."""
    kept = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
    return {**kept, MARK: os.environ[MARK]} if MARK in os.environ else kept


def _mark(form: str) -> str:
    return form.format(MARK, os.environ.get(MARK, ""))


def _free_port() -> int:
    with socket.create_server((_HOST, 0)) as found:
        return int(found.getsockname()[1])


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a server, and whatever it runs for a client."""
    family = psutil.Process(process.pid).children(recursive=True)  # a dead one's are none
    process.terminate()
    process.wait(_PATIENCE)
    for each in family:
        if each.is_running():
            each.terminate()
    psutil.wait_procs(family, timeout=_PATIENCE)
