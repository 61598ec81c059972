"""What no agent does to the machine that it shares with others, and with people."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Final

from gitgt.model.guard.calls import FETCHERS, SHELLS, Call
from gitgt.model.guard.ruling import Refusal, Rule
from gitgt.model.guard.shell import A_FILE, UNKNOWN
from gitgt.model.guard.simple import Simple, spoken

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
_WHO: Final = (
    "GT_AGENT", "GT_ROLE", "GT_BRANCH", "GT_INTERNAL", "GT_SESSION_DIR", "GIT_CONFIG_COUNT",
    "GIT_CONFIG_KEY_", "GIT_CONFIG_VALUE_", "GIT_CONFIG_PARAMETERS",
)  # fmt: skip
_INTERPRETERS: Final = frozenset({"python", "python3", "node", "perl", "ruby", "php"})
# What others' agents are run by, too.
_EVERYBODYS: Final = frozenset(
    {"node", "bun", "python", "python3", "git", "git-gt", "tmux", "sh", "bash", "claude",
     "codex", "gemini", "copilot", "opencode", "pi", "cursor-agent"}
)  # fmt: skip


def judge(call: Call) -> Refusal | None:
    """Return why *call* is not to be made; None if it may."""
    found = (rule(call) for rule in _OF_ALL)
    return next((each for each in found if each is not None), None)


def _elevates(call: Call) -> Refusal | None:
    if call.name not in ("sudo", "doas", "pkexec", "su", "runuser"):
        return None
    return Refusal(Rule.SYSTEM, "an agent has no rights but its own", _ASK)


def _changes_who(call: Call) -> Refusal | None:
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


def _installs(call: Call) -> Refusal | None:
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


def _halts(call: Call) -> Refusal | None:
    words = set(call.args)
    found = call.name in _HALTS
    found |= call.name == "init" and bool(words & {"0", "6"})
    found |= call.name == "systemctl" and bool(
        words & {*_HALTS, "kexec", "rescue", "emergency"}
    )
    found |= call.name == "kill" and call.args[-1:] == ("-1",) and len(call.args) > 1
    found |= call.name == "tmux" and "kill-server" in words
    found |= call.name in ("pkill", "killall") and bool(words & _EVERYBODYS)
    if not found:
        return None
    return Refusal(Rule.SYSTEM, f"{call.name} would end the work of everybody here")


def _asks_to_merge(call: Call) -> Refusal | None:
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


def _drops_data(call: Call) -> Refusal | None:
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


def _runs_what_it_fetched(call: Call) -> Refusal | None:
    piped = _reads_its_program(call) and any(_fetches(each) for each in _sources(call.typed))
    inner = any(_fetches(each) for each in call.typed.inner)
    given = any(each.startswith((UNKNOWN, A_FILE)) for each in call.args)
    if not piped and not (inner and given and call.name in (*SHELLS, "eval", "source", ".")):
        return None
    return Refusal(
        Rule.REMOTE_CODE,
        "that would run what a stranger's server says",
        "fetch it into a file, read it, and run that",
    )


def _reads_its_program(call: Call) -> bool:
    """Tell whether what *call* runs comes from its standard input."""
    words = [each for each in call.args if not each.startswith("-") or each == "-"]
    if call.name in _INTERPRETERS:
        return not call.args or call.args[0] == "-"
    takes_text = any(each[:1] == "-" and each[1:2] != "-" and "c" in each for each in call.args)
    from_stdin = not words or "-s" in call.args
    return call.name in SHELLS and from_stdin and not takes_text


def _sources(command: Simple) -> list[Simple]:
    """Return what stands before *command* in its pipe."""
    found: list[Simple] = []
    while command.fed_by is not None and len(found) < 100:
        command = command.fed_by
        found.append(command)
    return found


def _fetches(command: Simple) -> bool:
    return any(each.rpartition("/")[2] in FETCHERS for each in command.words)


_Judge = Callable[[Call], Refusal | None]
_OF_ALL: Final[tuple[_Judge, ...]] = (
    _elevates, _changes_who, _installs, _halts,
    _asks_to_merge, _drops_data, _runs_what_it_fetched,
)  # fmt: skip
