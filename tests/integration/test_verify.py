"""What a push brings is judged by the rules that judge a desk, through git alone."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from gitgt.errors import CannotJudgeError
from gitgt.git.command import git
from gitgt.ledger.join import join
from gitgt.model.push.policy import Policy, Signatures
from gitgt.services.verify.judging import judge
from tests.support.checkout import Checkout
from tests.support.pushed import ADA, LEDGER, TOAST, Pusher, path_of
from tests.support.replicas import Store, bead

LIME, PLUM = "gt-lime1", "gt-plum1"
EVERY = """\
items/a/b/gt-abc12.yaml:1: title: 1 is a number, not text; quote it [schema]
  hint: title: "1"
items/a/b/gt-abc12.yaml:2: status: 'opne' is not one of open, hooked, in_progress, blocked, \
deferred, pinned, closed, tombstone; did you mean open? [schema]
items/a/b/gt-es-abc12.yaml:1: severity: is missing [schema]
items/l/i/gt-lime1.yaml:4: gt-lime1: a bead needs assignee to become in_progress [content]
  hint: assignee: RIG/polecats/NAME
items/p/l/gt-plum1.yaml: gt-plum1 is deleted, and what it says with it [content]
  hint: set status: closed instead
items/x/y/gt-abc13.yaml:1: id: gt-abc13 belongs in items/a/b/gt-abc13.yaml [schema]
  hint: git mv items/x/y/gt-abc13.yaml items/a/b/gt-abc13.yaml
ledger.yaml: what the ledger says about itself is not edited by hand [content]"""
NOT_YOURS = """\
items/a/b/gt-wv-abc12.yaml:1: gt-wv-abc12: a waiver is not for an agent to write [not-yours]
  hint: commit with the line: Escalate: HIGH why
items/l/i/gt-lime1.yaml:4: gt-lime1 closes when its work has landed; an agent's word is not \
enough [not-yours]
  hint: git gt done; if nothing needed doing: outcome: no-changes"""
ODD = r"""z\ttab: the name of this file holds a control character [file]
  hint: git mv it to one without
z link: a symbolic link has no place in a ledger [file]
  hint: git rm --cached z link
z vendor: a submodule has no place in a ledger [file]
  hint: git rm --cached z vendor
