"""How a pipeline's checkout reaches its remote is carried over, and shows no secret."""

import os

import pytest

from gitgt.errors import EnvironmentProblemError, NotFoundError
from gitgt.git import access
from gitgt.git.access import Access
from tests.support.checkout import Checkout

SECRET = "https://gitlab-ci-token:s3cr%40t@git.example.com/ada/shop.git"
PLAIN = "https://git.example.com/ada/shop.git"
BACK = (
    "url.https://gitlab-ci-token:s3cr%40t@git.example.com/.insteadOf",
    "https://git.example.com/",
)


@pytest.mark.parametrize(
    ("url", "carried", "token", "expected"),
    [
        (PLAIN, [], "", Access(PLAIN)),
        (SECRET, [], "", Access(PLAIN, (BACK,))),
        (
            SECRET,
            [("http.proxy", "p"), ("http.https://git.example.com/.extraheader", "A: B")],
            "t/k",
            Access(
                PLAIN,
                (
                    ("http.proxy", "p"),
                    ("url.https://oauth2:t%2Fk@git.example.com/.insteadOf", "https://git.example.com/"),
                ),
            ),
        ),
        ("git@host:shop.git", [("core.sshcommand", "s")], "t",
         Access("git@host:shop.git", (("core.sshcommand", "s"),))),
        ("/srv/shop.git", [], "t", Access("/srv/shop.git")),
    ],
)  # fmt: skip
def test_an_address_is_without_its_secret_and_a_setting_brings_it_back(
    url, carried, token, expected
):
    assert access.opened(url, carried, token) == expected


def test_git_has_what_the_checkout_had_besides_what_its_user_has(tmp_path):
    header = 'AUTHORIZATION: basic "quoted" \\ back'
    work = Checkout.init(tmp_path / "work")
    work.git("remote", "add", "origin", SECRET)
    # As newer versions of GitHub's checkout do it.
    (tmp_path / "more").write_text("")
    config = str(tmp_path / "more")
    work.git("config", "--file", config, "http.https://git.example.com/.extraheader", header)
    work.git("config", f"includeIf.gitdir:{work.path}/.git.path", config)

    found = access.of(work.path, "origin")
    assert found.url == PLAIN
    written = tmp_path / "config"
    access.write(found, written, os.environ)
    assert written.stat().st_mode & 0o077 == 0

    other = Checkout.init(tmp_path / "other")
    env = {"GIT_CONFIG_GLOBAL": str(written)}
    assert other.git("ls-remote", "--get-url", PLAIN, env=env) == SECRET
    assert other.git("config", "--get-urlmatch", "http.extraheader", PLAIN, env=env) == header
    assert other.git("config", "user.name", env=env) == "Tess Ter"


def test_a_place_that_is_no_checkout_is_told(tmp_path):
    with pytest.raises(EnvironmentProblemError, match="is no git repository, or not one that"):
        access.of(tmp_path, "origin")
    work = Checkout.init(tmp_path / "work")
    with pytest.raises(NotFoundError, match="has no remote 'origin'"):
        access.of(work.path, "origin")
