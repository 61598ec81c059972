"""What documents say about tables of the code is what the tables say."""

import importlib.util

import pytest

from gitgt.git.repository import Repository
from gitgt.ledger import codec, genesis
from gitgt.model import lifecycle
from gitgt.model.lifecycle import Machine
from tests.support.checkout import Checkout
from tests.support.world import ROOT

_SPEC = importlib.util.spec_from_file_location("generate", ROOT / "docs/generate.py")
generate = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(generate)


@pytest.mark.parametrize("page", generate.pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_is_as_it_would_be_made_now(page):
    text = page.read_text()
    assert generate.renewed(text) == text, "python docs/generate.py writes it anew"


def test_every_lifecycle_is_shown():
    told = (ROOT / "docs/lifecycles.md").read_text()
    nouns = [each.noun for each in vars(lifecycle).values() if isinstance(each, Machine)]
    assert [
        each for each in nouns if f": lifecycle {each.replace(' ', '-')} -->" not in told
    ] == []


def test_every_kind_of_document_is_shown():
    told = (ROOT / "docs/ledger.md").read_text()
    kinds = [each.kind for each in generate.KINDS]
    assert [each for each in kinds if f"<!-- generated: fields {each} -->" not in told] == []


def test_the_ledger_begins_with_the_commit_that_is_described(tmp_path):
    begun = genesis.root(Repository(Checkout.init(tmp_path).path / ".git"))
    assert f"`{begun}`" in (ROOT / "docs/ledger.md").read_text()


def test_the_greatest_size_of_a_document_is_the_one_described():
    assert f"at most {codec.MAX_BYTES // 1024} KiB" in (ROOT / "docs/ledger.md").read_text()
