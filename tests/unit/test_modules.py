from __future__ import annotations

import pytest

from gitgt.git.modules import absolute


@pytest.mark.parametrize(
    ("base", "url", "whole"),
    [
        ("https://x.org/a/shop.git", "../lib.git", "https://x.org/a/lib.git"),
        ("https://x.org/a/shop.git", "../../b/lib.git", "https://x.org/b/lib.git"),
        ("git@x.org:a/shop.git", "../lib.git", "git@x.org:a/lib.git"),
        ("git@x.org:shop.git", "../lib.git", "git@x.org:lib.git"),
        ("/srv/shop/", "./lib", "/srv/shop/lib"),
        ("/srv/shop", "../lib", "/srv/lib"),
        ("/srv/shop", "https://x.org/lib", "https://x.org/lib"),
        ("/srv/shop", "/srv/other", "/srv/other"),
    ],
)
def test_an_address_is_read_as_git_reads_it_beside_the_project(base, url, whole):
    assert absolute(base, url) == whole
