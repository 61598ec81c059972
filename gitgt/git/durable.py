"""Whether what is written is to outlast the machine, and not only the process."""

from __future__ import annotations

import os
from typing import Final

_NO: Final = ("", "0", "false", "no", "off")


def is_wanted() -> bool:
    """Tell whether to wait for the disk.

    ``GIT_TEST_FSYNC=0`` tells git, where thousands of repositories live for a second, not to;
    it means us, too.
    """
    return os.environ.get("GIT_TEST_FSYNC", "1").lower() not in _NO
