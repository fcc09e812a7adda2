# `make run` starts the demonstration, `make test` runs every test; the rest is for developers.
PYTHON ?= python3
ENGINE ?= all
ARGS ?=

.PHONY: run test lint format bench

run:
	@$(PYTHON) -m hotline.dev.run

test:
	@$(PYTHON) -m hotline.dev.test --engine $(ENGINE) -- $(ARGS)

lint:
	@$(PYTHON) -m hotline.dev.lint

format:
	@.venv/bin/ruff format hotline intake tests manage.py && .venv/bin/ruff check --fix hotline intake tests
