# presswatch: everything a developer or a curious operator needs. `make help` lists it.
# Nothing but Python 3.11+, make and git is expected; all else goes into .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help demo test check format floors chaos soak properties fuzz bench lock audit clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

# Installed when its lock or the project file is newer than the mark. Hashes are checked, and no index is named.
define install
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "presswatch needs Python 3.11 or newer; try: make $@ PYTHON=python3.12" >&2; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing $(1) into $(VENV) ..." >&2
	@$(BIN)/python -m pip install --quiet --require-hashes --no-deps -r $(1)
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@
endef

$(VENV)/.run: requirements/run.txt pyproject.toml
	$(call install,requirements/run.txt)

$(VENV)/.dev: requirements/dev.txt pyproject.toml
	$(call install,requirements/dev.txt)

$(VENV)/.fuzz: requirements/fuzz.txt $(VENV)/.dev
	@$(BIN)/python -m pip install --quiet --require-hashes --no-deps -r requirements/fuzz.txt
	@touch $@

$(VENV)-peers/.installed: requirements/peers.txt
	@test -x $(VENV)-peers/bin/python || $(PYTHON) -m venv $(VENV)-peers
	@$(VENV)-peers/bin/python -m pip install --quiet --require-hashes --no-deps -r requirements/peers.txt
	@touch $@

demo: $(VENV)/.run ## the whole job on a small news web of its own, no network needed
	@$(BIN)/presswatch demo

test: $(VENV)/.dev ## install what is needed, run the tests (two files of them side by side)
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder --durations=15 --cov --cov-report=term --cov-fail-under=95

check: $(VENV)/.dev ## format, lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.dev ## format and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

floors: $(VENV)/.dev ## the extraction bench against its floors
	$(BIN)/python bench/extraction.py

chaos: $(VENV)/.dev ## 200 kills at random moments, and nothing lost (some minutes)
	cd tests && ../$(BIN)/python -m chaos --kills 200

soak: $(VENV)/.dev ## 5,000 extractions in one go: memory flat, nothing left behind
	cd tests && ../$(BIN)/python -m chaos.soak --pages 5000

properties: $(VENV)/.dev ## the property tests alone, on many examples that no run has seen
	$(BIN)/python -m pytest -n 2 -m hypothesis --hypothesis-profile=wide

fuzz: $(VENV)/.fuzz ## what reads the open web, against mutated input: FUZZ_S seconds for each target (60)
	$(BIN)/python bench/fuzz/run.py --seconds $(or $(FUZZ_S),60)

bench: $(VENV)/.dev $(VENV)-peers/.installed ## what it all costs, as ratios against others in the same run (an hour)
	$(BIN)/python bench/performance.py --write

lock: $(VENV)/.dev ## resolve the dependencies anew, with hashes and without addresses
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-header --no-annotate pyproject.toml requirements/build.in -o requirements/run.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-header --no-annotate -c requirements/run.txt --group dev pyproject.toml requirements/build.in -o requirements/dev.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-header --no-annotate --group fuzz -o requirements/fuzz.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-header --no-annotate -c requirements/run.txt --group peers -o requirements/peers.txt

audit: $(VENV)/.dev ## known vulnerabilities in the locked dependencies
	$(BIN)/pip-audit --require-hashes --disable-pip -r requirements/run.txt

clean: ## remove what was installed and measured; data stays
	rm -rf $(VENV) $(VENV)-peers .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage .coverage.*
