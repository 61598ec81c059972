"""Repositories with a past: every shape of history that git allows and people have.

Each function makes one in an empty folder and returns it. They are made by git's own commands,
or, where those refuse, by its plumbing.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from tests.support.checkout import Checkout


def _empty(path: Path) -> Checkout:
    path.mkdir(parents=True, exist_ok=True)
    made = Checkout(path)
    made.git("init", "-q", "-b", "main")
    return made


def _all(repo: Checkout, message: str, *more: str) -> str:
    repo.git("add", "-A")
    repo.git("commit", "-q", "-m", message, *more)
    return repo.head


def _merge(repo: Checkout, *branches: str, message: str = "", strategy: str = "") -> str:
    how = ("-s", strategy) if strategy else ()
    repo.git(
        "merge",
        "-q",
        "--no-ff",
        *how,
        "-m",
        message or f"Merge {' '.join(branches)}",
        *branches,
    )
    return repo.head


def _resolve(repo: Checkout, branch: str, files: dict[str, str]) -> str:
    """Merge a branch that conflicts, and settle it with *files*."""
    assert repo.attempt("merge", "-q", "--no-ff", branch).returncode == 1
    for name, text in files.items():
        repo.write(name, text)
    return _all(repo, f"Merge {branch}, settled by hand")


def _lines(count: int, **changed: str) -> str:
    rows = {str(number): f"line {number}" for number in range(count)}
    rows |= {name.removeprefix("n"): text for name, text in changed.items()}
    return "".join(f"{text}\n" for text in rows.values())


def straight(path: Path) -> Checkout:
    """Ordinary commits: some on the same file, some apart."""
    repo = _empty(path)
    for number in range(6):
        repo.write("shared.txt", _lines(number + 1))
        repo.commit(f"own/{number}.txt", message=f"Write number {number}")
        if number % 2:
            repo.git("add", "-A")
            repo.git("commit", "-q", "-m", f"Also the shared one, {number}")
    return repo


def merged(path: Path) -> Checkout:
    """Branches that merge by themselves, one after the other and one into the other."""
    repo = _empty(path)
    repo.commit("text", _lines(30))
    for name, at in (("one", 3), ("two", 25)):
        repo.git("switch", "-q", "-c", name, "main")
        repo.commit("text", _lines(30, **{f"n{at}": name}), message=f"Change line {at}")
        repo.commit(f"{name}.txt", message=f"Add {name}")
        repo.git("switch", "-q", "main")
    repo.commit("apart")
    _merge(repo, "one")
    _merge(repo, "two")
    repo.git("switch", "-q", "one")
    repo.commit("one.txt", "later\n", message="More of one")
    repo.git("merge", "-q", "-m", "Take main in", "main")
    repo.commit("one.txt", "last\n", message="The last of one")
    repo.git("switch", "-q", "main")
    repo.commit("apart", "more\n")
    _merge(repo, "one", message="Merge one again")
    return repo


def conflicting(path: Path) -> Checkout:
    """Merges that conflict in text, in delete against modify, in two additions."""
    repo = _empty(path)
    repo.write("doomed", "x\n")
    repo.write("text", _lines(5))
    _all(repo, "Begin")
    repo.git("switch", "-q", "-c", "side")
    repo.commit("text", _lines(5, n2="theirs"), message="Theirs")
    repo.commit("doomed", "changed\n", message="Change what is doomed")
    repo.commit("both", "theirs\n", message="Add it here")
    repo.git("switch", "-q", "main")
    repo.commit("unrelated")
    repo.commit("text", _lines(5, n2="ours"), message="Ours")
    repo.git("rm", "-q", "doomed")
    repo.git("commit", "-q", "-m", "Remove what is doomed")
    repo.commit("both", "ours\n", message="Add it there")
    _resolve(
        repo,
        "side",
        {"text": _lines(5, n2="both"), "doomed": "changed\n", "both": "ours theirs\n"},
    )
    repo.commit("text", _lines(6, n2="both"), message="Go on")
    return repo


def differing(path: Path) -> Checkout:
    """Merges without a conflict whose result is not what git makes of them."""
    repo = _empty(path)
    repo.commit("text", _lines(9))
    for name in ("extra", "theirs", "ours"):
        repo.git("switch", "-q", "-c", name, "main")
        repo.commit(f"{name}.txt", message=f"Bring {name}")
        repo.git("switch", "-q", "main")
    repo.commit("apart")
    repo.git("merge", "-q", "--no-ff", "--no-commit", "extra")
    repo.write("extra.txt", "mended in the merge\n")
    repo.write("new in the merge", "!\n")
    _all(repo, "Merge extra, and mend it")
    _merge(repo, "theirs", strategy="ours", message="Merge theirs, and take nothing")
    repo.commit("ours.txt", "also here\n", message="Write it on main, too")
    repo.git(
        "merge", "-q", "--no-ff", "-X", "theirs", "-m", "Merge ours, and take theirs", "ours"
    )
    repo.commit("extra.txt", "afterwards\n")
    return repo


def octopus(path: Path) -> Checkout:
    """A merge of three branches at once, and one of two that is settled by hand."""
    repo = _empty(path)
    repo.commit("text", _lines(30))
    for number, name in enumerate(("a", "b", "c")):
        repo.git("switch", "-q", "-c", name, "main")
        repo.commit(
            "text", _lines(30, **{f"n{10 * number + 4}": name}), message=f"Line of {name}"
        )
        repo.commit(f"{name}.txt")
        repo.git("switch", "-q", "main")
    repo.commit("apart")
    _merge(repo, "a", "b", "c", message="Merge a, b and c")
    for name in ("d", "e"):
        repo.git("switch", "-q", "-c", name, "main")
        repo.commit(f"{name}.txt")
        repo.commit("fought over", f"{name}\n")
        repo.git("switch", "-q", "main")
    repo.write("fought over", "settled\n")
    repo.write("d.txt", "d.txt\n")
    repo.git("add", "-A")
    parents = [word for name in ("main", "d", "e") for word in ("-p", name)]
    made = repo.git(
        "commit-tree", repo.git("write-tree"), *parents, "-m", "Merge d and e by hand"
    )
    repo.git("reset", "-q", "--hard", made)
    repo.commit("text", _lines(31), message="Go on")
    return repo


def empty_merges(path: Path) -> Checkout:
    """Merges that change nothing: of what is there already, and of empty commits."""
    repo = _empty(path)
    repo.commit("text")
    repo.git("branch", "same")
    repo.commit("more")
    tree = repo.git("rev-parse", "HEAD^{tree}")
    again = repo.git(
        "commit-tree", tree, "-p", "main", "-p", "same", "-m", "Merge what is here"
    )
    repo.git("reset", "-q", "--hard", again)
    repo.git("switch", "-q", "-c", "hollow")
    repo.git("commit", "-q", "--allow-empty", "-m", "Nothing")
    repo.git("switch", "-q", "main")
    _merge(repo, "hollow")
    repo.git("switch", "-q", "-c", "undone")
    repo.commit("text", "changed\n", message="Change it")
    repo.commit("text", "text\n", message="Change it back")
    repo.git("switch", "-q", "main")
    repo.commit("more", "and more\n")
    _merge(repo, "undone")
    return repo


def empty_commits(path: Path) -> Checkout:
    """Commits without a change, without a message, and a root with nothing in it."""
    repo = _empty(path)
    repo.git("commit", "-q", "--allow-empty", "-m", "Begin with nothing")
    repo.commit("text")
    repo.git("commit", "-q", "--allow-empty", "--allow-empty-message", "-m", "")
    repo.git("commit", "-q", "--allow-empty", "-m", "Say something")
    repo.git("rm", "-q", "text")
    repo.git("commit", "-q", "-m", "Remove all there is")
    repo.git("commit", "-q", "--allow-empty", "-m", "Nothing upon nothing")
    return repo


def unrelated(path: Path) -> Checkout:
    """Several roots: a second history merged in, with and without a file in common."""
    repo = _empty(path)
    repo.commit("README", "ours\n")
    for name, text in (("other", "theirs\n"), ("third", "ours\n")):
        repo.git("switch", "-q", "--orphan", name)
        repo.write("README", text)
        repo.write(f"{name}.txt", name)
        _all(repo, f"Begin {name}")
        repo.commit(f"{name}/deep.txt")
        repo.git("switch", "-q", "main")
    repo.commit("apart")
    assert repo.attempt("merge", "--allow-unrelated-histories", "other").returncode == 1
    repo.write("README", "both\n")
    _all(repo, "Merge another project")
    repo.git("rm", "-q", "other.txt")
    repo.git("commit", "-q", "-m", "Remove a file of it")
    repo.git(
        "merge", "-q", "--allow-unrelated-histories", "-s", "ours", "-m", "Join third", "third"
    )
    return repo


def modes(path: Path) -> Checkout:
    """Executable bits, symbolic links, and things that change what they are."""
    repo = _empty(path)
    repo.write("script", "#!/bin/sh\n")
    repo.write("place/inside", "x\n")
    (repo.path / "link").symlink_to("script")
    (repo.path / "dangling link").symlink_to("no where")
    _all(repo, "Begin")
    repo.git("update-index", "--chmod=+x", "script")
    repo.git("commit", "-q", "-m", "Let it run")
    repo.git("reset", "-q", "--hard")
    (repo.path / "link").unlink()
    repo.write("link", "now a file\n")
    _all(repo, "A link becomes a file")
    (repo.path / "script").unlink()
    (repo.path / "script").symlink_to("link")
    _all(repo, "A file becomes a link")
    repo.git("rm", "-q", "-r", "place")
    repo.write("place", "now a file\n")
    _all(repo, "A folder becomes a file")
    repo.git("rm", "-q", "link")
    repo.write("link/is/a", "folder now\n")
    _all(repo, "A file becomes a folder")
    repo.write("link/is/b", "x\n")
    _all(repo, "Something in it")
    repo.git("rm", "-q", "link/is/a")
    repo.git("commit", "-q", "-m", "One leaves")
    repo.git("rm", "-q", "link/is/b")
    repo.git("commit", "-q", "-m", "The other leaves")
    (repo.path / "link").symlink_to("place")
    _all(repo, "And a link again")
    return repo


def submodules(path: Path) -> Checkout:
    """Pointers to commits of other repositories, which are not here."""
    repo = _empty(path)
    repo.commit("text")
    for number in (1, 2):
        repo.write(
            ".gitmodules", f'[submodule "part"]\n\tpath = part\n\turl = ../part{number}\n'
        )
        repo.git("add", ".gitmodules")
        entry = f"160000,{str(number) * 40},part"
        repo.git("update-index", "--add", "--cacheinfo", entry)
        repo.git("commit", "-q", "-m", f"Part {number}")
        repo.commit(f"text {number}")
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{'3' * 40},part")
    repo.git("commit", "-q", "-m", "Part 3, the pointer alone")
    _disagree_on_part(repo)
    repo.git("rm", "-q", "--cached", "part")
    repo.write("part/file", "a folder now\n")
    _all(repo, "Bring the part in")
    return repo


def _disagree_on_part(repo: Checkout) -> None:
    """Let a branch and main move the pointer apart, and main win."""
    repo.git("branch", "side")
    for number, branch in ((4, "side"), (5, "main")):
        repo.git("switch", "-q", branch)
        repo.git("update-index", "--cacheinfo", f"160000,{str(number) * 40},part")
        repo.git("commit", "-q", "-m", f"Part {number}")
    parents = ("-p", "main", "-p", "side")
    made = repo.git("commit-tree", "main^{tree}", *parents, "-m", "Merge side, and keep ours")
    repo.git("reset", "-q", "--hard", made)


def binary(path: Path) -> Checkout:
    """Binary files, also in a merge; line ends of every kind, with attributes and without."""
    repo = _empty(path)
    repo.git("config", "core.autocrlf", "false")
    repo.write("dos", b"one\r\ntwo\r\n")
    repo.write("mixed", b"one\r\ntwo\nthree\rfour")
    repo.write("picture", bytes(range(256)) * 8)
    _all(repo, "Begin")
    repo.git("switch", "-q", "-c", "side")
    repo.commit("picture", bytes(reversed(range(256))) * 8, message="Turn it around")
    repo.git("switch", "-q", "main")
    repo.commit("picture", bytes(range(256)) * 9, message="Enlarge it")
    assert repo.attempt("merge", "side").returncode == 1
    repo.git("checkout", "-q", "--theirs", "picture")
    _all(repo, "Merge side, and take its picture")
    repo.commit(
        ".gitattributes", "dos text eol=crlf\nmixed text\n*.txt text=auto\nlog merge=union\n"
    )
    repo.commit("late.txt", b"a\r\nb\r\n")
    repo.commit("no end", b"no line end")
    repo.git("rm", "-q", ".gitattributes")
    repo.git("commit", "-q", "-m", "No attributes any more")
    repo.commit("dos", b"one\r\ntwo\r\nthree\r\n", message="Three lines")
    return repo


def names(path: Path) -> Checkout:
    """File names that are no text, or look like something else."""
    repo = _empty(path)
    odd = [
        b"caf\xe9.txt", "caf\u00e9.txt".encode(), b"tab\there", b"new\nline", b'quo"te',
        b"back\\slash", b"-dash", b":(glob)*", b" spaces ", b"#hash", b"Case", b"case",
        b"CASE/in", b"star*", b"\xff\xfe",
    ]  # fmt: skip
    for number, name in enumerate(odd):
        (Path(repo.path) / name.decode(errors="surrogateescape")).parent.mkdir(exist_ok=True)
        repo.write(name.decode(errors="surrogateescape"), f"{number}\n")
        _all(repo, f"Add number {number}")
    for number, name in enumerate(odd[:6]):
        repo.write(name.decode(errors="surrogateescape"), f"{number} again\n")
    _all(repo, "Change some")
    repo.git("switch", "-q", "-c", "b\u00e4rbel/\u00e9")
    repo.git("mv", "Case", "case.moved")
    _all(repo, "Move one")
    repo.git("switch", "-q", "main")
    repo.commit("ordinary")
    _merge(repo, "b\u00e4rbel/\u00e9", message="Merge the branch with a name")
    fought = odd[0].decode(errors="surrogateescape")
    repo.git("switch", "-q", "-c", "side")
    repo.commit(fought, "theirs\n", message="Theirs")
    repo.git("switch", "-q", "main")
    repo.commit(fought, "ours\n", message="Ours")
    _resolve(repo, "side", {fought: "both\n"})
    return repo


def renames(path: Path) -> Checkout:
    """Files and whole folders that move while others write to them."""
    repo = _empty(path)
    for number in range(6):
        repo.write(f"old/{number}.txt", _lines(20 + number))
    _all(repo, "Begin")
    repo.git("switch", "-q", "-c", "mover")
    repo.git("mv", "old", "new")
    _all(repo, "Move the folder")
    repo.commit("new/0.txt", _lines(20, n3="moved"), message="Change one after the move")
    repo.git("switch", "-q", "main")
    repo.commit("old/6.txt", _lines(26), message="Add one to the old folder")
    repo.commit("old/1.txt", _lines(21, n9="changed"), message="Change one in the old folder")
    repo.git(
        "-c",
        "merge.directoryRenames=true",
        "merge",
        "-q",
        "--no-ff",
        "-m",
        "Merge mover",
        "mover",
    )
    repo.git("mv", "new/2.txt", "two.txt")
    _all(repo, "Move one out")
    repo.git("mv", "new", "newer")
    repo.commit("newer/9.txt", message="Move the folder on")
    return repo


def criss_cross(path: Path) -> Checkout:
    """Two branches that merged each other, so that two bases are equally good."""
    repo = _empty(path)
    repo.commit("text", _lines(30))
    repo.git("switch", "-q", "-c", "side")
    repo.commit("text", _lines(30, n5="side"), message="Side")
    side = repo.head
    repo.git("switch", "-q", "main")
    repo.commit("text", _lines(30, n25="main"), message="Main")
    main = repo.head
    repo.git("switch", "-q", "side")
    repo.git("merge", "-q", "-m", "Merge main into side", main)
    repo.commit("side.txt")
    repo.git("switch", "-q", "main")
    _merge(repo, side, message="Merge side into main")
    repo.commit("text", _lines(30, n5="side", n15="middle", n25="main"), message="Middle")
    _merge(repo, "side", message="Merge side again")
    return repo


def strangers(path: Path) -> Checkout:
    """Authors, dates and messages that today's git would not write."""
    repo = _empty(path)
    repo.commit("text")
    tree = repo.git("rev-parse", "HEAD^{tree}").encode()
    people = [
        (b"A U Thor <a@example.com> 1112911993 -0700", b"Plain\n\nBody\n\nSigned-off-by: A\n"),
        (b" <> 0 +0000", b"Nobody\n"),
        (b"... <,> 5 +0000", b"Dots\n"),
        (b"J\xf6rg <j@example.com> 1200000000 +0100", b"Gr\xfc\xdfe\n"),
        (b"Future <f@example.com> 9999999999999 +9900", b"From far away\n"),
        (b"Past <p@example.com> -5 +0000", b"# looks like a comment\n\n---\nnot a patch\n"),
        (b"no mail", b"Broken\x01\n\nCloses: gt-abc12\nBead: gt-zzzzz\nEscalate: HIGH no\n"),
    ]  # fmt: skip
    head = repo.head
    for number, (who, message) in enumerate(people):
        blob = repo.git("hash-object", "-w", "--stdin", stdin=f"{number}\n")
        repo.git("update-index", "--add", "--cacheinfo", f"100644,{blob},file {number}")
        tree = repo.git("write-tree").encode()
        content = b"tree %b\nparent %b\nauthor %b\ncommitter %b\n\n%b" % (
            tree, head.encode(), who, who, message,
        )  # fmt: skip
        head = _object(repo, "commit", content)
    repo.git("reset", "-q", "--hard", head)
    return repo


def _object(repo: Checkout, kind: str, content: bytes) -> str:
    where = repo.path.parent / "object"
    where.write_bytes(content)
    argv = ("hash-object", "--literally", "-t", kind, "-w", str(where))
    oid = repo.git(*argv)
    where.unlink()
    return oid


def crowded(path: Path) -> Checkout:
    """Thousands of paths in one commit, and a second that moves them all."""
    repo = _empty(path)
    for number in range(2000):
        repo.write(f"many/{number % 40}/{number}", f"{number}\n")
    _all(repo, "Two thousand files")
    repo.commit("one")
    repo.git("mv", "many", "moved")
    _all(repo, "Move them")
    repo.commit("moved/7/7", "seven\n", message="Change one")
    return repo


HISTORIES: Final[dict[str, Callable[[Path], Checkout]]] = {
    each.__name__: each
    for each in (
        straight, merged, conflicting, differing, octopus, empty_merges, empty_commits,
        unrelated,
        modes, submodules, binary, names, renames, criss_cross, strangers, crowded,
    )
}  # fmt: skip
