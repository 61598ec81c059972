"""Bring a pipeline to a project, and take it away: to its own branch, and to the ledger.

A push runs the pipeline that lies in what was pushed, so the ledger needs one of its own, and
says beside it which gates there are. On the project's branch nothing is committed behind the
back of its gates: the file is on a branch of its own, handed in as any other work.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from gitgt import resources
from gitgt.errors import LedgerConflictError, NotFoundError, RefusedError
from gitgt.git import standing as checkouts
from gitgt.git.remote import address
from gitgt.git.repository import Repository, Signature
from gitgt.git.spool import Spool
from gitgt.git.transaction import RefMove, move_refs
from gitgt.ledger import genesis
from gitgt.model.actor import Actor
from gitgt.model.ci.event import Product
from gitgt.model.ci.files import PATHS, Files, installed, product_at, uninstalled
from gitgt.model.documents import MergeRequest, WorkType
from gitgt.model.event import Event
from gitgt.model.pull_request import address_of
from gitgt.services import beads, identity, settings, submit, target
from gitgt.services.ci.room import REMOTE
from gitgt.services.submit import Submission
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

_ATTEMPTS: Final = 50
# What decides there what passes, how it lands and where it is told; the rest is a town's own.
_SHARED: Final = ("gates", "merge_queue", "integration", "forge", "runners")
_TEMPLATES: Final = {
    Product.GITHUB: "github.yml", Product.GITLAB: "gitlab.yml",
    Product.FORGEJO: "forgejo.yml", Product.GITEA: "forgejo.yml",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Done:
    """What was changed: files of the ledger, and the request that changes the project's."""

    rig: str
    product: str
    ledger: tuple[str, ...] = ()
    project: tuple[str, ...] = ()
    request: str = ""
    branch: str = ""
    target: str = ""

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "rig": self.rig, "product": self.product, "ledger": list(self.ledger),
            "project": list(self.project), "request": self.request, "branch": self.branch,
            "target": self.target, "changed": bool(self.ledger or self.project),
        }  # fmt: skip


def product_of(town: Town, rig: Rig) -> Product:
    """Return what runs pipelines where the rig's remote is.

    Raises:
        RefusedError: its address does not tell.
    """
    said = settings.read_committed(town.root, rig.settings_name, "rig")
    kind = said.get("forge", {}).get("kind", "")
    host, _ = address_of(address(town.ledger_at(rig).repository, REMOTE))
    found = product_at(host, kind)
    if found is None:
        known = ", ".join(PATHS)
        raise RefusedError(
            f"what runs pipelines for {rig.name} cannot be told from {rig.origin}",
            hint=f"--product, one of: {known}",
        )
    return found


def template(product: Product, rig: Rig) -> bytes:
    """Return the pipeline of *product*, for *rig*."""
    text = (resources.hook_templates() / "ci" / _TEMPLATES[product]).read_text()
    words = {"@RIG@": rig.name, "@LEDGER@": rig.ledger_branch, "@TARGET@": rig.branch}
    for mark, word in words.items():
        text = text.replace(mark, word)
    return text.encode()


def install(town: Town, rig: Rig, product: Product, who: Actor) -> Done:
    """Bring the pipeline to the ledger, and ask for it to land on the project's branch.

    Raises:
        RefusedError: a file of that name is somebody else's; nothing was changed then.
        NotAllowedError: an agent asks.
    """
    identity.check_person(who, "pipelines are")
    repository, tip = _stands(town, rig)
    text = template(product, rig)
    project = installed(product, text, lambda path: repository.read(tip, path))
    said = settings.read_committed(town.root, rig.settings_name, "rig")
    rules = settings.emit({name: said[name] for name in _SHARED if name in said})

    def wanted(head: str) -> Files:
        files = installed(product, text, lambda path: repository.read(head, path))
        is_said = repository.read(head, genesis.RIG) == rules
        return files if is_said else {**files, genesis.RIG: rules}

    ledger = _write(town, rig, wanted, f"run pipelines on {product}", who)
    title = f"Run gitgt's pipeline on {product}"
    request = _hand_in(town, rig, project, title, who)
    return _done(rig, str(product), ledger, project, request)


def uninstall(town: Town, rig: Rig, who: Actor) -> Done:
    """Take the pipelines off the ledger, and ask for them to go from the project's branch.

    Raises:
        NotAllowedError: an agent asks.
    """
    identity.check_person(who, "pipelines are")
    repository, tip = _stands(town, rig)
    project = uninstalled(lambda path: repository.read(tip, path))

    def wanted(head: str) -> Files:
        files = uninstalled(lambda path: repository.read(head, path))
        is_said = repository.entry(head, genesis.RIG) is not None
        return {**files, genesis.RIG: None} if is_said else files

    ledger = _write(town, rig, wanted, "run no pipelines", who)
    request = _hand_in(town, rig, project, "Take gitgt's pipeline away", who)
    return _done(rig, "", ledger, project, request)


def _done(
    rig: Rig, product: str, ledger: Files, project: Files, request: MergeRequest | None
) -> Done:  # fmt: skip
    return Done(
        rig.name, product, tuple(ledger), tuple(project) if request else (),
        str(request.id) if request else "", request.branch if request else "", rig.branch,
    )  # fmt: skip


def _stands(town: Town, rig: Rig) -> tuple[Repository, str]:
    repository = town.ledger_at(rig).repository
    tip = target.tip(repository, rig.branch)
    if tip is None:
        raise NotFoundError(f"{rig.name} has no branch {rig.branch}")
    return repository, tip


def _blobs(repository: Repository, files: Files) -> Mapping[str, str | None]:
    return {
        path: None if content is None else repository.write_blob(content)
        for path, content in files.items()
    }


def _write(
    town: Town, rig: Rig, wanted: Callable[[str], Files], subject: str, who: Actor
) -> Files:
    """Commit to the ledger what *wanted* makes of its head; return what changed."""
    ledger = town.ledger_at(rig)
    repository = ledger.repository
    for _ in range(_ATTEMPTS):
        head = ledger.head()
        if not (files := wanted(head)):
            return {}
        tree = repository.write_tree(head, _blobs(repository, files))
        event = Event(subject, name="ledger.pipelined")
        new = ledger.commit_tree(tree, (head,), event, who)
        try:
            checkouts.move(repository, [RefMove(ledger.ref, head, new)], why=subject)
        except LedgerConflictError:
            continue
        Spool.of(repository.common).leave(str(repository.common))
        return files
    raise LedgerConflictError("the ledger moved on again and again", hint="try again")


def _hand_in(town: Town, rig: Rig, files: Files, title: str, who: Actor) -> MergeRequest | None:
    """Ask for *files* to change on the rig's branch; return the request, if any is needed.

    One that asks for the same and has not ended is found again.
    """
    repository, tip = _stands(town, rig)
    if not files:
        return None
    tree = repository.write_tree(tip, _blobs(repository, files))
    for each in town.ledger_at(rig).snapshot().all(MergeRequest, status=submit.LIVE):
        if each.branch.startswith("ci/") and repository.tree_of(each.head) == tree:
            return None
    bead = beads.create(town, rig, who, {"title": title, "type": WorkType.CHORE})
    me = Signature(who.address, who.email, int(town.clock()))
    head = repository.write_commit(tree, [tip], f"{title}\n\nBead: {bead.id}\n", me)
    branch = f"ci/{bead.id}"
    move_refs(repository, [RefMove(f"refs/heads/{branch}", None, head)], why="ci install")
    return submit.submit(town, Submission(bead.id, branch, head), who)
