"""A town whose rig has pipelines, the bare repository that it is shared through, a runner."""

import pytest

from gitgt.model.ci.event import Product
from gitgt.services.ci import installing
from tests.support.clones import Place, hub
from tests.support.pipelines import Runner
from tests.support.town import TESS


class Pipelines:
    """A town, its rig with a gate that is ``check.sh``, and what runs pipelines for it."""

    def __init__(self, folder):
        self.hub = hub(folder)
        self.place = Place(folder / "a town of tess", str(self.hub.path))
        self.work = type(self.hub).clone(self.hub.path, folder / "work")
        check = "#!/bin/sh\n! grep -rn FIXME --include='*.txt' .\n"
        self.work.commit("check.sh", check)
        self.work.git("push", "-q", "origin", "main")
        self.town, self.rig = self.place.town, self.place.rig
        self.place.builder.gate(self.rig, "sh check.sh")
        self.runner = Runner(folder / "a runner", f"file://{self.hub.path}")

    def install(self, product):
        """Install the pipeline, and put its file on the project's branch past the queue."""
        done = installing.install(self.town, self.rig, Product(product), TESS)
        self.place.sync()
        text = installing.template(Product(product), self.rig)
        self.work.commit(done.project[0], text)
        self.work.git("push", "-q", "origin", "main")
        return done

    def push(self, branch, name, text):
        """Push a branch with one commit on top of the project's."""
        self.work.git("switch", "-q", "-C", branch, "origin/main")
        head = self.work.commit(name, text)
        self.work.git("push", "-q", "-f", "origin", branch)
        return head

    def at_hub(self, ref):
        """Return where a ref stands at the remote."""
        return self.hub.git("rev-parse", ref)


@pytest.fixture
def pipelines(tmp_path):
    made = Pipelines(tmp_path)
    yield made
    made.place.builder.close()
