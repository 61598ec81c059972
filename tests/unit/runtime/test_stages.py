"""What a pane of tmux printed last comes out of it before its run is over."""

import os

import pytest

from gitgt.runtime.process import On, Spec
from gitgt.runtime.terminal import stages


@pytest.mark.parametrize("pieces", [1, 3])
def test_the_mark_is_seen_in_however_many_pieces_it_comes(tmp_path, monkeypatch, pieces):
    os.mkfifo(tmp_path / "printed")
    env = {stages.RUN_MARK: "r1"}
    spec = Spec(argv=("true",), cwd=tmp_path, env=env, directory=tmp_path, terminal=On.PANE)
    stage = stages.PaneStage(spec)
    terminal, pane = os.pipe()
    monkeypatch.setattr(stages, "_STDOUT", pane)
    monkeypatch.setattr(stages, "_ON_ITS_WAY", float("inf"))
    on_the_way, shown = [b"good", b"bye"], []

    def take():
        if on_the_way:
            shown.append(stage.show(on_the_way.pop(0)))
            return
        said = os.read(terminal, 100)
        size = len(said) // pieces + 1
        on_the_way.extend(said[at : at + size] for at in range(0, len(said), size))
        os.write(stage.output, b"!")  # so that nobody waits

    stage.close(take)
    assert (b"".join(shown), on_the_way) == (b"goodbye", [])
    os.close(terminal)
    os.close(pane)
