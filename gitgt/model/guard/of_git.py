"""What git may not do for an agent: push, leave its branch, touch what belongs to all."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from gitgt.model.guard.calls import Call
from gitgt.model.guard.ruling import Ground, Refusal, Rule
from gitgt.values import dataclass

_TAKES: Final = frozenset(
    {"-C", "-c", "--git-dir", "--work-tree", "--namespace", "--exec-path", "--super-prefix",
     "--config-env", "--attr-source"}
)  # fmt: skip
_OURS: Final = ("git-gt", "git-bd")
_DONE: Final = "commit, then run: git gt done"
_STAY: Final = "stay on your branch: one sandbox, one assignment"
_COMMIT: Final = re.compile(r"[0-9a-f]{7,40}")
_TARGETS: Final = ("main", "master", "beads")
_OTHERS: Final = ("origin/", "polecat/", "crew/", "integration/", "desk/", "refs/", "remotes/")


@dataclass(frozen=True, slots=True)
class _Said:
    """A git command: its verb, its words, and the settings that are given with it."""

    verb: str
    args: tuple[str, ...]
    settings: tuple[str, ...]

    def has(self, *options: str) -> bool:
        """Tell whether one of these options is given, also among short ones in a row."""
        return any(_is_given(each, option) for option in options for each in self.args)

    @property
    def words(self) -> tuple[str, ...]:
        """What is no option, up to ``--``."""
        end = self.args.index("--") if "--" in self.args else len(self.args)
        return tuple(
            each for each in self.args[:end] if not each.startswith("-") or each == "-"
        )


def judge(call: Call, ground: Ground) -> Refusal | None:
    """Return why git is not to do this; None if it may."""
    said = _said(call)
    if said is None:
        return None
    if any(_is_of_hooks(each) for each in said.settings):
        return Refusal(
            Rule.FENCE, "git's hooks stay as they are", "run it without core.hooksPath"
        )
    rule = _RULES.get(said.verb)
    return rule(said, ground) if rule else None


def saves_first(call: Call) -> bool:
    """Tell whether git would throw away what is not committed; it is saved before."""
    said = _said(call)
    if said is None:
        return False
    match said.verb:
        case "reset":
            return said.has("--hard")
        case "checkout":
            return "--" in said.args or said.has("-f", "--force") or "." in said.words
        case "restore":
            return not said.has("--staged", "-S") or said.has("--worktree", "-W")
        case "clean":
            return said.has("-f", "--force")
        case _:
            return False


def _said(call: Call) -> _Said | None:
    if call.name != "git":
        if not call.name.startswith("git-") or call.name in _OURS:
            return None
        return _Said(call.name.removeprefix("git-"), call.args, ())
    settings: list[str] = []
    rest = list(call.args)
    while rest and rest[0].startswith("-"):
        if rest[0] in _TAKES:
            settings += rest[1:2] if rest[0] == "-c" else []
            rest = rest[1:]
        rest = rest[1:]
    return _Said(rest[0], tuple(rest[1:]), tuple(settings)) if rest else None


def _is_given(word: str, option: str) -> bool:
    if option.startswith("--"):
        # git takes the beginning of an option for the option.
        name = word.partition("=")[0]
        return len(name) > 4 and option.startswith(name)
    return word.startswith("-") and not word.startswith("--") and option[1] in word[1:]


def _is_of_hooks(setting: str) -> bool:
    return setting.partition("=")[0].lower() == "core.hookspath"


def _push(said: _Said, ground: Ground) -> Refusal | None:
    if not ground.is_crew:
        return Refusal(Rule.PUSH, "an agent does not push: what is handed in lands", _DONE)
    forced = said.has("-f", "--mirror", "--delete", "-d", "--prune") or any(
        each in ("--force", "--forc") for each in said.args
    )
    if forced or any(each.startswith(("+", ":")) for each in said.words):
        return Refusal(
            Rule.PUSH,
            "a push that forces or deletes takes from others what they have",
            "push without force; if it must be, ask a person",
        )
    return None


def _checkout(said: _Said, ground: Ground) -> Refusal | None:
    if said.has("-b", "-B", "--orphan", "--detach", "--track", "-t") and not ground.is_crew:
        return _leaves("make or leave branches")
    if "--" in said.args or len(said.words) > 1:
        return None  # files
    return _goes_to(said.words[0], ground) if said.words else None


def _switch(said: _Said, ground: Ground) -> Refusal | None:
    if said.words and said.words[-1] == ground.branch and len(said.words) == 1:
        return None if not said.has("-c", "-C", "--orphan") else _leaves("make branches")
    if ground.is_crew:
        return _goes_to(said.words[0], ground) if said.words else None
    return _leaves("make or leave branches")


def _goes_to(where: str, ground: Ground) -> Refusal | None:
    if where == ground.branch and where:
        return None
    if where in (*_TARGETS, ground.base) and where:
        return Refusal(
            Rule.BRANCH,
            f"{where} moves whenever something lands: nobody stands on it",
            "to bring in what landed: git merge " + (ground.base or where),
        )
    is_other = (
        where == "-"
        or _COMMIT.fullmatch(where)
        or where.startswith((*_OTHERS, "@{", "HEAD~", "HEAD^"))
    )
    if is_other and not ground.is_crew:
        return _leaves("leave the branch")
    return None


def _branch(said: _Said, ground: Ground) -> Refusal | None:
    if ground.is_crew:
        return None
    if said.has("-m", "-M", "-d", "-D", "-f", "-C", "--move", "--delete", "--force"):
        return _leaves("rename, move or delete branches")
    return None


def _leaves(what: str) -> Refusal:
    return Refusal(Rule.BRANCH, f"an agent does not {what} of its sandbox", _STAY)


def _worktree(said: _Said, ground: Ground) -> Refusal | None:
    if not said.words or said.words[0] == "list" or ground.is_crew:
        return None
    return Refusal(
        Rule.BRANCH, "worktrees are made and removed by the town, not by agents", _STAY
    )


def _refs(said: _Said, ground: Ground) -> Refusal | None:
    own = (f"refs/heads/{ground.branch}", "HEAD")
    if said.verb == "symbolic-ref" and len(said.words) < 2 and not said.has("-d", "--delete"):
        return None
    if said.verb == "update-ref" and said.words[:1] and said.words[0] in own:
        return None
    return Refusal(
        Rule.REFS,
        f"refs are moved by commits and by the town, not by git {said.verb}",
        f"commit on {ground.branch or 'your own branch'}",
    )


def _forgets(said: _Said, ground: Ground) -> Refusal | None:  # noqa: ARG001 - all rules are called so
    """Refuse what makes git forget what is not reachable any more: it may yet be wanted."""
    harmless = {
        "gc": not any(each.startswith("--prune") and "=" in each for each in said.args),
        "prune": said.has("-n", "--dry-run"),
        "reflog": not said.words or said.words[0] not in ("expire", "delete"),
        "filter-branch": False,
        "filter-repo": False,
    }
    if harmless[said.verb]:
        return None
    return Refusal(
        Rule.REFS,
        "what git no longer reaches may yet be wanted, by you or by others",
        "leave tidying up to the town",
    )


def _clean(said: _Said, ground: Ground) -> Refusal | None:  # noqa: ARG001 - as above
    if said.has("-n", "--dry-run") or not said.has("-x", "-X"):
        return None
    return Refusal(
        Rule.REMOVE,
        "git clean -x removes what is ignored, and nothing of that is saved",
        "remove by name what is to go, such as rm -r build",
    )


def _config(said: _Said, ground: Ground) -> Refusal | None:  # noqa: ARG001 - as above
    reads = said.has("--get", "--get-all", "--get-regexp", "--list", "-l") or (
        said.words[:1] in (("get",), ("list",))
    )
    if reads or (
        len(said.words) < 2 and not said.has("--unset", "--unset-all", "--edit", "-e")
    ):
        return None
    if any(_is_of_hooks(each) for each in said.words):
        return Refusal(
            Rule.FENCE, "git's hooks stay as they are", "git gt hooks list shows them"
        )
    if said.has("--global", "--system"):
        return Refusal(
            Rule.SYSTEM,
            "the settings of the whole machine are a person's",
            "git config --worktree",
        )
    return None


_RULES: Final[dict[str, Callable[[_Said, Ground], Refusal | None]]] = {
    "push": _push,
    "send-pack": _push,
    "http-push": _push,
    "checkout": _checkout,
    "switch": _switch,
    "branch": _branch,
    "worktree": _worktree,
    "update-ref": _refs,
    "symbolic-ref": _refs,
    "replace": _refs,
    "gc": _forgets,
    "prune": _forgets,
    "reflog": _forgets,
    "filter-branch": _forgets,
    "filter-repo": _forgets,
    "clean": _clean,
    "config": _config,
}
