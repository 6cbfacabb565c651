# What one can do here. `make help` lists it.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RIVALS := .venv-bench
ARGS ?=
# Compiled once and kept, also where the environment says otherwise: the tests start hundreds of processes.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help setup demo test check collect bench chaos words pictures lock new-integration

help: ## List what one can do
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 17

setup: $(VENV)/.installed ## Make .venv with every extra and the development tools, from the lock

$(VENV)/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Seatsignal needs Python 3.11 or newer; set PYTHON=/path/to/python3.11")'
	@$(PYTHON) -m venv $(VENV) || { echo "Python has no venv module: install it (Debian: apt-get install python3-venv)"; exit 1; }
	@echo "Installing from requirements.lock (about a minute, once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --config-settings editable_mode=compat -e .
	@touch $@

demo: setup ## Rehearse the whole job on 300 accounts; ARGS="--once --json" ends by itself
	@$(BIN)/seatsignal demo $(ARGS)

test: setup ## Every test, on real PostgreSQL and Redis in throw-away folders
	@$(BIN)/python -m tests.services
	@$(MAKE) --no-print-directory -j 2 check collect
	@$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder $(ARGS)

check: setup ## The linters alone
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports
	@$(BIN)/mypy

collect: setup
	@$(BIN)/pytest --collect-only -qq > /dev/null || $(BIN)/pytest --collect-only -qq

$(RIVALS)/.installed: requirements-bench.lock
	@$(PYTHON) -m venv $(RIVALS)
	@echo "Installing the rivals of a benchmark from requirements-bench.lock (once) ..."
	@$(RIVALS)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $<
	@touch $@

bench: setup $(if $(findstring --only,$(ARGS)),$(if $(findstring ingest,$(ARGS)),$(RIVALS)/.installed),$(RIVALS)/.installed) ## Measured ratios; ARGS="--json --only ingest|assess|rules|outbox|event|calls|mail|pages|web --full"
	@$(BIN)/python -m benchmarks $(ARGS)

chaos: setup ## Faults on real servers; ARGS="--quick" or "--full"
	@$(BIN)/python -m tests.services
	@$(BIN)/python -m tests.chaos $(ARGS)

new-integration: setup ## Begin a vendor's folder, tests and page; NAME=pigeon
	@$(BIN)/seatsignal new-integration $(NAME)

words: setup ## Take what letters say anew from the templates into every catalogue
	@cd templates && ../$(BIN)/pybabel -q extract -F locale/babel.cfg -k phrase --omit-header --no-wrap \
		--add-location=file --sort-by-file -o locale/letters.pot .
	@cd templates && for language in locale/*/; do ../$(BIN)/pybabel -q update -D letters -i locale/letters.pot -d locale \
		-l $$(basename $$language) --no-fuzzy-matching --ignore-obsolete --no-wrap --ignore-pot-creation-date; done

pictures: setup ## Take the pictures in docs/images anew, of letters and of what the demo leaves; needs Chromium
	@$(BIN)/python -m tests.pictures

lock: setup ## Resolve pyproject.toml anew into requirements.lock and requirements-bench.lock
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --all-extras --group dev \
		--no-annotate --custom-compile-command "make lock" --upgrade pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --group bench \
		--no-annotate --custom-compile-command "make lock" --upgrade -o requirements-bench.lock
