# What one does with Milepost. Each command first sets up what it needs; a second call starts in seconds.
# Stamps carry a hash of what went in (.stamp-1a2b…), so a branch switch rebuilds what differs and nothing else.

PYTHON ?= python3
KIND ?=
NAME ?=
ONLY ?=
PORT ?= 8000
DEBIAN_FOR_TESTS ?= chromium fonts-liberation fonts-noto-core nats-server

# Tests start Python some hundred times; without compiled files beside the source each start costs double.
unexport PYTHONDONTWRITEBYTECODE

bin := .venv/bin
hash = $(shell cat $(sort $(1)) /dev/null | sha256sum | cut -c1-16)

tool_key := $(call hash,requirements/uv.txt)
package_key := $(call hash,requirements/dev.txt pyproject.toml)
npm_key := $(call hash,frontend/package-lock.json frontend/.npmrc)
asset_inputs := $(shell find frontend/src frontend/build.mjs frontend/package-lock.json src/milepost/show \
	-type f \( -path '*/static/built*' -prune -o -not -name '*.pyc' -print \) 2>/dev/null)
asset_key := $(call hash,$(asset_inputs))
places_key := $(call hash,$(wildcard tools/build_gazetteer*.py tools/gazetteer/*.* src/milepost/places/keys.py) requirements/dev.txt)
map_key := $(call hash,$(wildcard tools/build_geo*.py) tools/gazetteer/regions.csv src/milepost/map/levels.py \
	src/milepost/map/rings.py requirements/geo.txt frontend/package-lock.json)

venv := .venv/.stamp-venv-$(tool_key)
packages := .venv/.stamp-packages-$(package_key)
node_modules := frontend/node_modules/.stamp-$(npm_key)
lighthouse := frontend/lighthouse/node_modules/.stamp-$(call hash,frontend/lighthouse/package-lock.json)
assets := src/milepost/show/static/built/.stamp-$(asset_key)
gazetteer := src/milepost/places/gazetteer.sqlite
places := build/stamps/places-$(places_key)
geo := src/milepost/map/geo.sqlite
map := build/stamps/map-$(map_key)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help demo dev test check fix new sim bench screenshots docs release lock setup debian node FORCE

help: # List these commands.
	@printf 'Milepost tracks TikTok Shop orders from confirmation to doorstep. Commands:\n\n'
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1 \t\2/p' $(MAKEFILE_LIST) | expand -t 16
	@printf '\nEach sets up what it needs. Start with: make demo\n'

demo: setup ## Start a shop with moving parcels and print where to look. Ctrl-C ends it.
	@exec $(bin)/milepost demo

dev: setup ## The demo on a fixed port (PORT=8000), started again whenever a file changes.
	@exec $(bin)/python tools/dev.py --port $(PORT)

test: check debian ## Run check, then every test. This is all that CI runs.
	$(bin)/pytest -q -n 2 --dist worksteal --ignore=tests/tidy

check: setup ## Look at format, lint, types, shape and docs, without running the tests.
	$(bin)/ruff format --check .
	$(bin)/ruff check .
	$(bin)/mypy
	cd frontend && node node_modules/typescript/bin/tsc --project tsconfig.json
	$(bin)/python tools/docs.py --check
	$(bin)/pytest -q tests/tidy

fix: setup ## Put right what a machine can: format, lint, generated docs.
	$(bin)/ruff format .
	-$(bin)/ruff check --fix .
	$(bin)/python tools/docs.py

new: $(packages) ## Make a folder that already runs: KIND=carrier|marketplace|channel|page NAME=acme.
	@$(bin)/python tools/new/new.py "$(KIND)" "$(NAME)"

sim: setup debian ## Prove it at full count: 5,000 orders, 20 seeds, 2,000 shuffles. Writes build/sim.json.
	MILEPOST_TIER=sim $(bin)/python -m tests.sim.run

bench: setup debian ## Measure, print a table, merge into build/bench.json. ONLY=name,… runs some.
	$(bin)/python -m benches.run $(if $(ONLY),--only $(ONLY))

screenshots: setup debian ## Take a picture of every state of the buyer's pages into docs/screenshots.
	$(bin)/python -m tests.pages.screenshots

docs: setup ## Write the generated pages again from the code.
	$(bin)/python tools/docs.py

release: setup debian $(lighthouse) ## Build wheel and source archive into dist/, look inside; Lighthouse on the pages.
	$(bin)/python tools/release.py
	$(bin)/python -m tests.pages.lighthouse

lock: $(packages) # Choose new versions for requirements/*.txt and the package lock (maintainers).
	tools/lock.sh

# What the commands above stand on.

setup: $(packages) $(assets) $(places) $(map)

$(venv):
	@mkdir -p .venv
	$(PYTHON) -m venv .venv || { $(PYTHON) tools/debian.py python3-venv && $(PYTHON) -m venv .venv; }
	$(bin)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

$(packages): $(venv)
	$(bin)/uv pip sync --quiet --python $(bin)/python --require-hashes requirements/dev.txt
	$(bin)/uv pip install --quiet --python $(bin)/python --offline --no-deps --no-build-isolation --editable .
	@rm -f .venv/.stamp-packages-*
	@touch $@

node:
	@$(PYTHON) tools/node.py

$(node_modules): | node
	cd frontend && npm ci --ignore-scripts --loglevel=error
	@touch $@

$(lighthouse): | node
	cd frontend/lighthouse && npm ci --ignore-scripts --loglevel=error
	@touch $@

$(assets): $(node_modules)
	cd frontend && node build.mjs
	@touch $@

$(places): $(packages) $(if $(wildcard $(gazetteer)),,FORCE)
	$(bin)/python tools/build_gazetteer.py
	@mkdir -p $(@D) && rm -f build/stamps/places-* && touch $@

# Its tools weigh 400 MB, so they go again when the file is there.
$(map): $(venv) $(node_modules) $(if $(wildcard $(geo)),,FORCE)
	$(bin)/uv venv --quiet --allow-existing --python $(bin)/python build/geo-venv
	$(bin)/uv pip sync --quiet --python build/geo-venv/bin/python --require-hashes requirements/geo.txt
	build/geo-venv/bin/python tools/build_geo.py
	@rm -rf build/geo-venv
	@mkdir -p $(@D) && rm -f build/stamps/map-* && touch $@

debian:
	@$(PYTHON) tools/debian.py $(DEBIAN_FOR_TESTS)

FORCE:
