# Python 3.11 or newer, make and git are all it takes: the first target that needs it makes .venv from the hashed lock.
#
#   make demo           three notebooks on real data become tested, verified assets, in build/demo
#   make test           the linter, the type checker and the whole suite; what continuous integration runs
#   make test-nightly   the long searches and kill campaigns in full
#   make coverage       the compiler's and the platform's own tests; fails below 95 % of lines and branches
#   make lint           the linter and the type checker alone
#   make bench          the benchmarks
#   make docs           the documentation as a site, in build/site
#   make tutorial       do the tutorial in a terminal and a browser, as its pages say, and take its pictures
#   make lab            build the Lab extension's front end (needs node 20 or newer; what is built is committed)
#   make lock           resolve requirements.lock anew

PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && exit; done; echo python3)
BIN := .venv/bin
STAMP := .venv/.installed
SUITE := tests --doctest-modules platform_core promote workbench jupyter_ext
# In one process, without the search that finds its own way: what is told is what the tests mean to reach
COVERED := tests/promote tests/platform_core tests/requested_api --ignore tests/promote/test_property.py \
	--doctest-modules promote platform_core

export DAGSTER_DISABLE_TELEMETRY := 1
export DO_NOT_TRACK := 1
export UV_SYSTEM_CERTS ?= 1
export PATH := $(CURDIR)/$(BIN):$(PATH)
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV DAGSTER_HOME WORKBENCH_PROJECT WORKBENCH_LAKE WORKBENCH_ENV

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-nightly coverage lint docs tutorial lab lock bench clean

help:
	@sed -n '3,/^$$/s/^# *//p' Makefile

setup: $(STAMP)

$(STAMP): requirements.lock pyproject.toml scripts/setup_venv.py
	@$(PYTHON) scripts/setup_venv.py

demo: $(STAMP)
	@$(BIN)/python -m workbench.demo build/demo --install

# Every part runs whatever the one before it said; the suite comes last, so that its summary is what is read.
test: $(STAMP)
	@status=0; \
	$(MAKE) --no-print-directory lint || status=1; \
	$(BIN)/python scripts/setup_browser.py || true; \
	$(BIN)/python scripts/setup_deployment_tools.py || true; \
	$(BIN)/python scripts/setup_azurite.py || true; \
	$(BIN)/python scripts/setup_dbt.py || true; \
	$(BIN)/python -m pytest -n 2 --dist loadfile $(SUITE) $(PYTEST_ARGS) || status=1; \
	exit $$status

test-nightly: $(STAMP)
	@WORKBENCH_NIGHTLY=1 $(BIN)/python -m pytest -m nightly $(PYTEST_ARGS)

coverage: $(STAMP)
	@COVERAGE_FILE=build/coverage $(BIN)/python -m pytest $(COVERED) --cov=promote --cov=platform_core --cov-branch \
		--cov-report=term-missing:skip-covered --cov-fail-under=95 $(PYTEST_ARGS)

lint: $(STAMP)
	@status=0; \
	echo "ruff check"; $(BIN)/ruff check . || status=1; \
	echo "ruff format --check"; $(BIN)/ruff format --check . || status=1; \
	echo "mypy ."; $(BIN)/mypy . || status=1; \
	exit $$status

docs: $(STAMP)
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet && \
		echo "build/site/index.html; to search it: python3 -m http.server --directory build/site"

tutorial: $(STAMP)
	@$(BIN)/python scripts/setup_browser.py > /dev/null
	@$(BIN)/python -m scripts.tutorial $(TUTORIAL_ARGS)

lab:
	@cd jupyter_ext/lab && npm ci --ignore-scripts && npm test && npm run build

bench: $(STAMP)
	@status=0; \
	for program in benchmarks/bench_*.py; do $(BIN)/python $$program || status=1; done; \
	exit $$status

lock: $(STAMP)
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-header --no-annotate \
		--quiet --extra all --group dev pyproject.toml $(LOCK_ARGS) -o requirements.lock

clean:
	rm -rf build .mypy_cache .ruff_cache .pytest_cache .hypothesis