z\udcff.md: the name of this file is not UTF-8 [file]
  hint: git mv it to one that is"""


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return Store(tmp_path_factory.mktemp("ledgers") / "a store.git")


@pytest.fixture(scope="module")
def begun(store):
    """A ledger with two beads."""
    return store.clone("ada").write(bead(LIME), bead(PLUM))


@pytest.fixture
def ada(store, begun):
    return Pusher(store, begun)


def told(store, old, new, **policy):
    """Return what is wrong, as people read it."""
    found = judge(store.repository, LEDGER, old, new, policy=Policy(**policy))
    return [each.text for each in found]


def by(commit, found):
    """Return what was found, less the name of the commit that must be blamed for all of it."""
    assert all(f"] (in {commit[:12]})" in each for each in found)
    return "\n".join(each.replace(f" (in {commit[:12]})", "") for each in found)


def edited(who, name, old, new):
    return {path_of(name): who.text(path_of(name)).replace(old, new)}


def test_what_keeps_the_rules_is_nobodys_business(store, begun, ada):
    ada.commit(edited(ada, LIME, "status: open", "status: closed"))
    ada.commit({path_of("gt-abc12"): "title: By hand\n", "notes.md": "# Notes\n"})

    assert told(store, begun, ada.head) == []
    assert told(store, None, ada.head) == []
    assert told(store, begun, begun) == []


def test_every_rule_is_told_with_file_and_line(store, begun, ada):
    bad = ada.commit(
        {
            **edited(ada, LIME, "status: open", "status: in_progress"),
            path_of(PLUM): None,
            path_of("gt-abc12"): "title: 1\nstatus: opne\n",
            path_of("gt-es-abc12"): "type: escalation\ntitle: Help\n",
            "items/x/y/gt-abc13.yaml": "title: Elsewhere\n",
            "ledger.yaml": ada.text("ledger.yaml") + "# mine\n",
        },
        "All at once",
    )

    assert by(bad, told(store, begun, bad)) == EVERY


def test_an_agent_may_not_do_what_is_for_people(store, begun, ada):
    hooked = "status: hooked\nassignee: shop/polecats/toast"
    held = ada.commit(edited(ada, LIME, "status: open", hooked))
    waiver = "type: waiver\ntitle: All is green\ntarget: main\n"
    bad = ada.commit(
        {
            **edited(ada, LIME, "status: hooked", "status: closed"),
            path_of("gt-wv-abc12"): waiver,
        },
        "I am done",
        TOAST,
    )

    assert by(bad, told(store, held, bad)) == NOT_YOURS


def test_a_ledger_is_never_forced_nor_deleted(store, begun, ada):
    apart = Pusher(store, begun).commit({"notes.md": "Mine\n"})
    ada.commit({"notes.md": "Hers\n"})
    forced = "beads is the ledger: it is merged, never forced [history]"

    assert told(store, apart, ada.head) == [
        f"{forced}\n  hint: git gt sync, or git fetch and git merge"
    ]
    assert told(store, begun, None) == [
        "beads is the ledger: deleting it loses all beads [history]"
    ]


def test_another_beginning_is_no_ledger(store, begun, ada):
    root = Pusher(store)
    root.head = ""
    root.commit({"ledger.yaml": ada.text("ledger.yaml")}, "A ledger of my own")
    said = (
        f"beads has another beginning than every ledger has [history] (in {root.head[:12]})\n"
        "  hint: begin a ledger with git gt install or git gt rig add"
    )
    merged = ada.commit({"notes.md": "Both\n"}, "Merge", ADA, root.head)

    assert told(store, None, root.head) == [said]
    assert told(store, begun, merged) == [said]


def test_a_ledger_of_another_project_is_refused(store, begun, ada, tmp_path):
    yaml = ada.text("ledger.yaml")
    first = ada.commit({"ledger.yaml": yaml.replace("1" * 40, "2" * 40)}, "Taken over")
    ada.commit({"ledger.yaml": yaml}, "And given back")
    gone = Pusher(store, begun).commit({"ledger.yaml": None})

    assert told(store, begun, ada.head) == [
        (
            f"ledger.yaml: project: this is the ledger of {'1' * 40}, not of {'2' * 40} "
            f"[foreign-ledger] (in {first[:12]})\n"
            "  hint: push it to the repository of its own project"
        )
    ]
    assert told(store, begun, gone) == [
        (
            f"ledger.yaml: {gone[:12]} is no ledger: it has no ledger.yaml [foreign-ledger] "
            f"(in {gone[:12]})\n"
            "  hint: if the project has a branch of that name, choose another with --ledger"
        )
    ]


def test_what_is_too_large_is_not_even_read(store, begun, ada):
    big = ada.commit({path_of("gt-abc12"): b"x" * 3000, "notes.md": "short"})
    ada.commit({path_of("gt-abc12"): None}, "Away with it")

    assert told(store, begun, ada.head, most=2000) == [
        (
            "items/a/b/gt-abc12.yaml: 3000 bytes are too many for one file [size] "
            f"(in {big[:12]})\n"
            "  hint: 2000 are allowed; keep long texts in the project"
        )
    ]


def test_links_and_names_that_nobody_can_read_are_no_files_of_a_ledger(store, begun, ada):
    git = store.repository
    blob = bytes.fromhex(git.write_blob(b"ledger.yaml"))
    odd = b"".join(
        b"%s\0%s" % (name, blob)
        for name in (b"100644 z\ttab", b"120000 z link", b"160000 z vendor", b"100644 z\xff.md")
    )
    tree = git.write_raw_tree(git.raw(git.tree_of(begun)) + odd)
    bad = git.write_commit(tree, (begun,), "Odd things\n", ADA)

    assert by(bad, told(store, begun, bad)) == ODD


def test_a_merge_of_many_is_no_way_to_take_back_what_nobody_may(store, begun, ada):
    closed = edited(ada, LIME, "status: open", "status: closed\noutcome: success")
    done = ada.commit(closed)
    apart = [Pusher(store, begun).commit({f"{n}.md": "Mine\n"}) for n in (1, 2)]
    before = store.repository.read(begun, path_of(LIME)).decode()
    good = Pusher(store, done).commit({"1.md": "Mine\n", "2.md": "Mine\n"}, "All", ADA, *apart)
    bad = Pusher(store, done).commit({path_of(LIME): before}, "All", TOAST, *apart)

    assert told(store, done, good) == []
    assert by(bad, told(store, done, bad)) == (
        f"{path_of(LIME)}:4: {LIME}: only a coordinator or person or town may reopen a bead "
        "(closed to open) [not-yours]\n  hint: from closed one can: reopen (open)"
    )


def test_a_merge_goes_on_from_where_a_bead_ended(store, begun, ada):
    hooked = "status: hooked\nassignee: shop/polecats/toast"
    apart = Pusher(store, begun).commit({"1.md": "Mine\n"})
    taken = edited(ada, LIME, "status: open", hooked)
    done = ada.commit(edited(ada, LIME, "status: open", "status: closed\noutcome: success"))
    bad = ada.commit({**taken, "1.md": "Mine\n"}, "Merge", TOAST, apart)

    assert by(bad, told(store, done, bad)).splitlines()[0] == (
        f"{path_of(LIME)}:4: {LIME}: a bead that is closed cannot become hooked [transition]"
    )


def test_beads_that_wait_for_each_other_are_refused(store, begun, ada):
    def waits(name, on):
        edge = f"dependencies:\n  - type: blocks\n    on: {on}"
        return edited(ada, name, "status: open", f"status: open\n{edge}")

    one = ada.commit(waits(LIME, PLUM))
    two = ada.commit(waits(PLUM, LIME))

    assert told(store, begun, one) == []
    assert by(two, told(store, one, two)) == (
        f"{path_of(PLUM)}:7: blocks: nothing may wait for itself: "
        f"{PLUM} -> {LIME} -> {PLUM} [circle]\n  hint: take {LIME} out of {PLUM} again"
    )


def test_a_history_that_is_cut_off_is_never_called_good(store, begun, ada, tmp_path):
    ada.commit({"notes.md": "One\n"})
    with pytest.raises(CannotJudgeError) as caught:
        told(store, "1" * 40, ada.head)
    assert caught.value.message == (
        f"the history between {'1' * 12} and {ada.head[:12]} is not here, so only the files "
        "were judged as they are, not who did what to them"
    )
    assert (caught.value.hint, caught.value.exit_code) == ("git fetch --unshallow", 75)

    ada.commit({path_of("gt-abc12"): "title: 1\n"})
    assert told(store, "1" * 40, ada.head) == [
        (
            f"{path_of('gt-abc12')}:1: title: 1 is a number, not text; quote it [schema]\n"
            '  hint: title: "1"'
        )
    ]


@pytest.mark.skipif(not shutil.which("ssh-keygen"), reason="ssh-keygen is not installed")
def test_a_signature_counts_if_the_repositorys_git_trusts_it(store, begun, tmp_path):
    keys = {}
    for name in ("ada", "eve"):
        keys[name] = tmp_path / name
        words = ("-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(keys[name]))
        subprocess.run(["ssh-keygen", *words], check=True)
    allowed = tmp_path / "allowed signers"
    allowed.write_text(f"ada@example.com {keys['ada'].with_suffix('.pub').read_text()}")
    here = Checkout(store.repository.common)
    here.git("config", "gpg.ssh.allowedSignersFile", str(allowed))
    tree = here.git("rev-parse", f"{begun}^{{tree}}")

    def signed(parent, name, *words):
        with_key = ("-c", "gpg.format=ssh", "-c", f"user.signingKey={keys[name]}.pub")
        return here.git(*with_key, "commit-tree", "-p", parent, "-m", name, *words, tree)

    good = signed(begun, "ada", "-S")
    stranger = signed(good, "eve", "-S")
    altered = here.git("cat-file", "commit", good).replace("\n\nada", "\n\nAda")
    argv = ("hash-object", "-t", "commit", "-w", "--stdin")
    forged = here.git(*argv, stdin=f"{altered}\n")

    def why(old, new):
        found = told(store, old, new, signatures=Signatures.ALL)
        return [each.partition(" [")[0] for each in found]

    assert why(begun, good) == []
    assert why(good, stranger) == [
        "the commit of Tess Ter is signed by nobody who is known here"
    ]
    assert why(begun, forged) == ["the commit of Tess Ter has a bad signature"]


def test_a_commit_without_the_signature_that_is_asked_for(store, begun, ada):
    by_hand = ada.commit({"notes.md": "One\n"})
    ours = ada.commit({"notes.md": "Two\n"}, "Tidy", TOAST)

    def lack(name, commit):
        return (
            f"the commit of {name} is not signed [signature] (in {commit[:12]})\n"
            "  hint: git config commit.gpgSign true, and a key that the server knows"
        )

    assert told(store, begun, ours, signatures=Signatures.PEOPLE) == [lack("Ada", by_hand)]
    assert told(store, begun, ours, signatures=Signatures.ALL) == [
        lack("Ada", by_hand),
        lack("shop/polecats/toast", ours),
    ]


def made(store, parent, head, message="Hostile\n", tree=""):
    """Write a commit as no git would: *head* are the lines after the parents."""
    tree = tree or store.repository.tree_of(parent)
    parents = "".join(f"parent {each}\n" for each in parent.split())
    content = f"tree {tree}\n{parents}{head}\n\n{message}".encode(errors="surrogateescape")
    argv = ("hash-object", "-t", "commit", "-w", "--stdin", "--literally")
    return git(*argv, cwd=store.repository.common, stdin=content).decode().strip()


WHEN = "1795357800 +0000"
ODD_HEADS = {
    "a mark of ours in a name": "author A\x01B <a@b> {0}\ncommitter \x01 <c\x01@d> {0}",
    "no UTF-8": "author \udcff\udcfe <\udcff> {0}\ncommitter \udcff <\udcff> {0}",
    "an encoding that nobody knows": "author A <a@b> {0}\ncommitter A <a@b> {0}\nencoding x-y",
}
BAD_HEADS = {
    "a date after all days": "author A <a@b> {0}\ncommitter A <a@b> 99999999999999999 +0000",
    "a date that is none": "author A <a@b> now\ncommitter A <a@b>",
    "nobody": "author \ncommitter ",
    "two of them": "author A <a@b> {0}\nauthor A <a@b> {0}\ncommitter A <a@b> {0}",
}


@pytest.mark.parametrize("head", ODD_HEADS.values(), ids=ODD_HEADS)
def test_an_odd_commit_is_judged_all_the_same(store, begun, ada, head):
    clock = f"Gt-Clock: {'9' * 5000}\nGt-Clock: \x01{'1' * 40}\n"
    odd = made(store, begun, head.format(WHEN), f"Odd\n\n{clock}")
    ada.commit({"notes.md": "One\n"})
    tree = store.repository.tree_of(ada.head)
    plain = f"author A <a@b> {WHEN}\ncommitter A <a@b> {WHEN}"
    odd = made(store, f"{odd} {ada.head}", plain, tree=tree)
    bad = Pusher(store, odd).commit({path_of("gt-abc12"): "title: 1\n"})

    assert by(bad, told(store, begun, bad)) == (
        f"{path_of('gt-abc12')}:1: title: 1 is a number, not text; quote it [schema]\n"
        '  hint: title: "1"'
    )


@pytest.mark.parametrize("head", BAD_HEADS.values(), ids=BAD_HEADS)
def test_a_commit_that_no_git_would_make_is_refused(store, begun, head):
    bad = made(store, begun, head.format(WHEN))

    assert by(bad, told(store, begun, bad)) == (
        "it does not say who made it and when, as git writes it [commit]\n"
        "  hint: git commit --amend --reset-author"
    )


def test_a_files_name_that_looks_like_gits_answer_is_a_name(store, begun, ada):
    repository = store.repository
    name = f"z\u2028:100644 100644 {'1' * 40} {'2' * 40} M\t{path_of(LIME)}\u2028"
    apart = Pusher(store, begun)
    apart.commit({"notes.md": "One\n"})
    ada.commit({name.replace("/", "\u2215"): "x\n"})
    both = join(repository, ada.head, apart.head).commit
    last = Pusher(store, both).commit({"more.md": "x\n"})

    assert by(ada.head, told(store, begun, last)).endswith(
        ": the name of this file holds a control character [file]\n"
        "  hint: git mv it to one without"
    )
