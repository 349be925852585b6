# ModelForge: every command a user or a contributor needs. `make help` lists them.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UNSLOTH := .venv-unsloth

# pip reads a configured find-links folder by itself, uv only under its own name.
ifdef PIP_FIND_LINKS
export UV_FIND_LINKS := $(PIP_FIND_LINKS)
endif

# An environment that forbids bytecode would compile transformers anew in every process: ten seconds each.
export PYTHONDONTWRITEBYTECODE :=

TEST_ENVIRONMENT := HF_HUB_OFFLINE=1 TOKENIZERS_PARALLELISM=false OMP_NUM_THREADS=1
# File by file, the long ones first, so that a file's own server or model is started once. Much of the time is spent
# waiting, so there is one process more than there are cores; each takes 2 GB with what it starts.
CORES := $(shell getconf _NPROCESSORS_ONLN)
IN_PARALLEL := --numprocesses=$(shell echo $$(($(CORES) < 4 ? $(CORES) + 1 : 4))) --dist=loadfile --no-loadscope-reorder

WHEELS ?= dist
DEVICE ?= cpu
WEB := modelforge/web/dist/index.html
WEB_SOURCES := $(shell find frontend/src frontend/public frontend/index.html frontend/vite.config.ts -type f ! -name schema.d.ts)
NO_NPM := npm is missing: the web app needs Node 20 or newer (https://nodejs.org).

.PHONY: help install unsloth demo serve web wheel screenshots test test-python test-unsloth test-web e2e test-convergence test-faults test-security test-matrix test-load check check-python check-web format docs lock bench clean

help: ## list the commands
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## /  make \1\t/' | expand -t 22

install: $(VENV)/.base ## install ModelForge into .venv

unsloth: $(UNSLOTH)/.ready ## make .venv-unsloth, an environment for provider: unsloth, on Linux with an NVIDIA GPU

demo: $(VENV)/.base ## fine-tune a bundled model on bundled data and show that it got better
	@$(BIN)/modelforge train -c examples/text-generation/sft.yaml

serve: $(VENV)/.base ## start the web app and the API on 127.0.0.1:8000
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory web; else echo "$(NO_NPM) Starting with the API alone."; fi
	@$(BIN)/modelforge serve

web: $(WEB) ## build the web app into modelforge/web/dist

wheel: $(WEB) $(VENV)/.base ## build the wheel, the web app inside, into dist/
	@rm -rf build # setuptools would pack what an earlier build left there
	$(BIN)/uv build --quiet --wheel --out-dir $(WHEELS)

test: $(WEB) test-python test-web e2e ## run all tests, with the whole journey in a browser

test-python: $(VENV)/.dev ## run the Python tests with coverage, in one process more than there are cores, at most four
	$(TEST_ENVIRONMENT) $(BIN)/python -m pytest $(IN_PARALLEL) --cov --cov-report=term --cov-fail-under=90

test-unsloth: $(UNSLOTH)/.ready ## train through Unsloth for real, in its own environment; on a CPU where there is no GPU
	$(BIN)/uv pip install --quiet --python $(UNSLOTH)/bin/python pytest pytest-timeout hypothesis
	$(TEST_ENVIRONMENT) UNSLOTH_DISABLE_STATISTICS=1 UNSLOTH_SKIP_TORCHVISION_CHECK=1 $(UNSLOTH)/bin/python -m pytest tests/providers/test_unsloth_for_real.py -s

test-web: frontend/node_modules/.ready ## run the tests of the web app's parts
	cd frontend && npm test

e2e: $(VENV)/.base frontend/node_modules/.ready $(WEB) ## the web app's whole journey in Chromium, against a real server that trains, and the installed wheel
	@sh frontend/scripts/need-browser.sh
	cd frontend && MODELFORGE=$(abspath $(BIN))/modelforge npm run e2e

test-convergence: $(VENV)/.dev ## train by every example recipe as it stands, one after the other: about half an hour
	$(TEST_ENVIRONMENT) $(BIN)/python -m pytest tests/convergence --full -m "minutes or not minutes"

test-faults: $(VENV)/.dev ## kill servers and workers, break files, fill disks: the full figures, about an hour
	$(TEST_ENVIRONMENT) $(BIN)/python -m pytest tests/faults --full --timeout=7200 -s

test-security: $(VENV)/.dev ## fuzz the API and try hostile strings: the full figures, about an hour
	$(TEST_ENVIRONMENT) $(BIN)/python -m pytest tests/security --full --timeout=7200 -s

test-matrix: $(VENV)/.dev ## train and resume every cell of docs/reference/support.md, on a GPU with DEVICE=cuda
	$(TEST_ENVIRONMENT) $(BIN)/python -m pytest tests/matrix --full --device=$(DEVICE) --timeout=7200

test-load: $(VENV)/.dev ## a thousand viewers, a gigabyte up: the full figures, some minutes
	$(TEST_ENVIRONMENT) $(BIN)/python -m pytest tests/e2e/test_load.py --full --timeout=7200 -s

screenshots: $(VENV)/.base frontend/node_modules/.ready $(WEB) ## photograph every page of the web app into docs/screenshots
	@sh frontend/scripts/need-browser.sh
	cd frontend && MODELFORGE=$(abspath $(BIN))/modelforge npm run screenshots

check: check-python check-web ## formatting, lint, types, import contracts, complexity

check-web: frontend/node_modules/.ready
	cd frontend && npm run types && npm run lint && npm run formatted

check-python: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.dev ## format the code and mend what lint can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory frontend/node_modules/.ready && cd frontend && npm run format; fi

docs: $(VENV)/.base ## write the reference pages of docs/ anew from the code
	$(BIN)/python docs/generate.py
	$(BIN)/python frontend/scripts/write_openapi.py

lock: $(BIN)/uv ## renew the locked versions from pyproject.toml
	$(BIN)/uv pip compile -q --upgrade --python-version 3.11 --no-annotate --no-header pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile -q --upgrade --python-version 3.11 --no-annotate --no-header --extra dev pyproject.toml -o requirements-dev.lock
	$(BIN)/uv pip compile -q --upgrade --python-version 3.11 --no-annotate --no-header --no-emit-package triton requirements-unsloth.in -o requirements-unsloth.lock
	@sed -i.bak -E 's/^(torch==[0-9.]+)\+.*/\1/' requirements.lock requirements-dev.lock requirements-unsloth.lock && rm -f requirements*.lock.bak

clean: ## remove the environment and all caches
	rm -rf $(VENV) $(UNSLOTH) build dist modelforge/web frontend/node_modules *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage*

$(BIN)/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "ModelForge needs Python 3.11 or newer. Name one: make install PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv>=0.9"

$(VENV)/.base: pyproject.toml requirements.lock | $(BIN)/uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps -e .
	@touch $@

$(UNSLOTH)/.ready: requirements-unsloth.lock | $(BIN)/uv
	$(BIN)/uv venv --quiet --allow-existing --python $(BIN)/python $(UNSLOTH)
	$(BIN)/uv pip install --quiet --python $(UNSLOTH)/bin/python -r requirements-unsloth.lock
	$(BIN)/uv pip install --quiet --python $(UNSLOTH)/bin/python --no-deps -e .
	@case "$$($(BIN)/uv pip freeze --python $(UNSLOTH)/bin/python)" in \
		*torch==*+cpu*) $(BIN)/uv pip uninstall --quiet --python $(UNSLOTH)/bin/python torchvision;; esac  # it needs CUDA's torch
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.base
	$(BIN)/uv pip install --quiet --python $(BIN)/python -r requirements-dev.lock
	@touch $@

frontend/node_modules/.ready: frontend/package.json frontend/package-lock.json
	@command -v npm >/dev/null || { echo "$(NO_NPM)"; exit 1; }
	npm ci --prefix frontend --no-audit --no-fund --loglevel=error
	@touch $@

$(WEB): frontend/node_modules/.ready $(WEB_SOURCES)
	cd frontend && NODE_ENV=production npm run build # else a test that builds would build React for development
	@touch $@
