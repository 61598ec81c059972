"""A remote that goes back, is full, wants nobody, or says nothing: told, and nothing lost."""

from __future__ import annotations

import http.server
import json
import socket
import threading

import pytest

from gitgt.errors import RefusedError
from gitgt.git.remote import UnreachableError
from gitgt.ledger import genesis
from gitgt.services import beads, claims, work_sharing
from gitgt.services.beads import Update
from tests.support.clones import Place, hub
from tests.support.commandline import gt
from tests.support.little_room import fill, on_a_disk_of
from tests.support.outputs import validator
from tests.support.town import TESS

_DECLINES = "#!/bin/sh\necho 'no beads here, please: ask Ada'\nexit 1\n"


@pytest.fixture
def hubs(tmp_path):
    return hub(tmp_path)


@pytest.fixture
def here(tmp_path, hubs):
    place = Place(tmp_path / "here", str(hubs.path))
    place.sync()
    yield place
    place.builder.close()


def told(place, *words, **env):
    done = gt("sync", *words, cwd=place.town.root, env=env)
    return done.code, done.stdout + done.stderr


def claim(place, bead):
    return beads.update(place.town, bead.id, TESS, Update({}, claimed_by=TESS.address))


def test_a_ledger_that_went_back_gets_again_what_it_had(tmp_path, hubs, here):
    old = here.head
    bead = here.builder.bead(here.rig, "One")
    here.sync()
    hubs.git("update-ref", "refs/heads/beads", old)
    lost = "  origin had lost 1 commit that it once had; here they are, and"
    assert told(here, "--dry-run")[1] == (
        f"shop: 1 commit would be sent\n{lost} go there again\n"
    )
    assert told(here) == (0, "shop: 1 commit sent\n")  # it was told
    assert hubs.git("rev-parse", "beads") == here.head
    hubs.git("update-ref", "-d", "refs/heads/beads")
    done = json.loads(gt("sync", "--json", cwd=here.town.root).stdout)
    validator("synced").validate(done)
    assert done[0]["rewound"] == done[0]["sent"] > 2
    assert hubs.git("rev-parse", "beads") == here.head

    # What was only fetched, and is nowhere else any more.
    there = Place(tmp_path / "there", str(hubs.path))
    their = there.builder.bead(there.rig, "Theirs")
    there.sync()
    there.builder.close()
    here.repo.git("fetch", "-q", "origin")
    hubs.git("update-ref", "refs/heads/beads", old)
    claim(here, bead)
    assert here.builder.now(their).title == "Theirs"
    assert hubs.git("rev-parse", "beads") == here.head
    assert told(here) == (0, "shop: nothing new here or at origin\n")


def test_a_server_that_does_not_want_it_says_why_and_all_of_it_waits_here(hubs, here):
    bead = here.builder.bead(here.rig, "One")
    guard = hubs.path / "hooks" / "pre-receive"
    guard.write_text(_DECLINES)
    guard.chmod(0o755)
    head = here.head
    code, said = told(here)
    assert code == 1
    assert said == (
        "gt: origin does not take beads: [remote rejected] (pre-receive hook declined); "
        "remote: no beads here, please: ask Ada        \n"
        "hint: ask who runs it; what was written is in this clone\n"
    )
    with pytest.raises(RefusedError, match="does not take beads"):
        claim(here, bead)  # nobody has it: the remote settles that, and it said no
    assert here.head == head
    guard.unlink()
    assert told(here)[0] == 0


def test_a_full_server_is_one_that_does_not_answer(tmp_path):
    def story():
        hubs = hub(tmp_path / "disk")
        place = Place(tmp_path / "here", str(hubs.path))
        place.sync()
        bead = place.builder.bead(place.rig, "One", description="long\n" * 9999)
        room = fill(tmp_path / "disk")
        with pytest.raises(UnreachableError, match="origin has trouble of its own") as error:
            place.sync()
        assert "nothing is lost" in error.value.hint
        claim(place, bead)
        assert claims.is_provisional(place.town, place.rig)
        room.unlink()
        assert place.sync().sent == 2
        place.builder.close()

    on_a_disk_of(4, tmp_path / "disk", story)


class _NotLetIn(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="shop"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *said):
        """Say nothing."""


def test_who_is_not_let_in_is_told_and_no_password_is(hubs, here):
    bead = here.builder.bead(here.rig, "One")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _NotLetIn)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    where = f"127.0.0.1:{server.server_address[1]}/shop.git"
    try:
        here.repo.git("config", "remote.origin.url", f"http://tess:secret@{where}")
        code, said = told(here)
        claim(here, bead)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    repo = here.rig.repository_path
    assert code == 1
    assert said == (
        f"gt: origin (http://tess@{where}) does not let us in: "
        f"Authentication failed for 'http://{where}/'\n"
        f"hint: nothing is lost; log in, until this answers: git -C '{repo}' fetch origin; "
        "then git gt sync\n"
    )
    assert claims.is_provisional(here.town, here.rig)
    here.repo.git("config", "remote.origin.url", str(hubs.path))
    assert here.sync().sent == 2


def test_who_never_answers_is_waited_for_a_while(hubs, here):
    here.builder.bead(here.rig, "One")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        where = f"git://127.0.0.1:{silent.getsockname()[1]}/shop.git"
        here.repo.git("config", "remote.origin.url", where)
        code, said = told(here, GT_NETWORK_PATIENCE="0.3")
    assert code == 1
    assert said == (
        f"gt: origin ({where}) cannot be reached: no answer within 0.3 s\n"
        "hint: nothing is lost: what was written is in this clone; "
        "git gt sync when it is back\n"
    )
    here.repo.git("config", "remote.origin.url", str(hubs.path))
    assert here.sync().sent == 1


def test_at_anothers_ledger_nobody_claims_anything(hubs, here):
    bead = here.builder.bead(here.rig, "One")
    here.sync()
    repository = here.town.ledger_at(here.rig).repository
    other = genesis.begin(
        repository, "refs/heads/other", prefix=here.rig.prefix, project="2" * 40
    )
    here.repo.git("push", "-q", "--no-verify", "-f", str(hubs.path), f"{other}:beads")
    head = here.head
    with pytest.raises(RefusedError, match="is another ledger: its project is 22") as error:
        claim(here, bead)
    assert error.value.hint == "check the remote's address; nothing was taken in or sent"
    assert (here.head, hubs.git("rev-parse", "beads")) == (head, other)


def test_a_branch_in_work_that_is_deleted_there_stays_here(tmp_path, hubs, here):
    name = "polecat/toast/sh-abc12"
    hubs.git("branch", name, "main")
    work_sharing.exchange(here.town, here.rig)
    hubs.git("branch", "-q", "-D", name)
    work_sharing.exchange(here.town, here.rig)
    assert here.repo.git("rev-parse", f"origin/{name}") == here.repo.git("rev-parse", "main")
