"""A server is furnished, and left as it was: what lay there runs on, and comes back."""

from __future__ import annotations

import json
import time

import pytest

from gitgt.errors import NotFoundError, RefusedError
from gitgt.git.githooks import SERVER, installed
from gitgt.git.repository import Repository
from gitgt.services.server import furnishing
from gitgt.services.server.furnishing import Wanted
from tests.support.checkout import Checkout
from tests.support.commandline import gt
from tests.support.hub import everything
from tests.support.outputs import validator
from tests.support.town import TESS

SAYS = '#!/bin/sh\necho "{0} $(cat | wc -l)"\n'


@pytest.fixture
def bare(rig, tmp_path):
    made = Checkout(tmp_path / "a shop.git")
    rig.git("clone", "-q", "--bare", str(rig.path), str(made.path))
    rig.git("remote", "add", "origin", str(made.path))
    return made


def hook(folder, name, text, mode=0o755):
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text)
    (folder / name).chmod(mode)


def install(bare, **wanted):
    return furnishing.install(bare.path, Wanted(**wanted), TESS, time.time)


def said(checkout):
    """What the server says to a push of something new."""
    checkout.commit("prices.txt", str(time.monotonic_ns()))
    done = checkout.attempt("push", "origin", "HEAD")
    rows = [row for row in done.stderr.splitlines() if row.startswith("remote: ")]
    return done.returncode, [row.removeprefix("remote: ").rstrip() for row in rows]


def states(bare):
    return [str(each.state) for each in installed(Repository(bare.path), SERVER)]


def test_what_was_there_runs_on_and_comes_back_byte_for_byte(bare, rig):
    hook(bare.path / "hooks", "pre-receive", SAYS.format("theirs"), 0o711)
    hook(bare.path / "hooks", "post-receive", SAYS.format("after"))
    hook(bare.path / "hooks", "update", "#!/bin/sh\n[ $1 != refs/heads/no ]\n")
    bare.git("config", "receive.denyDeletes", "true")
    before = everything(bare.path)

    assert install(bare)[1]
    assert states(bare) == ["chained", "chained"]
    assert said(rig) == (0, ["theirs 1", "after 1"])
    assert not install(bare)[1]

    hook(bare.path / "gt-chained", "pre-receive", "#!/bin/sh\nexit 1\n")
    assert said(rig)[0] == 1
    hook(bare.path / "gt-chained", "pre-receive", SAYS.format("theirs"), 0o711)

    assert furnishing.uninstall(bare.path)
    after = everything(bare.path)
    assert after.pop("refs/heads/main") == (
        0o644,
        f"{rig.git('rev-parse', 'HEAD~')}\n".encode(),
    )
    assert after == before
    assert sorted(path.name for path in bare.path.glob("gt*")) == []
    assert not furnishing.uninstall(bare.path)


def test_what_somebody_made_of_a_hook_of_ours_is_kept_beside_it(bare):
    install(bare)
    ours = bare.path / "hooks" / "pre-receive"
    changed = f"{ours.read_text()}echo theirs\n"
    ours.write_text(changed)
    assert install(bare)[1]
    assert states(bare) == ["ours", "ours"]
    assert furnishing.edited(bare.path)[0].read_text() == changed

    ours.write_text(f"{changed}echo again\n")
    done = gt("server", "uninstall", str(bare.path), cwd=bare.path)
    kept = ours.with_name("pre-receive.edited")
    assert f"what somebody made of a hook of ours is kept in {kept}\n" in done.stderr
    assert kept.read_text() == f"{changed}echo again\n"
    assert not ours.exists()


def test_a_folder_of_hooks_elsewhere_goes_on_working(bare, rig, tmp_path):
    hook(tmp_path / "hooks of all", "pre-receive", SAYS.format("theirs"))
    hook(tmp_path / "hooks of all", "update", "#!/bin/sh\necho updated\n")
    bare.git("config", "core.hooksPath", str(tmp_path / "hooks of all"))
    before = everything(bare.path)

    install(bare)
    assert states(bare) == ["chained", "ours"]
    assert said(rig) == (0, ["theirs 1", "updated"])

    furnishing.uninstall(bare.path)
    after = everything(bare.path)
    del after["refs/heads/main"]
    assert after == before


def test_that_what_the_hooks_start_is_gone_is_told(bare):
    assert install(bare)[0].runs
    (bare.path / "gt" / "command").write_text("#!/bin/sh\nexec /nowhere/python\n")
    assert not furnishing.standing(bare.path).runs
    told = gt("server", "status", str(bare.path), cwd=bare.path).stdout
    assert "cannot be started: git gt server install mends it" in told
    assert install(bare)[0].runs


def test_rules_are_kept_until_they_are_named_again(bare):
    install(bare, protected=["main", "release/*"], largest=9)
    found, changed = install(bare, closed=["main"])
    assert changed
    assert found.rules.fields() == {
        "ledger": "beads", "protected": ["main", "release/*"], "closed": ["main"],
        "largest": 9, "signatures": "none", "town": "", "refinery": False,
    }  # fmt: skip
    (bare.path / "hooks" / "pre-receive").unlink()
    assert install(bare)[1]
    assert states(bare) == ["ours", "ours"]


def test_only_what_others_push_to_is_a_server(bare, rig, town):
    with pytest.raises(RefusedError, match="is somebody's checkout"):
        install(rig)
    with pytest.raises(RefusedError, match="is a rig's own repository"):
        install(town.repo(town.rig()))
    with pytest.raises(NotFoundError, match="is not a git repository"):
        furnishing.uninstall(bare.path.parent)
    with pytest.raises(NotFoundError, match="is no branch's name"):
        install(bare, protected=["a..b"])
    with pytest.raises(RefusedError, match="is the ledger"):
        install(bare, closed=["*"])
    with pytest.raises(NotFoundError, match="there is no town at"):
        install(bare, town=bare.path.parent / "nowhere")


def test_every_answer_keeps_its_schema(bare, tmp_path):
    name = bare.path.name
    for words, schema in (
        (("status",), "server"), (("install", "--closed", "main"), "server"),
        (("status",), "server"), (("uninstall",), "changed"),
    ):  # fmt: skip
        done = gt("server", words[0], name, *words[1:], "--json", cwd=tmp_path)
        assert (done.code, done.stderr) == (0, "")
        validator(schema).validate(json.loads(done.stdout))
