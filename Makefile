# make run    a cold start to the report, with Python 3.11, git and make alone
# make help   every target

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

# The first Python on the path that is new enough; `make PYTHON=/path/to/python` chooses another.
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3 python; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$p"; break; }; \
	done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
CASE ?= baghdad-2024
OUT ?= build/$(CASE)
ARGS ?=
TESTS ?=
# Tests run in so many processes, each file of them in one. `make JOBS=0` runs them one by one.
JOBS ?= 2

.PHONY: help setup dev run test test-all lint bench docs lock browser clean

help: ## show this list
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/.made:
	@if [ -z "$(PYTHON)" ]; then \
	  echo "Talion needs Python 3.11 or newer; none was found. Install one, or say make PYTHON=/path/to/python" >&2; exit 1; fi
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Talion needs Python 3.11 or newer; $(PYTHON) is $$("$(PYTHON)" -V 2>&1)" >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "$(PYTHON) has no venv module; on Debian or Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	"$(PYTHON)" -m venv $(VENV)
	@touch $@

# Runtime packages by hash, then this checkout itself; the build backend is among the locked ones.
$(VENV)/.run: $(VENV)/.made requirements/run.txt pyproject.toml
	$(PIP) install --require-hashes -r requirements/run.txt
	$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements/dev.txt
	$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@

# Numba keeps its own cache and renews what changed, so warming once for each install is enough.
$(VENV)/.warm: $(VENV)/.run
	$(BIN)/talion warm
	@touch $@

# Tests have a time limit each, so what takes long to compile is compiled before them.
$(VENV)/.warm-fit: $(VENV)/.warm
	$(BIN)/talion warm --fit
	@touch $@

setup: $(VENV)/.warm ## virtual environment, locked packages, compiled kernels

dev: $(VENV)/.dev ## the same with the tools for testing

run: setup ## run a case (CASE=baghdad-2024) and write its report (OUT=build/CASE)
	$(BIN)/talion run $(CASE) --out $(OUT) $(ARGS)

test: dev $(VENV)/.warm-fit browser ## every test but the slow ones (TESTS=path narrows)
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile -m "not slow" $(TESTS)

test-all: dev $(VENV)/.warm-fit browser ## every test
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile $(TESTS)

lint: dev ## ruff's rules and format, strict types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: dev ## speed and memory, with ratios to other tools in an environment of their own
	$(BIN)/python benchmarks/run.py $(ARGS)

docs: dev ## write the reference pages anew, run every example in code and pages
	$(BIN)/python docs/build_reference.py
	$(BIN)/python -m pytest --doctest-modules src tests/test_docs.py

# The header is ours: the tool's own would carry the command line of one machine.
define compile
	printf '# Locked from pyproject.toml by `make lock`. Edit there, not here.\n' > $(1).new
	$(BIN)/uv pip compile pyproject.toml $(2) --quiet --upgrade --universal --python-version 3.11 \
	  --generate-hashes --no-header --no-emit-index-url --no-emit-find-links >> $(1).new
	mv $(1).new $(1)
endef

lock: dev ## choose newer versions and write requirements/*.txt
	$(call compile,requirements/run.txt,--extra build)
	$(call compile,requirements/dev.txt,--extra build --extra dev --extra fit --extra export --extra interop --constraint requirements/run.txt)

# Browser tests drive the system's Chromium. Without one they are skipped, saying so; in CI they fail.
browser: ## find Chromium, or install it where apt-get may
	@for b in "$${CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable; do \
	  if [ -n "$$b" ] && command -v "$$b" >/dev/null 2>&1; then exit 0; fi; done; \
	if command -v apt-get >/dev/null 2>&1 && [ "$$(id -u)" = 0 ]; then \
	  echo "installing Chromium for the browser tests"; \
	  if apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; then exit 0; fi; \
	fi; \
	echo "No Chromium was found and it could not be installed here: browser tests will be skipped." >&2; \
	echo "Install chromium with your package manager, or say CHROMIUM=/path/to/chromium." >&2; \
	[ -z "$${CI:-}" ]

clean: ## remove the environment, builds and caches
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
