"""What no agent does to the machine that it shares: nor to files outside its sandbox."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Final

from gitgt.model.guard.calls import FETCHERS, SHELLS, Call
from gitgt.model.guard.ruling import Ground, Refusal, Rule
from gitgt.model.guard.shell import Simple, spoken

_ASK: Final = "say what is missing in a commit with: Escalate: MEDIUM why"
_MEDDLES: Final = re.compile(
    r"\b(?:drop\s+(?:table|database|schema)|truncate\s+(?:table\s+)?[\"`\w]"
    r"|dropDatabase\s*\(|flushall|flushdb)",
    re.IGNORECASE,
)
_CLIENTS: Final = frozenset(
    {"psql", "mysql", "mariadb", "sqlite3", "sqlcmd", "sqlplus", "mongo", "mongosh",
     "redis-cli", "duckdb", "clickhouse-client", "cockroach", "pgcli", "mycli", "usql", "cqlsh"}
)  # fmt: skip
_CHANGES: Final = frozenset(
    {"install", "remove", "purge", "upgrade", "dist-upgrade", "full-upgrade", "update",
     "autoremove", "add", "del", "reinstall", "uninstall", "refresh", "downgrade", "tap"}
)  # fmt: skip
_MANAGERS: Final = frozenset(
    {"apt", "apt-get", "aptitude", "dnf", "yum", "microdnf", "zypper", "apk", "brew", "snap",
     "port", "flatpak", "emerge", "nix-env", "choco", "winget"}
)  # fmt: skip
_GLOBAL: Final = {
    "npm": ("-g", "--global", "--location=global"),
    "pnpm": ("-g", "--global"),
    "yarn": ("global",),
    "pip": ("--system", "--break-system-packages"),
    "pip3": ("--system", "--break-system-packages"),
    "uv": ("--system", "--break-system-packages"),
}
_HALTS: Final = frozenset({"shutdown", "reboot", "halt", "poweroff", "telinit"})
_DISKS: Final = frozenset({"fdisk", "sfdisk", "parted", "wipefs", "blkdiscard", "sgdisk"})
_WRITES_FILES: Final = frozenset(
    {"tee", "cp", "mv", "rm", "ln", "truncate", "install", "chmod", "rsync", "unlink", "touch",
     "shred", "dd"}
)  # fmt: skip
_WHO: Final = (
    "GT_AGENT",
    "GT_ROLE",
    "GT_BRANCH",
    "GT_INTERNAL",
    "GT_SESSION_DIR",
    "GIT_CONFIG_",
)


def judge(call: Call, ground: Ground, cwd: str) -> Refusal | None:
    """Return why *call* is not to be made, standing in *cwd*; None if it may."""
    for rule in _OF_ALL:
        if (found := rule(call, ground, cwd)) is not None:
            return found
    return None


def _elevates(call: Call, ground: Ground, cwd: str) -> Refusal | None:  # noqa: ARG001 - called so
    if call.name not in ("sudo", "doas", "pkexec", "su", "runuser"):
        return None
    return Refusal(Rule.SYSTEM, "an agent has no rights but its own", _ASK)


def _changes_who(call: Call, ground: Ground, cwd: str) -> Refusal | None:  # noqa: ARG001 - called so
    """Refuse to change by what the fence knows an agent."""
    given = [*call.sets, *call.drops, *call.typed.sets]
    if call.name in ("export", "unset", "declare", "typeset", "readonly"):
        given += [each.partition("=")[0] for each in call.args]
    clears = "*" in call.drops and call.name == "git"
    if not clears and not any(each.startswith(_WHO) for each in given):
        return None
    return Refusal(
        Rule.FENCE,
        "who you are is said by the town, and stays",
        "run it without changing GT_...",
    )


def _installs(call: Call, ground: Ground, cwd: str) -> Refusal | None:  # noqa: ARG001 - called so
    words = [each for each in call.args if not each.startswith("-")]
    verb = words[0] if words else ""
    is_ours = call.name in _GLOBAL and any(each in _GLOBAL[call.name] for each in call.args)
    match call.name:
        case name if name in _MANAGERS:
            found = verb in _CHANGES
        case "pacman" | "yay" | "paru":
            found = any(each.startswith(("-S", "-R", "-U")) for each in call.args)
            found = found and not any(each.startswith(("-Ss", "-Si")) for each in call.args)
        case "dpkg" | "rpm":
            found = any(
                each.startswith(("-i", "-U", "-e", "-r", "-P", "--install"))
                for each in call.args
            )
        case "gem":
            found = verb in _CHANGES and "--user-install" not in call.args
        case _:
            found = is_ours
    if not found:
        return None
    return Refusal(
        Rule.PACKAGES,
        f"{call.name} would change the machine, which others work on",
        "install into the sandbox (a virtual environment, node_modules), or " + _ASK,
    )


def _halts(call: Call, ground: Ground, cwd: str) -> Refusal | None:  # noqa: ARG001 - called so
    words = set(call.args)
    found = call.name in _HALTS
    found |= call.name == "init" and bool(words & {"0", "6"})
    found |= call.name == "systemctl" and bool(
        words & {*_HALTS, "kexec", "rescue", "emergency"}
    )
    found |= call.name == "kill" and call.args[-1:] == ("-1",) and len(call.args) > 1
    found |= call.name == "tmux" and "kill-server" in words
    if not found:
        return None
    return Refusal(Rule.SYSTEM, f"{call.name} would end the work of everybody here")


def _destroys(call: Call, ground: Ground, cwd: str) -> Refusal | None:  # noqa: ARG001 - called so
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


def _touches_git(call: Call, ground: Ground, cwd: str) -> Refusal | None:  # noqa: ARG001 - called so
    """Refuse to write what git keeps by other means than git."""
    named = list(call.typed.writes)
    if call.name in _WRITES_FILES or (call.name in ("sed", "perl") and _in_place(call)):
        named += [each for each in call.args if not each.startswith("-")]
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


def _asks_to_merge(call: Call, ground: Ground, cwd: str) -> Refusal | None:  # noqa: ARG001 - called so
    words = [each for each in call.args if not each.startswith("-")]
    noun = {"gh": "pr", "glab": "mr", "tea": "pr"}.get(call.name)
    pairs = list(pairwise(words))
    found = noun is not None and any(
        (noun, verb) in pairs for verb in ("create", "merge", "new")
    )
    found |= call.name == "tea" and any(
        ("pulls", verb) in pairs for verb in ("create", "merge")
    )
    found |= call.name == "hub" and words[:1] == ["pull-request"]
    if not found:
        return None
    return Refusal(
        Rule.PULL_REQUEST,
        "pull requests are opened and merged by the refinery",
        "commit, then run: git gt done",
    )


def _drops_data(call: Call, ground: Ground, cwd: str) -> Refusal | None:  # noqa: ARG001 - called so
    told = [*call.args, call.typed.reads]
    if call.typed.fed_by is not None:
        told.append(spoken(call.typed.fed_by) or "")
    drops = call.name in _CLIENTS and any(_MEDDLES.search(each) for each in told)
    if not drops and call.name not in ("dropdb", "dropuser"):
        return None
    return Refusal(
        Rule.DATABASE,
        "that would throw away data of a database",
        "write it as a migration, which is reviewed and tested",
    )


def _runs_what_it_fetched(call: Call, ground: Ground, cwd: str) -> Refusal | None:  # noqa: ARG001 - called so
    if call.name not in (
        *SHELLS,
        "eval",
        "source",
        ".",
        "python",
        "python3",
        "node",
        "perl",
        "ruby",
    ):
        return None
    if not any(_fetches(each) for each in [*_sources(call.typed), *call.typed.inner]):
        return None
    return Refusal(
        Rule.REMOTE_CODE,
        "that would run what a stranger's server says",
        "fetch it into a file, read it, and run that",
    )


def _sources(command: Simple) -> list[Simple]:
    """Return what stands before *command* in its pipe."""
    found: list[Simple] = []
    while command.fed_by is not None and len(found) < 100:
        command = command.fed_by
        found.append(command)
    return found


def _fetches(command: Simple) -> bool:
    return any(each.rpartition("/")[2] in FETCHERS for each in command.words)


_Judge = Callable[[Call, Ground, str], Refusal | None]
_OF_ALL: Final[tuple[_Judge, ...]] = (
    _elevates, _changes_who, _installs, _halts, _destroys, _removes, _touches_git,
    _asks_to_merge, _drops_data, _runs_what_it_fetched,
)  # fmt: skip
