"""What bash, zsh and fish offer after ``git gt``, made from the catalog.

Git's own completion for bash and zsh loads them by name (``_git_gt``, ``_git-gt``); in fish
they are conditions on git's command line. Words only: they start no program of ours.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from gitgt.cli.catalog import visible
from gitgt.cli.loading import everything, options, subcommands


def bash(mark: str, program: str) -> str:
    """Return the completion that bash loads for git, or for one of our programs itself."""
    return _BASH.format(mark=mark, program=program, cases=_cases())


def zsh(mark: str) -> str:
    """Return the completion that zsh loads."""
    return _ZSH.format(mark=mark, cases=_cases())


def fish(mark: str) -> str:
    """Return the completion that fish reads when it starts."""
    return "\n".join([f"# {mark}", *_fish_lines(), ""])


def _cases() -> str:
    return "\n".join(
        f"    {shlex.quote(place)}) echo {shlex.quote(' '.join(words))} ;;"
        for place, words in _offers()
    )


def _offers() -> Iterator[tuple[str, list[str]]]:
    """Return what may follow each place, a place being written ``gt bead show``."""
    yield "gt", [*(entry.name for entry in visible()), "-C", "--version", "-h"]
    for context in everything():
        below = [name for name, _ in subcommands(context)]
        flags = [flag for names, _ in options(context) for flag in _long_flags(names)]
        yield context.command_path.removeprefix("git "), [*below, *flags, "-h"]


def _long_flags(names: str) -> list[str]:
    words = names.replace(",", " ").replace("/", " ").split()
    return [word for word in words if word.startswith("--")]


def _fish_lines() -> Iterator[str]:
    for entry in visible():
        yield _fish_line("gt", entry.name, entry.summary)
    for context in everything():
        _, *places = context.command_path.split()
        for name, command in subcommands(context):
            told = (command.help or "").strip().split("\n", 1)[0].removesuffix(".")
            yield _fish_line(" ".join(places), name, told)


def _fish_line(place: str, word: str, told: str) -> str:
    first, *rest = place.split()
    seen = " ".join(rest)
    deeper = f"; and __fish_seen_subcommand_from {seen}" if seen else _nothing_yet()
    condition = f"__fish_git_using_command {first}{deeper}"
    return f"complete -f -c git -n {shlex.quote(condition)} -a {word} -d {shlex.quote(told)}"


def _nothing_yet() -> str:
    names = " ".join(entry.name for entry in visible())
    return f"; and not __fish_seen_subcommand_from {names}"


_BASH = """\
# {mark}
__gitgt_words ()
{{
    case "$1" in
{cases}
    esac
}}

_git_gt ()
{{
    local i word place= cur="${{COMP_WORDS[COMP_CWORD]}}"
    for ((i = 0; i < COMP_CWORD; i++)); do
        word="${{COMP_WORDS[i]}}"
        if [ -z "$place" ]; then
            case "${{word##*/}}" in
            gt|git-gt) place=gt ;;
            bd|git-bd) place="gt bead" ;;
            esac
        else
            case "$word" in -*) continue ;; esac
            case " $(__gitgt_words "$place") " in *" $word "*) place="$place $word" ;; esac
        fi
    done
    COMPREPLY=($(compgen -W "$(__gitgt_words "$place")" -- "$cur"))
}}

_git_bd () {{ _git_gt; }}

complete -o default -F _git_gt {program}
"""

_ZSH = """\
#compdef git-gt git-bd
# {mark}
__gitgt_words () {{
    case "$1" in
{cases}
    esac
}}

local word place=gt
[[ ${{words[1]:t}} == (git-bd|bd) ]] && place="gt bead"
for word in ${{words[2,CURRENT-1]}}; do
    [[ $word == -* ]] && continue
    [[ " $(__gitgt_words $place) " == *" $word "* ]] && place="$place $word"
done
compadd -- ${{(s: :)$(__gitgt_words $place)}}
"""
