# make demo     see it work, offline, in a temporary folder
# make test     all tests
# make test-agents  install the agents' programs from npm, and run their tests on no model
# make lint | types | layers | wheel | bench | lock | clean
#
# Each makes its own set-up in .venv; PYTHON=/path/to/python3 chooses another Python, ARGS=... is
# handed to pytest.

BIN := .venv/bin
export PYTHON

.PHONY: demo test test-agents lint types layers wheel bench lock clean setup

demo: setup
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/git-gt demo

test: setup
	@$(BIN)/python -m pytest -q -n auto --maxschedchunk 2 $(ARGS)

# AGENTS="claude codex" chooses some of the six. There is no network but loopback meanwhile.
test-agents: setup
	@.ci/agents $(AGENTS)
	@.ci/alone $(BIN)/python -m pytest -q -m agents tests/agents $(ARGS)

lint: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check -q .
	@! grep -nE '://|--index|--find-links' requirements.lock

types: setup
	@$(BIN)/mypy

layers: setup
	@$(BIN)/lint-imports --no-logo --no-cache

wheel: setup
	@.ci/wheel

bench: setup
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m benchmarks

# Takes the newest versions that pyproject.toml allows; needs uv.
lock:
	uv pip compile -q --upgrade --universal --generate-hashes --python-version 3.11 --group dev \
		--custom-compile-command "make lock" pyproject.toml -o requirements.lock

setup:
	@.ci/venv

clean:
	rm -rf .venv .agents dist build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache \
		.hypothesis .coverage .coverage.*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
