# Two commands are enough to begin with: `make demo` and `make test`. Both set the machine up first.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup setup-test setup-bench demo test run bench trials shots lint types lock docs

BIN := .venv/bin
# Without a screen Qt would abort; an explicit choice of the caller stands.
OFFSCREEN = QT_QPA_PLATFORM=$${QT_QPA_PLATFORM:-offscreen}
JOBS ?= 2
TRIALS ?= 1000

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-7s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup:
	@packaging/setup.sh

setup-test:
	@packaging/setup.sh test

setup-bench:
	@packaging/setup.sh bench

demo: setup ## one application from the counter to the card, through the real windows; leaves build/demo/
	@$(BIN)/python -m tests.journey --out build/demo

test: setup-test lint types ## everything that must hold: lint, types, import contracts, the whole suite
	@$(OFFSCREEN) $(BIN)/pytest -n $(JOBS) --dist loadgroup

run: setup ## the program, for real use
	@$(BIN)/python -m station_app

bench: setup-bench ## each measure beside its baseline, also as build/bench.json (one only: make bench ONLY=name)
	@$(OFFSCREEN) $(BIN)/python -m benchmarks $(ONLY)

trials: setup-test ## faults of every kind, then both sides compared (make trials TRIALS=5000 SEED=7)
	@$(BIN)/python -m tests.trials --trials $(TRIALS) $(if $(SEED),--seed $(SEED))

shots: setup-test ## the pictures of README and handbook, made anew from the demo and from a worker's papers
	@$(OFFSCREEN) $(BIN)/python -m tests.journey --out build/demo --pictures docs/images
	@$(OFFSCREEN) $(BIN)/pytest -q tests/integration/ui/test_capture_journey.py -k checked_record
	@$(BIN)/python -m tests.tools.shown_pictures build/capture/paper_becomes_a_checked_record

lint: setup-test
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/lint-imports

types: setup-test
	@$(BIN)/mypy

docs: setup ## docs/settings.md from the table of settings, the handbook's chapter on the plans from the packs
	@$(BIN)/python -m tests.tools.settings_page
	@$(BIN)/python -m tests.tools.plans_chapter

# `uv` comes from the PATH. No --upgrade: versions already locked stay unless an .in file says otherwise.
lock: ## compile the hashed requirement files anew
	@cd packaging/requirements && for name in run dev; do \
	    uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
	        --no-annotate --output-file "$$name.txt" "$$name.in" || exit; \
	done
	@! grep -n 'http' packaging/requirements/*.txt
