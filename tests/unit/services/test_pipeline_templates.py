"""The pipelines that are installed, held to the schemas that their products publish."""

import json
from importlib import resources
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from gitgt.model.ci.event import Product
from gitgt.model.ci.files import MARK, PATHS
from gitgt.services.ci.installing import template
from gitgt.services.town import Rig
from tests.support.pipelines import read

_VENDORED = "builtin_schemas/vendor/{}.json"
# What imitates GitHub publishes no schema, and reads the same files.
_SCHEMAS = {Product.GITLAB: "gitlab-ci"}
RIG = Rig("shop", "sh", "trunk", "https://example.com/shop.git", Path("/gt/shop"))


def errors(product, pipeline):
    name = _VENDORED.format(_SCHEMAS.get(product, "github-workflows"))
    schema = json.loads(resources.files("check_jsonschema").joinpath(name).read_text())
    return [each.message for each in Draft7Validator(schema).iter_errors(pipeline)]


@pytest.mark.parametrize("product", PATHS)
def test_a_pipeline_keeps_its_products_schema(product):
    text = template(product, RIG)
    assert text.startswith(MARK)
    assert b"@" not in text.replace(b"/checkout@", b"").replace(b"/setup-python@", b"")
    pipeline = read(text.decode())
    assert errors(product, pipeline) == []
    (job,) = pipeline["jobs"].values() if "jobs" in pipeline else [pipeline["gitgt"]]
    said = job.get("variables") or job["steps"][-1]["env"]
    names = {name: said[name] for name in ("GT_RIG", "GT_LEDGER", "GT_TARGET")}
    assert names == {"GT_RIG": "shop", "GT_LEDGER": "beads", "GT_TARGET": "trunk"}


@pytest.mark.parametrize("product", PATHS)
def test_a_pipeline_that_its_product_would_refuse_is_noticed(product):
    pipeline = read(template(product, RIG).decode())
    job = pipeline["jobs"]["gitgt"] if "jobs" in pipeline else pipeline["gitgt"]
    job["script" if product is Product.GITLAB else "steps"] = 7
    assert errors(product, pipeline)
