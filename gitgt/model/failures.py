"""Which tests failed, by name, as a gate's output tells.

What is ``whole`` names everything that failed: the runner itself counts as many, it was the
last to speak, it stopped nowhere, and the gate is that runner and no script around it, of
which nobody knows what else would have failed. Whoever is in doubt gets less than whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from gitgt.values import dataclass

# What a verdict keeps: a longer list is cut, and no longer whole.
MOST: Final = 500
_LONGEST: Final = 300
_COLOR: Final = re.compile(r"\x1b\[[0-9;]*m")
_LEFT_OUT: Final = re.compile(r"^\[\.\.\. \d+ bytes left out \.\.\.\]$", re.MULTILINE)
_SCRIPTS: Final = frozenset(
    {"sh", "bash", "dash", "zsh", "ksh", "fish", "make", "gmake", "just", "task", "tox", "nox",
     "npm", "pnpm", "yarn", "bun"}
)  # fmt: skip
_STOPS: Final = re.compile(
    r"-[qvsx]*x[qvsx]*|-[bcqv]*f[bcqv]*|--exitfirst|--?fail-?fast|--(bail|maxfail)(=.*)?"
)

# pytest: after --maxfail, or because what could not be collected keeps it from beginning.
_BROKEN_OFF: Final = re.compile(r"^!{3,} .* !{3,}$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Failures:
    """The names of tests that failed; ``whole``: nothing else did."""

    names: frozenset[str] = frozenset()
    whole: bool = False

    def cut(self) -> Failures:
        """Return as much of it as is kept."""
        if len(self.names) <= MOST and all(len(name) <= _LONGEST for name in self.names):
            return self
        return Failures(frozenset(name[:_LONGEST] for name in sorted(self.names)[:MOST]))


NONE: Final = Failures()


def of_output(text: str, command: Sequence[str], code: int) -> Failures:
    """Return what failed in a run of *command* that printed *text* and exited with *code*."""
    plain = _plain(text)
    for runner, parse in _PARSERS:
        found = parse(plain, code)
        if found.names:
            return Failures(found.names, found.whole and _is_just(command, runner)).cut()
    return NONE


def stopped_early(text: str, command: Sequence[str]) -> bool:
    """Tell whether a run went no further than its first failures, whatever it reports."""
    return _may_stop(command) or _BROKEN_OFF.search(_plain(text)) is not None


def _may_stop(command: Sequence[str]) -> bool:
    is_script = command[0].rpartition("/")[2] in _SCRIPTS
    return not is_script and any(_STOPS.fullmatch(word) for word in command[1:])


def _plain(text: str) -> str:
    return _COLOR.sub("", text).replace("\r\n", "\n")


def _is_just(command: Sequence[str], runner: str) -> bool:
    """Tell whether a gate is that *runner* and no script, and goes on whatever fails."""
    called = [word.rpartition("/")[2] for word in command]
    return called[0] not in _SCRIPTS and runner in ("", *called) and not _may_stop(command)


def _told(names: Sequence[str], count: int, *, whole: bool) -> Failures:
    unique = frozenset(names)
    return Failures(unique, whole and len(unique) == len(names) == count)


def _last_lines(text: str) -> list[str]:
    return [row.rstrip() for row in text.splitlines() if row.strip()][-12:]


def _ends_with(text: str, pattern: str, *, after: str = r"(?!)") -> re.Match[str] | None:
    """Return the last line's match, behind which nothing stands but what *after* matches."""
    for row in reversed(_last_lines(text)):
        if found := re.fullmatch(pattern, row):
            return found
        if not re.fullmatch(after, row):
            return None
    return None


def _count(text: str, words: str) -> int:
    return sum(int(number) for number in re.findall(rf"(\d+) (?:{words})\b", text))


# --- each runner


def _pytest(text: str, code: int) -> Failures:
    rows = re.findall(r"^(FAILED|ERROR) (\S*?\[.*?\]|\S.*?)(?: - .*)?$", text, re.MULTILINE)
    names = [name if kind == "FAILED" else f"{name} (error)" for kind, name in rows]
    end = _ends_with(text, r"(?:=+ )?((?:\d+ [a-z]+,? ?)+) in [\d.]+s(?: \([\d:]+\))?(?: =+)?")
    if end is None:
        return Failures(frozenset(names)) if "short test summary info" in text else NONE
    stopped = _BROKEN_OFF.search(text)
    return _told(names, _count(end[1], "failed|errors?"), whole=code == 1 and not stopped)


