"""What a pipeline's product says of why it runs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gitgt.errors import EnvironmentProblemError, NotAllowedError, RefusedError
from gitgt.model.ci.event import Happened, recognize


def happened(environ: Mapping[str, str]) -> Happened:
    """Return what made this pipeline run.

    Raises:
        NotAllowedError: it is no pipeline, but an agent that would land by itself.
        RefusedError: nothing says so.
        EnvironmentProblemError: the product's own file cannot be read.
    """
    if agent := environ.get("GT_AGENT"):
        raise NotAllowedError(
            f"{agent} is an agent, and a pipeline is nobody's to play",
            hint="hand it in, and the refinery tests it: git gt done",
        )
    found = recognize(environ, _payload(environ.get("GITHUB_EVENT_PATH", "")))
    if found is None:
        raise RefusedError(
            "this is no pipeline that is known, and nothing says what happened",
            hint="GT_CI_REF=refs/heads/beads GT_CI_BEFORE=OLD GT_CI_AFTER=NEW git gt ci, "
            "or GT_CI_EVENT=schedule",
        )
    return found


def _payload(path: str) -> Mapping[str, Any]:
    if not path:
        return {}
    try:
        found = json.loads(Path(path).read_bytes())
    except (OSError, ValueError) as error:
        raise EnvironmentProblemError(f"{path} does not say what happened: {error}") from error
    return found if isinstance(found, dict) else {}
