"""What people wrote stays as they wrote it."""

import pytest

from gitgt.errors import RefusedError
from gitgt.model.ci.event import Product
from gitgt.model.ci.files import MARK, installed, product_at, uninstalled

TEXT = MARK + b" taken away ...\nname: gitgt\n"
GITHUB = ".github/workflows/gitgt.yml"
THEIRS = b"test:\n  script: make\n"
WITH_OURS = (
    THEIRS + b"\n# Added by git gt ci install; git gt ci uninstall takes it out.\n"
    b"include:\n  - local: .gitlab/gitgt.yml\n"
)


@pytest.mark.parametrize(
    ("product", "there", "expected"),
    [
        (Product.GITHUB, {}, {GITHUB: TEXT}),
        (Product.GITHUB, {GITHUB: TEXT}, {}),
        (Product.GITHUB, {GITHUB: TEXT + b"# ours now\n"}, {}),
        (Product.GITEA, {GITHUB: TEXT}, {".gitea/workflows/gitgt.yml": TEXT}),
        (Product.GITLAB, {}, {".gitlab-ci.yml": TEXT}),
        (
            Product.GITLAB,
            {".gitlab-ci.yml": THEIRS},
            {".gitlab-ci.yml": WITH_OURS, ".gitlab/gitgt.yml": TEXT},
        ),
        (Product.GITLAB, {".gitlab-ci.yml": WITH_OURS, ".gitlab/gitgt.yml": TEXT}, {}),
    ],
)
def test_installing_adds_and_replaces_nothing(product, there, expected):
    assert installed(product, TEXT, there.get) == expected


def test_a_file_of_somebody_elses_is_left_to_them():
    with pytest.raises(RefusedError, match="is there already, and not ours"):
        installed(Product.GITHUB, TEXT, {GITHUB: THEIRS}.get)
    included = {".gitlab-ci.yml": b"include: [a.yml]\n" + THEIRS}
    with pytest.raises(RefusedError, match="includes other files already"):
        installed(Product.GITLAB, TEXT, included.get)


@pytest.mark.parametrize("product", [each for each in Product if each is not Product.GENERIC])
@pytest.mark.parametrize("there", [{}, {".gitlab-ci.yml": THEIRS}])
def test_uninstalling_gives_back_what_was_there(product, there):
    files = {**there, **installed(product, TEXT, there.get)}
    files |= uninstalled(files.get)
    assert {path: text for path, text in files.items() if text is not None} == there
    assert uninstalled(there.get) == {}


@pytest.mark.parametrize(
    ("host", "kind", "expected"),
    [
        ("github.com", "", Product.GITHUB),
        ("gitlab.example.com", "", Product.GITLAB),
        ("codeberg.org", "gitea", Product.FORGEJO),
        ("git.example.com", "gitea", Product.GITEA),
        ("git.example.com", "github", Product.GITHUB),
        ("git.example.com", "", None),
    ],
)
def test_a_host_tells_what_runs_there(host, kind, expected):
    assert product_at(host, kind) == expected
