"""The words of a jail."""

from __future__ import annotations

from pathlib import Path

from gitgt.runtime import jail
from gitgt.runtime.jail import How, Inmate, Jail, Mount

TOAST = Inmate(
    hidden=(Path("/h"), Path("/run"), Path("/tmp")),
    shown=(Path("/h/tess/.local/bin"),),
    town=Path("/h/tess/gt"),
    worktree=Path("/h/tess/gt/shop/polecats/toast"),
    git_dir=Path("/h/tess/gt/shop/.repo.git/worktrees/toast"),
    repositories=(Path("/h/tess/gt/shop/.repo.git"),),
    folder=Path("/h/tess/gt/shop/.repo.git/gt/sessions/toast/s1"),
    writable=(Path("/h/tess/.claude"),),
)


def test_without_a_jail_the_words_are_what_they_were():
    assert jail.wrap(["sh", "-c", "true"], None) == ("sh", "-c", "true")


def test_a_jail_is_a_prefix():
    locked = Jail((Mount(How.EMPTY, Path("/tmp")), Mount(How.WRITABLE, Path("/tmp/a b"))))
    assert jail.wrap(["claude", "do it"], locked) == (
        *("bwrap", "--unshare-user", "--unshare-ipc", "--unshare-uts", "--cap-drop", "ALL"),
        *("--ro-bind", "/", "/", "--dev", "/dev", "--bind", "/proc", "/proc"),
        *("--tmpfs", "/tmp", "--bind-try", "/tmp/a b", "/tmp/a b"),
        *("--setenv", "GT_JAIL", "1", "--", "claude", "do it"),
    )


def test_it_has_a_network_unless_somebody_says_so():
    assert "--unshare-net" not in jail.wrap(["true"], jail.jail(TOAST))
    assert "--unshare-net" in jail.wrap(["true"], jail.jail(TOAST, network=False))


def test_what_is_mounted_later_is_what_counts():
    """Hidden before shown, a repository before what nobody may write in it, one's own last."""
    mounts = [(each.how.name, str(each.path)) for each in jail.jail(TOAST).mounts]
    hidden = [path for how, path in mounts if how == "EMPTY"]
    repository = "/h/tess/gt/shop/.repo.git"
    assert hidden == ["/h", "/run", "/tmp"]
    order = [
        ("EMPTY", "/h"),
        ("SHOWN", "/h/tess/.local/bin"),
        ("SHOWN", "/h/tess/gt"),
        ("WRITABLE", repository),
        ("SHOWN", f"{repository}/config"),
        ("SHOWN", f"{repository}/hooks"),
        ("SHOWN", f"{repository}/worktrees"),
        ("SHOWN", f"{repository}/gt/sessions"),
        ("WRITABLE", "/h/tess/gt/shop/polecats/toast"),
        ("WRITABLE", f"{repository}/worktrees/toast"),
        ("WRITABLE", f"{repository}/gt/sessions/toast/s1"),
        ("WRITABLE", "/h/tess/.claude"),
    ]
    assert [each for each in mounts if each in order] == order


def test_a_program_that_is_not_there_is_why_there_is_no_jail():
    assert jail.problem("no-such-program") == "no-such-program is not there"


def test_a_program_that_refuses_says_why(tmp_path):
    refuses = tmp_path / "bwrap"
    refuses.write_text(
        "#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n"
    )
    refuses.chmod(0o755)
    assert jail.problem(str(refuses)) == "bwrap: No permissions to create new namespace"
