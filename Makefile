# Sanhao. Needs Python 3.11 with its venv module, make and git; everything else comes as pinned wheels into .venv.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
PIP = .venv/bin/python -m pip --disable-pip-version-check install --quiet --only-binary :all: --require-hashes
TRANSLATIONS := $(shell find src -name '*.po')

.DEFAULT_GOAL := help
.PHONY: help up install test bench soak lint demo-reset

help: ## list these commands
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

up: .venv/.ready ## start a demo world and serve it: http://127.0.0.1:8000 (ARGS="--port 9000" to change)
	@exec .venv/bin/sanhao up --demo $(ARGS)

install: .venv/.ready ## only make .venv, so that .venv/bin/sanhao works
	@echo "Ready: .venv/bin/sanhao --help"

test: .venv/.ready-dev ## the whole suite, against a real PostgreSQL that it starts by itself (ARGS="tests/kit -k money")
	@exec .venv/bin/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

bench: .venv/.ready ## measure this machine, in a database of its own
	.venv/bin/sanhao bench promises
	.venv/bin/sanhao bench checkout
	.venv/bin/sanhao bench checkout --http
	.venv/bin/sanhao bench aftersales
	.venv/bin/sanhao bench replay

soak: .venv/.ready-dev ## long runs: 200 rounds of kill -9, a million steps of money, a million and ten million open promises
	SANHAO_KILL_ROUNDS=200 .venv/bin/python -m pytest tests/races
	SANHAO_BOOK_STEPS=1000000 .venv/bin/python -m pytest tests/flows/test_any_sequence_of_money.py
	.venv/bin/sanhao bench promises --open 1000000
	.venv/bin/sanhao bench promises --open 10000000

lint: .venv/.ready-dev ## what the suite checks too, faster: ruff, mypy, import contracts
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports

demo-reset: .venv/.ready ## throw the demo world away and make a new one
	.venv/bin/sanhao demo reset

# Stamps: each step runs only when what it reads has changed.
.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Sanhao needs Python 3.11: apt-get install python3.11 python3.11-venv" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Sanhao needs Python 3.11 or newer; set PYTHON=…" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "This Python has no venv module: apt-get install python3.11-venv" >&2; exit 1; }
	@echo "Making .venv …"
	@$(PYTHON) -m venv .venv || { rm -rf .venv; exit 1; }

.venv/.packages: requirements/build.txt requirements/runtime.txt pyproject.toml | .venv/bin/python
	@echo "Installing pinned packages …"
	@$(PIP) -r requirements/build.txt
	@$(PIP) -r requirements/runtime.txt
	@.venv/bin/python -m pip --disable-pip-version-check install --quiet --no-deps --no-build-isolation --no-index -e .
	@touch $@

.venv/.ready: .venv/.packages $(TRANSLATIONS)
	@.venv/bin/sanhao build
	@touch $@

.venv/.ready-dev: requirements/dev.txt .venv/.ready
	@echo "Installing what the tests need …"
	@$(PIP) -r requirements/dev.txt
	@touch $@
