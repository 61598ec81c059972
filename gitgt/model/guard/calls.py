"""What a command comes to in the end: the program behind ``env``, ``xargs``, ``sh -c``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from gitgt.model.guard.shell import commands
from gitgt.model.guard.simple import Simple, spoken
from gitgt.values import dataclass

_DEEPEST: Final = 12
SHELLS: Final = frozenset({"sh", "bash", "dash", "zsh", "ksh", "ash", "mksh", "fish"})
FETCHERS: Final = frozenset({"curl", "wget", "fetch", "http", "https", "aria2c"})
_SETTING: Final = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=(.*)", re.DOTALL)

# What runs the program that is named after its own options: these options take a word each.
_RUNNERS: Final[dict[str, frozenset[str]]] = {
    "nohup": frozenset(),
    "setsid": frozenset(),
    "time": frozenset({"-f", "-o", "--format", "--output"}),
    "nice": frozenset({"-n", "--adjustment"}),
    "ionice": frozenset({"-c", "-n", "-p", "--class", "--classdata"}),
    "chrt": frozenset(),
    "taskset": frozenset(),
    "stdbuf": frozenset({"-i", "-o", "-e", "--input", "--output", "--error"}),
    "timeout": frozenset({"-k", "-s", "--kill-after", "--signal"}),
    "command": frozenset(),
    "builtin": frozenset(),
    "exec": frozenset({"-a"}),
    "xargs": frozenset({"-a", "-d", "-E", "-I", "-L", "-n", "-P", "-s", "--max-args",
                        "--max-procs", "--replace", "--delimiter", "--arg-file"}),
    "sudo": frozenset({"-u", "-g", "-h", "-p", "-C", "-r", "-t", "-U", "-D", "-R", "-T",
                       "--user", "--group", "--host", "--chdir", "--chroot"}),
    "doas": frozenset({"-u", "-C"}),
    "pkexec": frozenset({"--user"}),
    "strace": frozenset({"-e", "-o", "-p", "-s", "-u"}),
    "ltrace": frozenset({"-e", "-o", "-p", "-s", "-u"}),
    "unbuffer": frozenset(),
    "busybox": frozenset(),
    "chronic": frozenset(),
    "parallel": frozenset({"-j", "--jobs", "-N", "-n"}),
    "watch": frozenset({"-n", "--interval"}),
    "flock": frozenset({"-w", "--timeout", "-E"}),
    "chroot": frozenset(),
    "unshare": frozenset(),
    "nsenter": frozenset({"-t", "--target"}),
    "env": frozenset({"-u", "--unset", "-C", "--chdir"}),
}  # fmt: skip
# So many words of their own come before the program's.
_OWN_WORDS: Final = {"timeout": 1, "flock": 1, "chroot": 1, "taskset": 1, "chrt": 1}
_ASK_ONLY: Final = {"command": ("-v", "-V")}


@dataclass(frozen=True, slots=True)
class Call:
    """A program that would be started. ``typed`` is the command in which it stands.

    ``sets`` is what is set for it on top, ``drops`` what is taken away (``*`` for all), and
    ``through`` are the programs that start it, the outermost first.
    """

    name: str
    args: tuple[str, ...]
    typed: Simple
    sets: tuple[str, ...] = ()
    drops: tuple[str, ...] = ()
    through: tuple[str, ...] = ()


def calls(script: str) -> Iterator[Call]:
    """Yield all calls that *script* makes, what those start before what they are."""
    for each in commands(script):
        yield from _resolved(_call(each), 0)


def _call(typed: Simple) -> Call:
    name = typed.words[0].rpartition("/")[2] if typed.words else ""
    return Call(name, tuple(typed.words[1:]), typed, sets=tuple(typed.sets))


def _resolved(call: Call, depth: int) -> Iterator[Call]:
    if depth > _DEEPEST:
        return
    for script in _scripts(call):
        for each in commands(script, depth=depth + 1):
            inner = replace(_call(each), through=(*call.through, call.name))
            yield from _resolved(inner, depth + 1)
    for behind in _behind(call):
        yield from _resolved(behind, depth + 1)
    yield call


def _behind(call: Call) -> Iterator[Call]:
    """Yield the programs that *call* is told to start."""
    if call.name == "find":
        yield from _found(call)
    elif call.name == "git":
        yield from _git_runs(call)
    elif call.name in _RUNNERS and not _only_asks(call):
        inner = _run(call)
        if inner is not None:
            yield inner


def _only_asks(call: Call) -> bool:
    return any(each in _ASK_ONLY.get(call.name, ()) for each in call.args[:1])


def _run(call: Call) -> Call | None:
    """Return the program behind a runner such as ``env`` or ``timeout``."""
    sets, drops = list(call.sets), list(call.drops)
    rest = list(call.args)
    takes = _RUNNERS[call.name]
    own = _OWN_WORDS.get(call.name, 0)
    while rest:
        word = rest[0]
        if call.name == "env" and (found := _SETTING.fullmatch(word)):
            sets.append(found[1])
        elif word.startswith("-") and word != "-":
            dropped = _dropped(call.name, word, rest)
            drops += dropped
            if word in takes:
                rest = rest[1:]
        elif word == "-" and call.name == "env":
            drops.append("*")
        elif own:
            own -= 1
        else:
            break
        rest = rest[1:]
    if not rest:
        return None
    name = rest[0].rpartition("/")[2]
    through = (*call.through, call.name)
    return Call(name, tuple(rest[1:]), call.typed, tuple(sets), tuple(drops), through)


def _dropped(name: str, word: str, rest: list[str]) -> list[str]:
    """Return what an option takes out of the environment."""
    if name == "env" and word in ("-i", "--ignore-environment"):
        return ["*"]
    if name == "env" and word in ("-u", "--unset") and len(rest) > 1:
        return [rest[1]]
    if name == "env" and word.startswith("--unset="):
        return [word.partition("=")[2]]
    return []


def _found(call: Call) -> Iterator[Call]:
    """Yield what ``find`` is to run on what it finds."""
    args = list(call.args)
    for number, word in enumerate(args):
        if word in ("-exec", "-execdir", "-ok", "-okdir"):
            ends = (n for n, each in enumerate(args) if n > number and each in (";", "+"))
            words = args[number + 1 : next(ends, len(args))]
            if words:
                starts = [f"{each.rstrip('/')}/*" for each in _starts_of(args)]
                given = [
                    each for word in words[1:] for each in (starts if word == "{}" else [word])
                ]
                name = words[0].rpartition("/")[2]
                yield Call(name, tuple(given), call.typed, through=(*call.through, "find"))


def _starts_of(args: list[str]) -> list[str]:
    """Return where ``find`` with these words begins to look."""
    starts: list[str] = []
    for word in args:
        if word.startswith(("-", "(", "!")):
            break
        starts.append(word)
    return starts or ["."]


def _scripts(call: Call) -> Iterator[str]:
    """Yield the texts that *call* has a shell read."""
    readers: dict[str, Callable[[Call], Iterator[str]]] = {
        "eval": lambda it: iter([" ".join(it.args)]),
        "trap": lambda it: iter(it.args[:1]),
        "alias": lambda it: (each.partition("=")[2] for each in it.args),
        "env": _split,
        "git": _of_git,
        **dict.fromkeys(("su", "runuser", "script", "flock", "watch", "parallel"), _with_c),
        **dict.fromkeys(SHELLS, _of_shell),
    }
    if call.name in readers:
        yield from readers[call.name](call)
    if call.name in ("watch", "parallel") and call.args:
        yield " ".join(each for each in call.args if not each.startswith("-"))


def _split(call: Call) -> Iterator[str]:
    for number, word in enumerate(call.args):
        if word in ("-S", "--split-string") and number + 1 < len(call.args):
            yield " ".join(call.args[number + 1 :])
        elif word.startswith(("-S", "--split-string=")) and word != "-S":
            yield word.removeprefix("--split-string=").removeprefix("-S")


def _with_c(call: Call) -> Iterator[str]:
    for number, word in enumerate(call.args[:-1]):
        if word in ("-c", "--command"):
            yield call.args[number + 1]


def _of_shell(call: Call) -> Iterator[str]:
    """Yield what a shell is told to do: after ``-c``, or on its standard input."""
    args = list(call.args)
    for number, word in enumerate(args):
        if word.startswith("-") and not word.startswith("--") and "c" in word:
            rest = [each for each in args[number + 1 :] if each != "--"]
            yield from rest[:1]
            return
        if not word.startswith(("-", "+")):
            return  # the file of a script, which nobody sees from here
    if call.typed.reads:
        yield call.typed.reads
    if call.typed.fed_by is not None and (said := spoken(call.typed.fed_by)):
        yield said


def _of_git(call: Call) -> Iterator[str]:
    """Yield what git hands on to a shell."""
    args = list(call.args)
    for number, word in enumerate(args):
        following = args[number + 1] if number + 1 < len(args) else ""
        if word == "-c" and (alias := _alias(following)):
            yield alias
        elif word in ("--exec", "-x") and "rebase" in args:
            yield following
        elif word.startswith("--exec=") and "rebase" in args:
            yield word.partition("=")[2]
    rest = _given_to(args, "submodule", "foreach")
    if len(rest) == 1:
        yield rest[0]


def _git_runs(call: Call) -> Iterator[Call]:
    """Yield what git starts itself, words and all."""
    args = list(call.args)
    rest = _given_to(args, "submodule", "foreach")
    for words in (rest if len(rest) > 1 else [], _given_to(args, "bisect", "run")):
        if words:
            name = words[0].rpartition("/")[2]
            yield Call(name, tuple(words[1:]), call.typed, through=(*call.through, "git"))


def _given_to(args: list[str], verb: str, what: str) -> list[str]:
    """Return the words that follow these two."""
    if verb not in args or args[args.index(verb) + 1 :][:1] != [what]:
        return []
    rest = args[args.index(verb) + 2 :]
    return [each for each in rest if each not in ("--recursive", "--quiet", "-q")]


def _alias(setting: str) -> str:
    """Return the command line that ``-c alias.x=...`` makes."""
    name, _, value = setting.partition("=")
    if not name.lower().startswith("alias."):
        return ""
    return value[1:] if value.startswith("!") else f"git {value}"