def _unittest(text: str, code: int) -> Failures:
    rows = re.findall(r"^={70}\n(FAIL|ERROR): (.+)$", text, re.MULTILINE)
    names = [name if kind == "FAIL" else f"{name} (error)" for kind, name in rows]
    end = _ends_with(text, r"FAILED \((.*)\)")
    if end is None:
        return Failures(frozenset(names))
    counts = re.findall(r"(?:^|, )(?:failures|errors|unexpected successes)=(\d+)", end[1])
    return _told(names, sum(map(int, counts)), whole=code == 1)


def _go(text: str, code: int) -> Failures:
    names: list[str] = []
    here: list[str] = []
    blank = False
    for row in text.splitlines():
        if found := re.match(r"\s*--- FAIL: (\S+) \(", row):
            here.append(found[1])
        elif found := re.match(r"(FAIL|ok  )\t(\S+)", row):
            names += [f"{found[2]}.{name}" for name in here]
            blank |= found[1] == "FAIL" and not here
            here = []
    broken = re.search(
        r"^(panic: .*|exit status ([^1]|1\d).*|FAIL\t.*\[.* failed\])$", text, re.MULTILINE
    )
    end = _ends_with(text, r"FAIL(\t.*)?")
    whole = code == 1 and end is not None and not (blank or here or broken or _is_cut(text))
    return _told([*names, *here], len(names), whole=whole)


def _cargo(text: str, code: int) -> Failures:
    names: list[str] = []
    target = ""
    for row in text.splitlines():
        if found := re.match(r"\s+(?:Running (?:unittests )?|Doc-tests )(\S+)", row):
            target = found[1]
        elif found := re.fullmatch(r"test (.+?)(?: - should panic)? \.\.\. FAILED", row):
            names.append(f"{target}: {found[1]}" if target else found[1])
    count = _count(" ".join(re.findall(r"^test result: (.*)$", text, re.MULTILINE)), "failed")
    # Without --no-fail-fast the targets behind the first that fails are not run.
    end = _ends_with(text, r"error: \d+ targets? failed:", after=r"\s+`.*`")
    return _told(names, count, whole=code == 101 and end is not None)


def _jest(text: str, code: int) -> Failures:
    suite, names = "", dict[str, None]()
    for row in text.splitlines():
        if found := re.fullmatch(r"FAIL (\S+)(?: \([\d.]+ m?s\))?", row):
            suite = found[1]
        elif found := re.fullmatch(r"  ● (.+)", row):
            names[f"{suite}: {found[1].strip()}"] = None
    end = _ends_with(
        text, r"Tests: +(\d+) failed, (?!.* of ).*", after=r"(?:Snapshots|Time): .*|Ran all .*"
    )
    broken = "Test suite failed to run" in text or re.search(
        r"^Test Suites: .* of ", text, re.M
    )
    count = int(end[1]) if end else 0
    return _told([*names], count, whole=code == 1 and end is not None and not broken)


def _vitest(text: str, code: int) -> Failures:
    names = re.findall(r"^ FAIL  (\S.* > .+?) *$", text, re.MULTILINE)
    end = _ends_with(
        text, r" +Tests +(\d+) failed.*", after=r" +(?:Start at|Duration|Snapshots) .*"
    )
    broken = re.search(r"Failed Suites|Unhandled Error", text)
    count = int(end[1]) if end else 0
    return _told(names, count, whole=code == 1 and end is not None and not broken)


def _tap(text: str, code: int) -> Failures:
    plan = re.search(r"^1\.\.(\d+)\s*$", text, re.MULTILINE)
    if plan is None:
        return NONE
    rows = re.findall(r"^(not )?ok\b *(\d*) *-? *(.*?)\s*$", text, re.MULTILINE)
    bad = [
        said or f"test {number}"
        for no, number, said in rows
        if no and not re.search(r"# *(TODO|SKIP)", said, re.IGNORECASE)
    ]
    over = re.search(r"^Bail out!", text, re.MULTILINE) or _is_cut(text)
    last = _ends_with(text, r"(not )?ok\b.*|1\.\.\d+", after=r"#.*|\s+.*")
    whole = bool(code) and len(rows) == int(plan[1]) and last is not None and not over
    return _told(bad, len(bad), whole=whole)


def _is_cut(text: str) -> bool:
    return _LEFT_OUT.search(text) is not None


# By the word that calls the runner; TAP is what many speak.
_PARSERS: Final[tuple[tuple[str, Callable[[str, int], Failures]], ...]] = (
    ("unittest", _unittest),
    ("vitest", _vitest),
    ("jest", _jest),
    ("cargo", _cargo),
    ("go", _go),
    ("pytest", _pytest),
    ("", _tap),
)
