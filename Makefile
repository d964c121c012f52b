# make demo [WAV=file] [ARGS='…']  dictate from a recording to a simulated host; no hardware needed
# make test                        all checks; make long and make bench take much longer
# make bench PEERS=1               measures a peer too, in an environment of its own
# make kernel [ARGS='…']           the USB gadget on a real kernel, in a virtual machine
# make lint | lock | docs | clean  lock [UPGRADE=1]: pin the packages; docs: write generated files

BIN := .venv/bin
WORKERS ?= 2
WAV ?=
ARGS ?=
PEERS ?=
UPGRADE ?=

.PHONY: demo test kernel long bench lint lock docs clean for-demo for-test
.NOTPARALLEL:
.DEFAULT_GOAL := demo

demo: for-demo
	@$(BIN)/saykey demo $(if $(WAV),'$(WAV)') $(ARGS)

test: for-test lint
	@tools/setup/system-packages kernel || test -z "$$CI$$SAYKEY_CI"
	$(BIN)/pytest -q -n $(WORKERS) --dist worksteal -m 'not long'
	SAYKEY_SEED=fresh $(BIN)/pytest -n $(WORKERS) -m 'not long and not kernel' tests/property

kernel: for-test
	@tools/setup/system-packages kernel
	tests/kernel/run $(ARGS)

long: for-test
	@tools/setup/system-packages long
	$(BIN)/pytest -n $(WORKERS) --dist worksteal -m long
	@tools/setup/system-packages kernel
	tests/kernel/run --characters 100000 -k thousands

bench: for-test
	@PYTHONPATH=tools PEERS=$(PEERS) $(BIN)/python -m bench

lint: for-test
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

docs: for-test
	PYTHONPATH=tools $(BIN)/python tools/setup/made_files.py

# Package names and hashes only: each machine has its own package sources.
COMPILE = $(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-header \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links --build-deps-for editable \
	$(if $(UPGRADE),--upgrade)

lock: for-test
	$(COMPILE) -o requirements.lock pyproject.toml
	$(COMPILE) -o requirements-dev.lock -c requirements.lock \
		--extra dev --extra eval --extra kernel --extra mic --extra pi pyproject.toml

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist
	find firmware tests tools -name __pycache__ -type d -exec rm -rf {} +

for-demo:
	@tools/setup/system-packages demo
	@tools/setup/environment runtime

for-test:
	@tools/setup/system-packages test
	@tools/setup/environment dev
