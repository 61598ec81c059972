"""What no agent does to files: outside its sandbox, to git's own, to disks."""

from __future__ import annotations

from typing import Final

from gitgt.model.guard.calls import Call
from gitgt.model.guard.ruling import Ground, Refusal, Rule

_DISKS: Final = frozenset({"fdisk", "sfdisk", "parted", "wipefs", "blkdiscard", "sgdisk"})
_WRITES_FILES: Final = frozenset(
    {"tee", "mv", "rm", "ln", "truncate", "chmod", "unlink", "touch", "shred", "dd"}
)
_WRITES_THE_LAST: Final = frozenset({"cp", "rsync", "install"})


def judge(call: Call, ground: Ground, cwd: str) -> Refusal | None:
    """Return why *call* is not to touch what it names, standing in *cwd*; None if it may."""
    return _destroys(call) or _removes(call, ground, cwd) or _touches_git(call)


def _destroys(call: Call) -> Refusal | None:
    to = [each.removeprefix("of=") for each in call.args if each.startswith("of=")]
    to = to if call.name == "dd" else []
    to += call.args if call.name in ("shred", "tee", "cp") else []
    to += call.typed.writes
    found = call.name.startswith("mkfs") or call.name in _DISKS or call.name == "mkswap"
    if not found and not any(_is_device(each) for each in to):
        return None
    return Refusal(Rule.SYSTEM, "that would overwrite a disk")


def _is_device(path: str) -> bool:
    harmless = (
        "null",
        "zero",
        "stdout",
        "stderr",
        "stdin",
        "tty",
        "fd/",
        "shm/",
        "pts/",
        "full",
    )
    rest = path.removeprefix("/dev/")
    return path.startswith("/dev/") and not rest.startswith((*harmless, "random", "urandom"))


def _removes(call: Call, ground: Ground, cwd: str) -> Refusal | None:
    if call.name not in ("rm", "chmod", "chown", "chgrp", "find", "rsync", "mv"):
        return None
    for word in _struck(call):
        path = ground.place(word.removesuffix("*") if word.endswith("/*") else word, cwd)
        if path and not ground.is_inside(path) and path not in _own(word, ground):
            return Refusal(
                Rule.REMOVE,
                f"{word} is not yours: {call.name} would reach outside the sandbox",
                f"stay below {ground.worktree}",
            )
    return None


def _own(word: str, ground: Ground) -> tuple[str, ...]:
    """Return what may be named though it is the sandbox itself: all that is in it."""
    return (ground.worktree,) if word.endswith("*") else ()


def _struck(call: Call) -> list[str]:
    """Return what *call* changes with all that is below it."""
    short = "".join(each[1:] for each in call.args if each[:1] == "-" and each[:2] != "--")
    words = [each for each in call.args if not each.startswith("-")]
    match call.name:
        case "rm":
            deep = "r" in short or "R" in short or _long(call, "--recursive")
            return words if deep else []
        case "chmod" | "chown" | "chgrp":
            return words[1:] if "R" in short or _long(call, "--recursive") else []
        case "find":
            ends = (n for n, each in enumerate(call.args) if each.startswith(("-", "(", "!")))
            starts = list(call.args[: next(ends, 0)]) or ["."]
            return [f"{each}/*" for each in starts] if "-delete" in call.args else []
        case "rsync":
            return words[-1:] if any(each.startswith("--delete") for each in call.args) else []
        case _:
            return words[:-1]


def _long(call: Call, option: str) -> bool:
    return any(len(each) > 3 and option.startswith(each) for each in call.args)


def _touches_git(call: Call) -> Refusal | None:
    """Refuse to write what git keeps by other means than git."""
    named = list(call.typed.writes)
    if call.name in _WRITES_FILES or (call.name in ("sed", "perl") and _in_place(call)):
        named += [each for each in call.args if not each.startswith("-")]
    if call.name in _WRITES_THE_LAST:
        named += call.args[-1:]
    if not any(is_gits(each) for each in named):
        return None
    return Refusal(
        Rule.FENCE, "what git keeps is changed by git alone", "use git's own commands"
    )


def is_gits(path: str) -> bool:
    """Tell whether *path* lies in a folder of git's, or is a worktree's link to it."""
    parts = path.removeprefix("of=").split("/")
    return ".git" in parts or ".repo.git" in parts


def _in_place(call: Call) -> bool:
    return any(each.startswith(("-i", "-pi", "--in-place")) for each in call.args)
