"""Whatever hooks and settings a repository has: uninstalled, all is as it was."""

from __future__ import annotations

import itertools

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gitgt.git import chained, githooks
from gitgt.git.githooks import HOOKS
from gitgt.git.repository import Repository
from tests.support.checkout import Checkout
from tests.support.hub import everything

_NAMES = st.sampled_from([*HOOKS, "post-applypatch", "pre-commit.legacy", "lib.sh"])
_CONTENTS = st.binary(max_size=40) | st.just(b"#!/bin/sh\nexit 0\n")
_FILES = st.tuples(_CONTENTS, st.sampled_from([0o755, 0o644, 0o700, 0o555]))
_LINKS = st.sampled_from(["../../scripts/check", "/nowhere", "lib.sh"])
_FOLDERS = st.sampled_from([None, "hooks of mine", ".husky/_", "/nowhere/at all", "a'b\n"])
_COUNT = itertools.count()


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(_NAMES, _FILES | _LINKS, max_size=6), _FOLDERS, st.booleans())
def test_uninstalled_all_is_as_it_was(tmp_path, hooks, folder, twice):
    rig = Checkout.init(tmp_path / str(next(_COUNT)))
    repository = Repository.at(rig.path)
    for name, what in hooks.items():
        path = repository.common / "hooks" / name
        if isinstance(what, str):
            path.symlink_to(what)
        else:
            path.write_bytes(what[0])
            path.chmod(what[1])
    if folder is not None:
        rig.git("config", "core.hooksPath", folder)
    before = everything(repository.common)

    githooks.install(repository)
    if twice:
        assert not githooks.install(repository)
    assert {each.state for each in githooks.installed(repository)} <= {"ours", "chained"}
    githooks.uninstall(repository)

    assert everything(repository.common) == before
    assert repository.ref(chained.REF) is None
