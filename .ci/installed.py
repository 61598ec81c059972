"""Looks at an installed gitgt from outside the checkout: is everything in it that ships?"""

import json
import os
import sys
from pathlib import Path

from jsonschema import Draft202012Validator

import gitgt
from gitgt import resources


def main(root: Path) -> int:
    """Compare what is installed with the checkout at *root*."""
    assert not Path(gitgt.__file__).is_relative_to(root), "this is the checkout's own package"
    schemas = sorted(path.name for path in resources.schemas().glob("*.json"))
    hooks = sorted(path.name for path in resources.hook_templates().iterdir())
    assert schemas == sorted(path.name for path in (root / "schemas").glob("*.json")), schemas
    assert hooks == sorted(path.name for path in (root / "hooks-templates").iterdir()), hooks
    prompts = sorted(path.name for path in resources.prompts().iterdir())
    assert prompts == sorted(path.name for path in (root / "gitgt/prompts").iterdir()), prompts
    for name in schemas:
        Draft202012Validator.check_schema(json.loads((resources.schemas() / name).read_text()))
    for name in hooks:
        shipped = os.access(resources.hook_templates() / name, os.X_OK)
        assert shipped == os.access(root / "hooks-templates" / name, os.X_OK), name
    sys.stdout.write(f"schemas: {' '.join(schemas)}\nhooks: {' '.join(hooks)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
