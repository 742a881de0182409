# make run: the whole site on this machine. make test: every check. docs/operating.md tells the rest.

PYTHON ?= python3
PY := .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help setup run test accept bench lock backup restore shots

help:
	@echo "make run            the site at http://localhost:8000/ (PORT=8001 for another port); Ctrl-C stops it"
	@echo "make test           lint, types, contracts, migrations, tests"
	@echo "make accept         the tests at their full counts, on real records: COLLEGIUM_DATA=folder"
	@echo "make bench          measurements beside their references (JSON=1, ONLY=import,page)"
	@echo "make backup         write the database to var/backups/"
	@echo "make restore FILE=  read it back (FORCE=1 replaces what is there)"
	@echo "make shots          the screenshots in docs/"
	@echo "make lock           resolve the dependencies anew"

setup:
	@$(PYTHON) -m config.bootstrap

run: setup
	@exec $(PY) manage.py dev

test: setup
	@$(PY) -m tests.everything

accept: setup
	@$(PY) -m tests.everything --accept

bench: setup
	@JSON="$(JSON)" ONLY="$(ONLY)" $(PY) -m tests.benchmarks

backup: setup
	@$(PY) manage.py backup

restore: setup
	@$(PY) manage.py restore $(if $(FORCE),--force) "$(FILE)"

shots: setup
	@$(PY) -m tests.live.shots

# Written with relative paths and without addresses, so that the files are the same wherever they are made.
COMPILE = .venv-tools/bin/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--custom-compile-command "make lock" --quiet

lock: setup
	$(COMPILE) pyproject.toml -o requirements.lock
	$(COMPILE) pyproject.toml --extra dev -c requirements.lock -o requirements-dev.lock
	$(COMPILE) --group bootstrap -o requirements-bootstrap.lock
	$(COMPILE) --group node -o requirements-node.lock
