# Everything starts here: `make help` lists what there is. Needs python3 (3.11 or newer), git and make alone.
PYTHON ?= python3

.DEFAULT_GOAL := help
.PHONY: help run test quick faults lock setup fuzz

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "make %-6s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## serve the default installation in var/, made on the first start
	@$(PYTHON) tools/environment.py requirements.lock
	@exec .venv/bin/python run_gateway.py serve

test: setup ## the whole gate: format, lint, types, layers, every test
	@.ci/gate

quick: setup ## the gate without real servers and slow tests, in under two minutes
	@.ci/gate --quick

setup: ## .venv with everything that developing needs
	@$(PYTHON) tools/environment.py requirements-dev.lock

fuzz: setup ## fuzzing with atheris from FUZZ_PYTHON: make fuzz TARGET=mail SECONDS=600
	@PYTHONPATH=.:$$(.venv/bin/python -c 'import site; print(site.getsitepackages()[0])') \
	  $(FUZZ_PYTHON) tools/fuzz.py $(or $(TARGET),mail) $(or $(FOLDER),var/fuzz) $(or $(SECONDS),600)

faults: setup ## everything that is broken on purpose, for minutes: kills, clocks, disks, machines
	@.venv/bin/pytest tests/crash tests/endtoend tests/scenarios --long --crash-rounds $(or $(ROUNDS),30)

lock: setup ## the lock files anew from pyproject.toml; UPGRADE=1 for the newest versions
	@tools/lock $(if $(UPGRADE),--upgrade)
	@$(PYTHON) tools/environment.py requirements-dev.lock
