# Two commands first: `make run` and `make test`. Both need Python >= 3.11 and nothing else.

SHELL := /bin/sh
PYTHON := .venv/bin/python
RUNTIME := $(PYTHON) -m config.runtime
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help run test lint bench bench-full bench-real bench-pages lighthouse screenshots messages lock manage clean

help: ## say what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

run: ## start everything and serve until Ctrl-C (ONCE=1: end after the main job; PORT=8000 HOST=127.0.0.1 STATE_DIR=.state)
	@bin/bootstrap run
	@$(RUNTIME) up $(if $(filter-out 0,$(ONCE)),--once)

test: ## run all tests on throw-away servers (ARGS="tests/scenarios -k consent")
	@bin/test $(ARGS)

lint: ## run the static checks
	@bin/bootstrap test
	@bin/lint

bench: ## measure the matching library beside its peers, in minutes (DATA_DIR=folder for the judged data)
	@bin/bootstrap bench
	@DATA_DIR="$(DATA_DIR)" $(PYTHON) -m benchmarks.quality
	@DATA_DIR="$(DATA_DIR)" $(PYTHON) -m benchmarks.joins $(ARGS)
	@DATA_DIR="$(DATA_DIR)" $(PYTHON) -m benchmarks.searches $(ARGS)

bench-full: ## the same with a million documents: an hour and 12 GiB of memory
	@$(MAKE) --no-print-directory bench ARGS="--full $(ARGS)"

bench-real: ## import the judged real data into throw-away servers and measure (DATA_DIR=folder)
	@test -n "$(DATA_DIR)" || { echo "Say where the data is: make bench-real DATA_DIR=/path/to/data"; exit 2; }
	@bin/bootstrap run
	@$(RUNTIME) run -- $(PYTHON) manage.py bench_real --data-dir "$(DATA_DIR)" $(ARGS)

bench-pages: ## fill throw-away servers with a large city and measure every page: bytes, queries, time (ARGS="--json FILE")
	@bin/bootstrap test
	@$(RUNTIME) run -- $(PYTHON) -m benchmarks.pages $(ARGS)

lighthouse: ## have Lighthouse judge the public pages with the demonstration loaded; needs npm (ARGS="--only /needs")
	@bin/lighthouse $(ARGS)

screenshots: ## photograph every role's pages into output/screenshots, and anew for the guides
	@SCREENSHOTS="$(CURDIR)/output/screenshots" PICTURES=1 bin/test \
		tests/browser/test_main_lines.py tests/browser/test_guide_pictures.py $(ARGS)

messages: ## collect the strings to translate and compile the translations
	@bin/bootstrap test
	@DEBUG=1 $(PYTHON) manage.py messages $(ARGS)

manage: ## run a management command beside the lasting servers (ARGS="shell")
	@bin/bootstrap run
	@$(RUNTIME) with -- $(PYTHON) manage.py $(ARGS)

lock: ## resolve requirements/*.in again into the locks (ARGS="--upgrade")
	@bin/bootstrap test
	@cd requirements && for set in bootstrap prod s3 run test bench; do \
		UV_SYSTEM_CERTS=1 UV_NATIVE_TLS=1 ../.venv/bin/uv pip compile -q --generate-hashes --no-header --no-emit-index-url \
			--python-version 3.11 --universal $$set.in -o $$set.txt $(ARGS) || exit 1; done

clean: ## remove the environment, the development data and every cache (asks nothing)
	@bin/clean
