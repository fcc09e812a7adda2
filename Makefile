# `make run` starts the demonstration, `make test` runs every test; the rest is for developers.
# A part of the tests: make test ENGINE=sqlite ARGS="tests/actions -k save"
PYTHON ?= python3
ENGINE ?= all
ARGS ?=

.PHONY: run test lint pictures format bench

run:
	@$(PYTHON) -m hotline.dev.run

test:
	@$(PYTHON) -m hotline.dev.test --engine $(ENGINE) -- $(ARGS)

lint:
	@$(PYTHON) -m hotline.dev.lint

pictures:
	@$(PYTHON) -m hotline.dev.test --engine sqlite -- tests/browser/pictures.py

format:
	@$(PYTHON) -m hotline.dev.lint --fix

bench:
	@$(PYTHON) -m hotline.dev.bench
