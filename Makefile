# The two commands a newcomer needs: `make demo` and `make test`. `make help` lists the rest.
SHELL := /bin/bash
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
SERVE ?= yes
SAMPLE_HOME ?= var/sample
# Two files at a time; the sample's full run is made once and shared.
PYTEST_ARGS ?= -n 2 --dist loadfile

LOCK_FLAGS := --quiet --no-header --no-annotate --no-emit-index-url --generate-hashes --python-version 3.11

.PHONY: help setup demo test lint lock browser postgres office clean

help: ## List the commands.
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(VENV)/.ready ## Make the environment from the locked list.

$(VENV)/.ready: requirements.lock requirements-installer.lock pyproject.toml scripts/setup.sh
	PYTHON=$(PYTHON) VENV=$(VENV) bash scripts/setup.sh
	@touch $@

demo: setup ## Make the sample group's files, run everything, print standings, serve the dashboard.
	$(BIN)/python -m sample_group --home $(SAMPLE_HOME)
	$(BIN)/stairstep run --home $(SAMPLE_HOME)
	$(BIN)/stairstep standing --home $(SAMPLE_HOME)
ifeq ($(SERVE),yes)
	@echo "Dagster's own UI: $(BIN)/stairstep dagster --home $(SAMPLE_HOME)"
	$(BIN)/stairstep app --home $(SAMPLE_HOME)
endif

lint: setup ## Check Python and SQL style.
	$(BIN)/ruff check .
	$(BIN)/sqlfluff lint dbt_project/models dbt_project/macros dbt_project/tests --processes 2

browser: ## Install the browser that the browser tests drive, where it is missing.
	bash scripts/install_browser.sh

postgres: ## Install the PostgreSQL server that the notebook's tests start, where it is missing.
	bash scripts/install_postgres.sh

office: ## Install what the tests open exported workbooks and PDFs with, where it is missing.
	bash scripts/install_office.sh

test: setup browser postgres office lint ## Set up all and run every test.
	$(BIN)/python -m pytest $(PYTEST_ARGS)

lock: setup ## Resolve the ranges of pyproject.toml anew into the locked, hashed list.
	$(BIN)/uv pip compile pyproject.toml --extra dev $(LOCK_FLAGS) -o requirements.lock

clean: ## Remove everything that was made here.
	rm -rf $(VENV) var build *.egg-info dbt_project/target dbt_project/logs
