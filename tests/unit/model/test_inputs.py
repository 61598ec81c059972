from __future__ import annotations

import pytest

from gitgt.model.inputs import Inputs, Part

FILES = [
    "setup.py", "src/a.py", "src/deep/b.py", "src/deep/c.txt", "docs/a.md", "docs/x/b.py",
    "tests/test_a.py", "README.md",
]  # fmt: skip


def seen(*globs: str) -> list[str]:
    """Return which of FILES are seen, looked at folder by folder."""
    return [each for each in FILES if walk(Inputs.parse(globs), each)]


def walk(inputs: Inputs, path: str) -> bool:
    parts = path.split("/")
    for length in range(1, len(parts)):
        match inputs.of("/".join(parts[:length]), folder=True):
            case Part.ALL:
                return True
            case Part.NONE:
                return False
    return inputs.of(path, folder=False) is Part.ALL


@pytest.mark.parametrize(
    ("globs", "files"),
    [
        (["src/**"], ["src/a.py", "src/deep/b.py", "src/deep/c.txt"]),
        (["src"], ["src/a.py", "src/deep/b.py", "src/deep/c.txt"]),
        (["/src/"], ["src/a.py", "src/deep/b.py", "src/deep/c.txt"]),
        (["src/*.py"], ["src/a.py"]),
        (["*.py"], ["setup.py"]),
        (["**/*.py", "!tests"], ["setup.py", "src/a.py", "src/deep/b.py", "docs/x/b.py"]),
        (["src/**/b.py", "setup.py"], ["setup.py", "src/deep/b.py"]),
        (["**/deep"], ["src/deep/b.py", "src/deep/c.txt"]),
        (["t?sts/test_[ab].py"], ["tests/test_a.py"]),
        (["src", "!**/*.txt"], ["src/a.py", "src/deep/b.py"]),
        (["src", "!src/deep"], ["src/a.py"]),
        (["!docs", "!*.md"], [
            "setup.py", "src/a.py", "src/deep/b.py", "src/deep/c.txt", "tests/test_a.py",
        ]),
        (["nothing/**"], []),
    ],
)  # fmt: skip
def test_what_globs_name(globs, files):
    assert seen(*globs) == files


def test_a_folder_that_is_seen_whole_need_not_be_looked_into():
    inputs = Inputs.parse(["src/**", "tests/*.py", "!src/deep/*.txt"])
    assert inputs.of("docs", folder=True) is Part.NONE
    assert inputs.of("tests", folder=True) is Part.SOME
    assert inputs.of("src", folder=True) is Part.SOME
    assert inputs.of("src/other", folder=True) is Part.ALL
    assert inputs.of("src/deep", folder=True) is Part.SOME
    assert Inputs.parse(["src/**"]).of("src", folder=True) is Part.ALL
    assert Inputs.parse(["**"]).of("src", folder=True) is Part.ALL
