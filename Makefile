# The two commands of this project are `make demo` and `make test`. Both make .venv first; neither needs anything but
# Python >= 3.11 (with its venv module) and make.
PYTHON ?= python3
SEED ?= 1
VENV := .venv
BIN := $(VENV)/bin
LOCK := .ci/lock
# Many tests wait for servers and processes: one more than there are cores.
WORKERS ?= $(shell echo $$(( $$(getconf _NPROCESSORS_ONLN) + 1 )))
PIP_SERVERS := mastodon-mock nostr-relay synapse
PIP_RIVALS := apscheduler celery httpx huey procrastinate toot

# Tests and benchmarks start the program thousands of times: its code is compiled once, as where it is installed.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo test torture bench lint servers schemas tables lock clean

help:  ## Say what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1 \t/'

demo: $(VENV)/.run  ## Publish a small campaign to a page on this machine, with no credentials
	@$(BIN)/python docs/demo.py

test: $(VENV)/.test lint  ## Run everything: linters, types, rooms and all tests
	$(BIN)/python -m pytest -n $(WORKERS)

torture: $(VENV)/.test servers  ## Kill, cut off, fill and simulate for a long time; print what was tried (SEED=1)
	$(BIN)/python -m tests.torture --seed $(SEED)
	$(BIN)/python -m tests.simulation --years 200 --seed $(SEED)
	$(BIN)/python -m tests.machines --posts 2000 --seed $(SEED)

bench: $(VENV)/.test  ## Measure this program beside its rivals (25 minutes) and write docs/performance.md
	$(BIN)/python -m tests.benchmarks

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

servers: $(PIP_SERVERS:%=.servers/%/.done) .servers/pds/.done  ## Install the servers that some tests need (Debian's: see .ci/run)

schemas: $(VENV)/.run  ## Write the JSON Schemas that editors complete and check with (.campaign/)
	$(BIN)/campaign init --schemas .

tables: $(VENV)/.run  ## Write the tables of networks in README.md and docs/ from the adapters
	$(BIN)/python docs/tables.py

lock: $(VENV)/.test  ## Pin all dependencies anew, with hashes
	$(BIN)/pip install --quiet --upgrade uv
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
	  --upgrade pyproject.toml $(LOCK)/build.in -o $(LOCK)/run.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
	  --upgrade pyproject.toml --group test $(LOCK)/build.in -c $(LOCK)/run.txt -o $(LOCK)/test.txt
	for part in $(PIP_SERVERS) $(PIP_RIVALS:%=rivals/%); do \
	  $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
	    --upgrade $(LOCK)/$$part.in -o $(LOCK)/$$part.txt || exit 1; done
	for part in pds rivals/crosspost; do (cd $(LOCK)/$$part && npm install --package-lock-only \
	  --omit-lockfile-registry-resolved --ignore-scripts --silent) || exit 1; done

clean:  ## Remove everything that was made
	rm -rf $(VENV) .servers .bench demo dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache .campaign .artifacts

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

$(PIP_SERVERS:%=.servers/%/.done): .servers/%/.done: $(LOCK)/%.txt
	@$(PYTHON) -m venv .servers/$*
	@.servers/$*/bin/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

.servers/pds/.done: $(LOCK)/pds/package.json $(LOCK)/pds/package-lock.json
	@mkdir -p .servers/pds
	@cp $(LOCK)/pds/package.json $(LOCK)/pds/package-lock.json .servers/pds/
	@cd .servers/pds && npm ci --silent --no-audit --no-fund
	@touch $@
