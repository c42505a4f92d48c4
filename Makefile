# A fresh machine needs Python 3.11+, make and git. `make help` lists the targets.
MAKEFLAGS += --no-print-directory
BIN := .venv/bin
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes

RUNTIME := .venv/.runtime
DEV := .venv/.dev
ASSETS := static/dist/manifest.json
STATIC := $(filter-out static/dist/%,$(wildcard static/*.* static/*/*))

.PHONY: help run test check bench chaos schema assets

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST)

run: $(RUNTIME) $(ASSETS) ## set everything up and run the whole system until Ctrl-C
	@$(BIN)/crm up

test: $(DEV) $(ASSETS) ## run the whole test suite, browser tests included
	@tools/chromium.sh
	@tools/brokers.sh
	@$(BIN)/python -m pytest $(ARGS)

check: $(DEV) $(ASSETS) ## format, lint, types, layers, house rules, docs fresh
	@$(BIN)/python tools/check.py

bench: $(DEV) $(ASSETS) ## the benchmark, as a table with ratios to a floor measured in the same run
	@$(BIN)/python -m bench $(ARGS)

chaos: $(DEV) $(ASSETS) ## everybody works while things break; then every promise is checked
	@$(BIN)/python -m chaos $(ARGS)

schema: $(DEV) ## write tables/schema.sql, the schema that all migrations amount to
	@$(BIN)/python -m tools.schema

assets: $(ASSETS) ## build static/dist: our CSS and JavaScript, and third parties' from the npm lock

$(BIN)/python:
	@tools/venv.sh

$(RUNTIME): requirements/runtime.txt requirements/local.txt | $(BIN)/python
	@echo "Installing the locked packages"
	@$(PIP) -r requirements/runtime.txt -r requirements/local.txt
	@tools/launcher.sh
	@touch $@

$(DEV): requirements/dev.txt $(RUNTIME)
	@echo "Installing the locked tools"
	@$(PIP) -r requirements/dev.txt
	@touch $@

node_modules/.package-lock.json: package.json package-lock.json .npmrc | $(BIN)/python
	@echo "Fetching the browser's third-party files"
	@tools/npm.sh ci
	@touch $@

$(ASSETS): node_modules/.package-lock.json tools/assets.py $(STATIC) | $(RUNTIME)
	@$(BIN)/python tools/assets.py
