"""Who is asking: an agent says so in its environment, a person in git's configuration."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gitgt.errors import NotAllowedError
from gitgt.git.command import attempt
from gitgt.model.actor import Actor, Standing


def actor(environ: Mapping[str, str], cwd: Path) -> Actor:
    """Return who acts: ``GT_AGENT``'s agent, else the person that git knows."""
    address = environ.get("GT_AGENT")
    return Actor.agent(address) if address else person(environ, cwd)


def check_person(who: Actor, what: str) -> None:
    """Check that no agent asks for *what*, such as "settings are".

    Raises:
        NotAllowedError: it is an agent.
    """
    if who.standing.is_agent:
        raise NotAllowedError(
            f"{who.address} is an agent, and {what} for people",
            hint="commit with a line 'Escalate: MEDIUM why'",
        )


def check_leads(who: Actor, address: str) -> None:
    """Check that *who* may begin and end sessions of *address*, and make or clear its place.

    Raises:
        NotAllowedError: it is an agent that gives out no work, and not *address* itself.
    """
    if who.standing is Standing.AGENT and who.address != address:
        raise NotAllowedError(
            f"{who.address} is an agent, and {address} is not its to look after",
            hint="ask the mayor: git gt mail send mayor",
        )


def person(environ: Mapping[str, str], cwd: Path) -> Actor:
    """Return the person whose name git would put on a commit made in *cwd*."""
    known = _configured(cwd)
    name, email = (
        environ.get(f"GIT_AUTHOR_{key.upper()}")
        or known.get(f"author.{key}")
        or known.get(f"user.{key}")
        for key in ("name", "email")
    )
    return Actor.signed(name or _login(), email or f"{_login()}@localhost")


def _configured(cwd: Path) -> dict[str, str]:
    """Return what git's configuration says of its user, the last word for each key."""
    wanted = r"^(author|user)\.(name|email)$"
    said = attempt("config", "--null", "--get-regexp", wanted, cwd=cwd)
    rows = said.stdout.decode(errors="replace").split("\0")
    found = dict(row.partition("\n")[::2] for row in rows)
    return {key: value.strip() for key, value in found.items()}


def _login() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "overseer"


def editor(cwd: Path, environ: Mapping[str, str]) -> str:
    """Return the command line of the editor that git would open in *cwd*."""
    chosen = environ.get("GIT_EDITOR")  # which no git of ours gets to see
    return chosen or attempt("var", "GIT_EDITOR", cwd=cwd).stdout.decode().strip() or "vi"


def desk_name(who: Actor) -> str:
    """Return what *who* is called in the name of a desk's branch."""
    kept = "".join(each if each.isalnum() and each.isascii() else "-" for each in who.address)
    return "-".join(part for part in kept.lower().split("-") if part) or "overseer"
