# The two commands of this project are `make demo` and `make test`. Both make .venv first; neither needs anything but
# Python >= 3.11 (with its venv module) and make.
PYTHON ?= python3
SEED ?= 1
VENV := .venv
BIN := $(VENV)/bin
LOCK := .ci/lock

.DEFAULT_GOAL := help
.PHONY: help demo test torture lint servers schemas lock clean

help:  ## Say what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1 \t/'

demo: $(VENV)/.run  ## Publish a small campaign to a page on this machine, with no credentials
	@$(BIN)/python docs/demo.py

test: $(VENV)/.test lint  ## Run everything: linters, types, rooms and all tests
	$(BIN)/python -m pytest -n auto

torture: $(VENV)/.test servers  ## Kill, cut off, fill and simulate for a long time; print what was tried (SEED=1)
	$(BIN)/python -m tests.torture --seed $(SEED)
	$(BIN)/python -m tests.simulation --years 200 --seed $(SEED)
	$(BIN)/python -m tests.machines --posts 2000 --seed $(SEED)

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

servers: .servers/mastodon-mock/.done .servers/nostr-relay/.done  ## Install the servers from PyPI that some tests need (Debian's: see CONTRIBUTING)

schemas: $(VENV)/.run  ## Write the JSON Schemas that editors complete and check with (.campaign/)
	$(BIN)/campaign init --schemas .

lock: $(VENV)/.test  ## Pin all dependencies anew, with hashes
	$(BIN)/pip install --quiet --upgrade uv
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
	  --upgrade pyproject.toml $(LOCK)/build.in -o $(LOCK)/run.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
	  --upgrade pyproject.toml --group test $(LOCK)/build.in -c $(LOCK)/run.txt -o $(LOCK)/test.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
	  --upgrade $(LOCK)/mastodon-mock.in -o $(LOCK)/mastodon-mock.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
	  --upgrade $(LOCK)/nostr-relay.in -o $(LOCK)/nostr-relay.txt

clean:  ## Remove everything that was made
	rm -rf $(VENV) .servers demo dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache .campaign

$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; this is $$($(PYTHON) --version). Name another: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
	  { rm -rf $(VENV); echo "Python's venv module is missing. On Debian or Ubuntu: apt install python3-venv"; exit 1; }

$(VENV)/.run: $(BIN)/pip $(LOCK)/run.txt pyproject.toml
	@echo "Installing into $(VENV) ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r $(LOCK)/run.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.test: $(VENV)/.run $(LOCK)/test.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r $(LOCK)/test.txt
	@touch $@

.servers/mastodon-mock/.done: $(LOCK)/mastodon-mock.txt
	@$(PYTHON) -m venv .servers/mastodon-mock
	@.servers/mastodon-mock/bin/pip install --quiet --disable-pip-version-check --require-hashes -r $(LOCK)/mastodon-mock.txt
	@touch $@

.servers/nostr-relay/.done: $(LOCK)/nostr-relay.txt
	@$(PYTHON) -m venv .servers/nostr-relay
	@.servers/nostr-relay/bin/pip install --quiet --disable-pip-version-check --require-hashes -r $(LOCK)/nostr-relay.txt
	@touch $@
