# `make help` says what there is. Everything that is fetched goes below .local/ and .venv/; nothing outside is touched
# but uv's cache. A machine needs python3 (3.9 or later, with pip) and make.

SHELL := /bin/bash
UV_VERSION := 0.13.9
UV := .local/uv/bin/uv
RUN := $(UV) run --no-sync
ARCH ?= arm64
ENV ?= default
.DEFAULT_GOAL := help

.PHONY: help
help: ## what there is
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):[^#]*## /\1\t/' | expand -t 14

.PHONY: demo
demo: .local/synced ## play the story on a local stack of its own, check every balance, leave nothing running
	@$(RUN) python -m ops.demo

.PHONY: up
up: .local/synced ## start the local stack, or deploy the present code onto it
	@$(RUN) python -m ops.stack up

.PHONY: down
down: .local/synced ## end what `make up` started
	@$(RUN) python -m ops.stack down

# One worker per processor; each file's tests stay together, and the folders that take longest come first.
WORKERS ?= -n auto --dist loadfile --no-loadscope-reorder

.PHONY: test
test: .local/synced ## every test, on the local stack too
	$(RUN) pytest -q $(WORKERS) $(ARGS)

EVENTS ?= 1000

.PHONY: bench
bench: .local/synced ## measure on a local stack of its own; ARGS="capacity" for one, ARGS=load EVENTS=10000 for a burst; build/bench.json has the figures
	@EVENTS=$(EVENTS) $(RUN) python -m tests.bench $(ARGS)

SEED ?= 1
SEEDS ?= 5
DAYS ?= 30
ACCOUNTS ?= 50

.PHONY: simulate
simulate: .local/synced ## seeded worlds of customers and faults; SEED=1 SEEDS=5 DAYS=30 ACCOUNTS=50
	@$(RUN) python -m tests.simulation --seed $(SEED) --seeds $(SEEDS) --days $(DAYS) --accounts $(ACCOUNTS)

.PHONY: faults
faults: .local/synced ## the deployed template while AWS fails and workers die; ARGS="storm --accounts 24 --rounds 3"
	@$(RUN) python -m tests.faults $(ARGS)

.PHONY: lint
lint: .local/synced .local/secure ## style, import directions, the template and its security, secrets
	$(RUN) ruff check
	$(RUN) ruff format --check
	$(RUN) lint-imports
	$(RUN) cfn-lint template.yaml
	git ls-files -z | xargs -0 $(RUN) detect-secrets-hook --disable-plugin KeywordDetector \
	  --disable-plugin HexHighEntropyString --disable-plugin Base64HighEntropyString
	@# Samples are full of made-up ids that look random, so entropy is judged elsewhere only.
	git ls-files -z ':!tests' ':!events' ':!uv.lock' \
	  | xargs -0 $(RUN) detect-secrets-hook --disable-plugin KeywordDetector

# Takes its time, so only where something changed.
.local/secure: .local/synced template.yaml .checkov.yaml ops/secure_template.py
	$(RUN) python -m ops.secure_template
	@touch $@

# Asks the vulnerability service of PyPI about every locked package, so it needs the network and is no part of CI.
PIP_AUDIT := pip-audit==2.10.1

.PHONY: audit
audit: .local/synced ## known vulnerabilities of every locked package; needs the network
	@mkdir -p build
	@$(UV) export --quiet --frozen --no-emit-project --no-annotate --no-header --output-file build/locked.txt
	@$(UV) tool run --from $(PIP_AUDIT) pip-audit --strict --disable-pip --requirement build/locked.txt

.PHONY: types
types: .local/synced ## mypy, strict
	$(RUN) mypy

.PHONY: requirements
requirements: .local/synced ## export what the layer installs from uv.lock
	@$(UV) export --quiet --frozen --no-dev --no-emit-project --no-hashes --no-annotate --no-header \
	  --output-file layers/common/requirements.txt

.PHONY: openapi
openapi: .local/synced ## write the credits API's OpenAPI document from the code
	@$(RUN) python -m ops.openapi

EXAMPLES ?= 500

.PHONY: apitest
apitest: .local/synced ## the API against its OpenAPI document, property by property; EXAMPLES=500 SEED=1
	@$(RUN) python -m tests.apitest --examples $(EXAMPLES) --seed $(SEED)

FUZZED := tests/fuzz tests/integration/credits_api/test_fuzz.py tests/integration/provider_events/test_fuzz.py \
  tests/integration/stripe_webhook/test_webhook.py tests/unit/billing/test_events.py tests/unit/mail/test_fuzz.py \
  tests/unit/mail/test_ses.py tests/unit/providers/test_properties.py tests/unit/providers/test_signatures.py

# Coverage-guided, for so many seconds for each of six targets; 0 leaves it out.
FUZZ_SECONDS ?= 10
ATHERIS := atheris==3.1.0

.PHONY: fuzz
fuzz: .local/synced ## every entry against garbage, mutated samples and what coverage leads to; FUZZ_SECONDS=10 SEED=1, CRASH=file
ifdef CRASH
	@$(RUN) python -m tests.fuzz --crash $(CRASH)
else
	@$(RUN) pytest -q --hypothesis-seed=$(SEED) $(FUZZED)
ifneq ($(FUZZ_SECONDS),0)
	@$(RUN) --with $(ATHERIS) python -m tests.fuzz --seconds $(FUZZ_SECONDS) --seed $(SEED)
endif
endif

.PHONY: build
build: .local/synced ## build what is deployed, for ARCH (arm64 or x86_64)
	@$(RUN) python -m ops.stack.build --architecture $(ARCH)

.PHONY: deploy
deploy: .local/synced ## build and deploy to AWS as ENV of samconfig.toml says (default is the dev stage)
	@$(RUN) python -m ops.stack.deploy $(ENV)

.PHONY: clean
clean: down ## remove what was built and fetched, uv's cache aside
	rm -rf .aws-sam .venv .local build

# In / so that a pyenv without our Python version still answers; without venv, pip alone does.
.local/uv-$(UV_VERSION):
	@echo "fetching uv $(UV_VERSION)"
	@rm -rf .local/uv .local/uv-*
	@mkdir -p .local
	@cd / && { python3 -m venv "$(CURDIR)/.local/uv" \
	    && "$(CURDIR)/.local/uv/bin/python" -m pip install -q --disable-pip-version-check uv==$(UV_VERSION); } \
	  || python3 -m pip install -q --disable-pip-version-check --target "$(CURDIR)/.local/uv" uv==$(UV_VERSION)
	@touch $@

.local/synced: .local/uv-$(UV_VERSION) pyproject.toml uv.lock
	@$(UV) sync --locked --quiet
	@touch $@
