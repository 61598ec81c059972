"""Judged through git alone, the same is found as by the watcher, which reads with libgit2."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitgt.ledger import lawful
from gitgt.services.verify.judging import judge
from tests.support.pushed import ADA, LEDGER, TOAST, Pusher, path_of
from tests.support.replicas import Store, bead

NAMES = [f"gt-abc1{n}" for n in range(4)]
few = settings(max_examples=max(4, settings.default.max_examples // 8))


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return Store(tmp_path_factory.mktemp("ledgers") / "a store.git")


@pytest.fixture(scope="module")
def begun(store):
    return store.clone("ada").write(*(bead(name) for name in NAMES))


def spoiled(store, head, lots):
    """Let somebody, past all hooks, do what they may or may not."""
    who = Pusher(store, head)
    path = path_of(lots.choice(NAMES))
    edits = {
        "gone": None,
        "nonsense": "title: [\n",
        "closed": who.text(path).replace("status: open", "status: closed"),
        "begun": who.text(path).replace("status: open", "status: in_progress"),
        "renamed": who.text(path).replace("title: ", "title: New "),
        "aged": who.text(path).replace("2026-", "2025-"),
    }
    kind = lots.choice(sorted(edits))
    return who.commit({path: edits[kind]}, kind, lots.choice((ADA, TOAST)))


@few
@given(st.integers(0, 10**6))
def test_a_server_refuses_what_a_watcher_puts_back_or_reports(store, begun, seed):
    lots = random.Random(seed)
    tips = [store.clone(name, begun, seed=seed).work(NAMES, 4) for name in ("ada", "bob")]
    if lots.random() < 0.7:
        tips[0] = spoiled(store, tips[0], lots)
    head = store.joined(*tips)
    if lots.random() < 0.5:
        head = spoiled(store, head, lots)

    found = lawful.look(store.repository, begun, head)
    wrong = {(each.path, each.commit, each.rule) for each in (*found.wrongs, *found.unread)}
    judged = judge(store.repository, LEDGER, begun, head)
    assert {(each.path, each.commit, each.rule) for each in judged} == wrong
