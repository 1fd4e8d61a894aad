# Everything a developer or CI runs. `make` alone lists it.

.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

BIN := .venv/bin
UV ?= uv
# The interpreter that makes .venv: the first of these that runs and is 3.11 or newer. A name may
# stand on the path and still not run (version managers do that), so each is tried.
PYTHON ?= $(shell for name in python3.13 python3.12 python3.11 python3; do \
    "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
    && { command -v "$$name"; break; }; done)

VENDOR := src/comity/web/static/vendor/THIRD_PARTY.md
TEST_ASSETS := build/test-assets/THIRD_PARTY.md
CATALOGUES := $(patsubst %.po,%.mo,$(shell find src/comity -name '*.po' 2>/dev/null))
# One process a core; the tests of a file stay together and in order, for they share set-ups.
PYTEST := $(BIN)/python -m pytest -n logical --dist loadfile --no-loadscope-reorder

.PHONY: help setup quick test demo bench fix lint types rooms chromium assets catalogues deps wheel clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  \033[1m%-10s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/ready assets catalogues ## Make .venv, fetch the web assets, compile the translations

quick: lint types rooms setup ## The fast part: style, types, rooms, tests that need no node or server
	$(PYTEST) -q -m "not browser and not nodes and not postgres and not slow" $(T) $(if $(K),-x -k "$(K)")

test: lint types rooms setup chromium ## All there is, and what CI runs; T=tests/law narrows, K=word filters
	$(PYTEST) $(T) $(if $(K),-x -k "$(K)")

demo: setup ## Two authorities on this machine, with an invented joint case
	$(BIN)/comity demo

bench: setup ## Measure what the node can carry
	$(BIN)/python -m bench

fix: .venv/ready ## Format, and repair what can be repaired
	$(BIN)/ruff check --fix --quiet . || true
	$(BIN)/ruff format .

lint: .venv/ready ## Style and banned calls
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/ready ## mypy --strict
	$(BIN)/mypy

rooms: .venv/ready ## Which room may import which
	$(BIN)/lint-imports --no-logo

assets: $(VENDOR) $(TEST_ASSETS) ## Fetch the pinned web assets and check them against their digests

catalogues: .venv/ready $(CATALOGUES) ## Compile the translations

chromium: ## Install Chromium for the browser tests (Debian or Ubuntu, as root), if there is none
	@if command -v chromium >/dev/null; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "Installing Chromium for the browser tests."; \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
	        apt-get install -y -qq --no-install-recommends chromium fonts-noto-core >/dev/null; \
	else \
	    echo "No Chromium here, and only root can install it: the browser tests will be skipped."; \
	    echo "To run them: sudo apt-get install chromium, then make test."; \
	fi

deps: ## Pin the newest versions that pyproject.toml allows, with their hashes
	@command -v $(UV) >/dev/null || { echo "make deps needs uv: pip install uv"; exit 1; }
	$(UV) pip compile --universal --python-version 3.11 --group dev --generate-hashes \
	    --no-header --no-annotate --upgrade -q pyproject.toml -o requirements/dev.txt

wheel: setup ## Build dist/comity-*.whl with the web assets and translations in it
	$(BIN)/python -m hatchling build -t wheel

clean: ## Remove what was built and fetched; .venv stays
	rm -rf build dist src/comity/web/static/vendor .mypy_cache .ruff_cache .pytest_cache \
	    .hypothesis .import_linter_cache
	find src -name '*.mo' -delete

.venv/bin/python:
	@if [ -z "$(PYTHON)" ]; then \
	    echo "Comity needs Python 3.11 or newer, and none was found as python3.13, python3.12,"; \
	    echo "python3.11 or python3. On Debian 12 or Ubuntu 24.04: sudo apt-get install python3 python3-venv."; \
	    echo "If it is elsewhere: make setup PYTHON=/path/to/python3."; exit 1; fi
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	    || { echo "$(PYTHON) is older than Python 3.11, or does not run."; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null \
	    || { echo "$(PYTHON) cannot make virtual environments: a part of Python is not installed."; \
	         echo "On Debian or Ubuntu: sudo apt-get install python3-venv, then try again."; exit 1; }
	"$(PYTHON)" -m venv .venv

.venv/ready: requirements/dev.txt pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENDOR) $(TEST_ASSETS) &: tools/assets.py tools/assets.lock.json | .venv/ready
	$(BIN)/python tools/assets.py

%.mo: %.po | .venv/ready
	$(BIN)/pybabel -q compile -i $< -o $@
