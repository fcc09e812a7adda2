# `make run` starts the demonstration, `make test` runs every test; the rest is for developers.
# A part of the tests: make test ENGINE=sqlite ARGS="tests/actions -k save"
# A part of the torture: make torture ENGINE=sqlite ROUNDS=80 SEED=7
PYTHON ?= python3
ENGINE ?= all
ARGS ?=

.PHONY: run test lint pictures format bench bench-search torture fuzz scan

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

# BENCH_INTAKES says how many (1,000,000; or 1000000,5000000 for the growth), BENCH_TURNS how often
# each is asked (60).
bench-search:
	@$(PYTHON) -m hotline.dev.bench_search

torture:
	@$(PYTHON) -m hotline.dev.torture --engine $(ENGINE)

# FUZZ_CASES says how many requests (10,000).
fuzz:
	@$(PYTHON) -m hotline.dev.fuzz --engine $(ENGINE)

# SCAN_SECONDS bounds each module of wapiti (60), ROLES=worker,privacy says as whom.
scan:
	@$(PYTHON) -m hotline.dev.scan
