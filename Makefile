# The front door: `make help` lists what there is.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SERVICE := $(VENV)/.service
TESTING := $(VENV)/.testing

.PHONY: help install run test prove check format strings transcripts bench lock clean

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

install: $(SERVICE) ## make .venv with everything the service needs

$(SERVICE): requirements.lock pyproject.toml
	$(PYTHON) deploy/check_python.py
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .
	@touch $@

$(TESTING): $(SERVICE) requirements-test.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements-test.lock
	PATH="$(CURDIR)/$(BIN):$$PATH" sh deploy/install_chromium.sh
	@touch $@

run: $(SERVICE) ## serve on http://127.0.0.1:8080/ with demo data
	$(BIN)/doorstep run

test: $(TESTING) check ## everything that must hold, about ten minutes
	$(BIN)/python -m pytest

prove: $(TESTING) ## the promises at full size; an hour and more
	PROVE=1 $(BIN)/python -m pytest -m prove -p no:cacheprovider -s

check: $(TESTING) ## format, lint, types, import rules, catalogues, content
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy --no-error-summary
	$(BIN)/lint-imports --no-cache >/dev/null || $(BIN)/lint-imports --no-cache
	$(BIN)/doorstep content check

format: $(TESTING) ## put the code into shape
	$(BIN)/ruff check --quiet --fix-only .
	$(BIN)/ruff format .

strings: $(SERVICE) ## extract sentences and update the three catalogues
	$(BIN)/python deploy/strings.py

transcripts: $(TESTING) ## write the assistant's lines of tests/transcripts anew; read the diff
	REWRITE=1 $(BIN)/python -m pytest tests/test_transcripts.py tests/test_crossing_transcripts.py

bench: $(TESTING) ## measure beside peers, in one run
	$(BIN)/doorstep bench

lock: $(TESTING) ## pin newer versions, with hashes and without addresses (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml deploy/build.in -o requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml --extra test -c requirements.lock -o requirements-test.lock

clean: ## remove .venv; var/ with its data stays
	rm -rf $(VENV)
