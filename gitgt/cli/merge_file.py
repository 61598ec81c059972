"""What git calls for each bead file that both sides of a merge changed."""

from __future__ import annotations

import os
from pathlib import Path

import click


@click.command()
@click.argument("files", nargs=3, type=click.Path(path_type=Path))
@click.argument("path")
def command(*, files: tuple[Path, Path, Path], path: str) -> None:
    """Merge a bead file, field by field."""
    from gitgt.git import refs
    from gitgt.git.repository import Repository
    from gitgt.services import merge_file

    cwd = Path.cwd()
    git_dir = refs.git_dir_of(cwd)
    base, ours, theirs = (each.read_bytes() for each in files)
    if git_dir is None:
        raise click.UsageError("only git itself calls this")
    environ = {**os.environ, "GT_MERGE_HEAD": merge_file.head_of(cwd)}
    repository = Repository(refs.common_dir(git_dir))
    files[1].write_bytes(merge_file.merged(repository, (base, ours, theirs), path, environ))
