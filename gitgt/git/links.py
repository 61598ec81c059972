"""The commits with which requests land, one upon the other, in the style that is wanted.

A request's tree is that of merging its branch, whatever the style: so one verdict serves all
styles. A commit is made from the branch, from what it lands on and from when it was submitted,
and from nothing else: whoever makes it again after a crash gets the same id.

Squashed and rebased commits do not have the branch among their ancestors. So that a branch
which builds on one that landed so is still merged as what it is, a *whole* is kept for each
link: a commit with the link's tree, and with all that was merged into it as its ancestors.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final

from gitgt.git import authorship
from gitgt.git.authorship import Commit
from gitgt.git.repository import Repository, Signature
from gitgt.model.queue import merge_message
from gitgt.model.queue.merge_message import Author, Brought
from gitgt.model.queue.merge_style import Style
from gitgt.values import dataclass

# The tree that merging a commit into another gives; None if they conflict.
Pick = Callable[[str, str], str | None]
# Those of a branch's commits that were the heads of requests which have landed.
Landed = Callable[[Collection[str]], Collection[str]]
_NOBODY: Final = Signature("refinery", "refinery@gitgt.invalid", 1)


def nothing_landed(_: Collection[str]) -> Collection[str]:
    """Know of no request that has landed."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A head that wants to be merged, and what its merge commit will say."""

    request: str
    head: str
    bead: str
    title: str
    author: Signature
    branch: str = ""
    note: str = ""  # how a conflict was resolved, if there was one
    joins: bool = False  # two branches that both go on: a merge, whatever the style

    @property
    def brought(self) -> Brought:
        """What the commits of its landing say of it."""
        return Brought(
            request=self.request, bead=self.bead, title=self.title, head=self.head,
            branch=self.branch, note=self.note,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Footing:
    """What a branch is merged onto, and the commits that it has and this has not."""

    whole: str
    commits: tuple[Commit, ...]


class Links:
    """Writes the commits of chains onto one target; no ref points at them yet."""

    def __init__(
        self,
        repository: Repository,
        committer: Signature,
        pick: Pick,
        *,
        style: Style = Style.MERGE,
        landed: Landed = nothing_landed,
    ) -> None:
        self._repository = repository
        self._committer = committer
        self._pick = pick
        self._style = style
        self._landed = landed
        self._wholes: dict[str, str] = {}

    def footing(self, ours: str, head: str) -> Footing:
        """Return what *head* is merged onto to land on *ours*: of the same tree."""
        whole = self._wholes.get(ours, ours)
        commits = authorship.commits(self._repository, head, whole)
        landed = sorted(self._landed({each.oid for each in commits}))
        if not landed:
            return Footing(whole, commits)
        tree = self._repository.tree_of(ours)
        whole = self._repository.write_commit(tree, (whole, *landed), "", _NOBODY)
        return Footing(whole, authorship.commits(self._repository, head, whole))

    def write(self, ours: str, incoming: Incoming, tree: str, footing: Footing) -> str:
        """Write the commits of *incoming* onto *ours*, which lead to *tree*; return the last.

        A branch whose commits one by one do not lead there lands as one.
        """
        if self._style is Style.MERGE or incoming.joins:
            return self._merge(ours, incoming, tree, footing)
        made = self._in_line(ours, incoming, tree, footing)
        parents = (footing.whole, incoming.head)
        self._wholes[made] = self._repository.write_commit(tree, parents, "", _NOBODY)
        return made

    def _in_line(self, ours: str, incoming: Incoming, tree: str, footing: Footing) -> str:
        """Write what leads to *tree* in a straight line."""
        as_it_is = self._style is Style.FAST_FORWARD
        if as_it_is and self._fits(ours, incoming.head, tree, footing):
            return incoming.head
        made = None
        if self._style is not Style.SQUASH:
            made = self._replay(ours, incoming, tree, footing)
        return made or self._squash(ours, incoming, tree, footing)

    def _merge(self, ours: str, incoming: Incoming, tree: str, footing: Footing) -> str:
        written = [each.written for each in footing.commits if not each.is_merge]
        who = incoming.author
        message = merge_message.of_merge(
            incoming.brought, written, by=Author(who.name, who.email)
        )
        parents = (ours, incoming.head)
        return self._repository.write_commit(
            tree, parents, message, who, self._committed(incoming)
        )

    def _squash(self, ours: str, incoming: Incoming, tree: str, footing: Footing) -> str:
        own = [each for each in footing.commits if not each.is_merge]
        written = [each.written for each in own]
        main = merge_message.main_author(written)
        last = [each.author for each in own if each.written.author == main]
        who = last[-1] if last else incoming.author
        message = merge_message.of_squash(
            incoming.brought, written, by=Author(who.name, who.email)
        )
        return self._repository.write_commit(
            tree, (ours,), message, who, self._committed(incoming)
        )

    def _replay(
        self, ours: str, incoming: Incoming, tree: str, footing: Footing
    ) -> str | None:  # fmt: skip
        """Make the branch's commits anew onto *ours*; None if they do not lead to *tree*.

        What a merge within the branch resolved is lost by that, as it is for git; a commit
        that changes nothing any more is left out.
        """
        tip, at = ours, self._repository.tree_of(ours)
        for each in footing.commits:
            found = at if each.is_merge else self._picked(each, at)
            if found is None:
                return None
            if found != at:
                message = merge_message.of_replay(incoming.brought, each.written)
                tip = self._repository.write_commit(
                    found, (tip,), message, each.author, self._committed(incoming)
                )
                at = found
        return tip if at == tree else None

    def _picked(self, commit: Commit, onto: str) -> str | None:
        """Return what the change that *commit* made gives on the tree *onto*."""
        if not commit.parents:
            return None
        if self._repository.tree_of(commit.parents[0]) == onto:
            return self._repository.tree_of(commit.oid)
        # git 2.39 takes no merge base; so one is made, the only one that both can have.
        held = self._repository.write_commit(onto, commit.parents, "", _NOBODY)
        return self._pick(held, commit.oid)

    def _fits(self, ours: str, head: str, tree: str, footing: Footing) -> bool:
        """Tell whether the branch stands on *ours*, in a straight line, and leads to *tree*.

        What has landed before and was taken back since is in the branch, and not in the tree.
        """
        straight = not any(each.is_merge for each in footing.commits)
        is_same = self._repository.tree_of(head) == tree
        return straight and is_same and self._repository.is_ancestor(ours, head)

    def _committed(self, incoming: Incoming) -> Signature:
        """Return who commits: neither who merges nor when makes a difference."""
        when = incoming.author
        who = self._committer
        return Signature(who.name, who.email, when.seconds, when.offset)
