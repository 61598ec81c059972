"""What lands is signed where git is configured to sign, with real keys."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.branches import Branches
from tests.support.checkout import Checkout

TITLE = "the queue of shop stands still: what is to land could not be signed (ssh): "


@pytest.fixture
def shop(town):
    return Branches(town, town.rig())


@pytest.fixture
def key(tmp_path):
    """A key of ssh's, and a file that says whose it is."""
    path = tmp_path / "keys" / "refinery"
    path.parent.mkdir()
    argv = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "refinery", "-f", str(path)]
    subprocess.run(argv, check=True)
    words = path.with_suffix(".pub").read_text().split()
    (path.parent / "signers").write_text(f"refinery@gitgt.invalid {words[0]} {words[1]}\n")
    return path


def configure(where: Checkout, key: Path, form: str = "ssh") -> None:
    where.git("config", "commit.gpgSign", "true")
    where.git("config", "gpg.format", form)
    where.git("config", "user.signingKey", str(key))


def is_signed(shop: Branches, key: Path, commit: str) -> bool:
    signers = f"gpg.ssh.allowedSignersFile={key.parent / 'signers'}"
    program = "gpg.ssh.program=ssh-keygen"
    said = shop.repo.attempt("-c", signers, "-c", program, "verify-commit", "--raw", commit)
    return not said.returncode and 'Good "git" signature for refinery@gitgt' in said.stderr


@pytest.mark.parametrize(
    ("style", "count"), [("merge", 2), ("squash", 2), ("rebase", 3), ("fast-forward", 3)]
)
def test_what_lands_is_signed_and_its_tree_is_the_one_that_was_tested(
    town, shop, key, style, count
):
    shop.set_queue(style=style)
    configure(shop.repo, key)
    bead = shop.bead("Sell shoes")
    shop.begin(bead)
    shop.commit("One", one="fine\n")
    shop.commit("Two\n\nCo-authored-by: Bo <bo@example.com>", two="fine\n")
    shop.hand_in(bead)
    other = shop.ask("Sell hats", hats="fine\n")
    town.settle()
    commits = shop.log("%H", count)
    assert [is_signed(shop, key, each) for each in commits] == [True] * count
    assert town.now(other).landed == commits[0]
    assert town.now(bead).landed == commits[1]
    assert shop.tested == [shop.repo.git("rev-parse", "main^{tree}")]
    assert "Co-authored-by: Bo <bo@example.com>" in "\n".join(
        shop.show("%B", each) for each in commits
    )
    assert shop.repo.git("fsck", "--strict", "--no-dangling") == ""


def test_the_settings_say_it_too_and_win_over_what_an_agent_might_configure(town, shop, key):
    shop.set_queue(sign=f"{{format: ssh, key: {key}}}")
    shop.work.git("config", "commit.gpgSign", "false")
    shop.work.git("config", "gpg.ssh.program", "/bin/false")
    shop.ask("Sell hats", hats="fine\n")
    town.settle()
    assert is_signed(shop, key, "main")


def test_what_nobody_can_sign_waits_and_nobody_is_blamed(town, shop, key):
    configure(shop.repo, key.with_name("lost"))
    bead = shop.ask("Sell hats", hats="fine\n")
    town.settle()
    assert shop.status(bead) == "queued"
    [(severity, title)] = town.escalations(shop.rig)
    assert (severity, title.startswith(TITLE)) == ("high", True)
    key.rename(key.with_name("lost"))
    key.with_suffix(".pub").rename(key.with_name("lost.pub"))
    town.clock.advance(600)
    town.settle()
    assert shop.status(bead) == "landed"
    assert is_signed(shop, key, "main")
    [call] = town.ledger(shop.rig).rows(kind="escalation")
    assert call.status == "closed"


def test_an_agents_own_process_does_not_sign(town, shop, key, monkeypatch):
    configure(shop.repo, key)
    bead = shop.ask("Sell hats", hats="fine\n")
    monkeypatch.setenv("GT_AGENT", "shop/polecats/toast")
    town.settle()
    assert shop.status(bead) == "queued"
    assert "an agent cannot sign" in town.escalations(shop.rig)[0][1]


def test_a_configuration_for_all_that_a_person_does_is_not_for_the_refinery(town, shop, home):
    subprocess.run(["git", "config", "--global", "commit.gpgSign", "true"], check=True)
    bead = shop.ask("Sell hats", hats="fine\n")
    town.settle()
    assert shop.status(bead) == "landed"


@pytest.mark.skipif(shutil.which("gpg") is None, reason="needs gpg")
def test_gpg_signs_too(town, shop, tmp_path, monkeypatch):
    folder = tmp_path / "g"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("GNUPGHOME", str(folder))
    made = ["gpg", "--batch", "--quiet", "--passphrase", "", "--quick-generate-key"]
    subprocess.run(
        [*made, "refinery <refinery@gitgt.invalid>", "ed25519", "sign"], check=True,
        capture_output=True,
    )  # fmt: skip
    try:
        configure(shop.repo, Path("refinery@gitgt.invalid"), "openpgp")
        shop.ask("Sell hats", hats="fine\n")
        town.settle()
        assert "GOODSIG" in shop.repo.attempt("verify-commit", "--raw", "main").stderr
    finally:
        subprocess.run(["gpgconf", "--kill", "all"], check=True)
