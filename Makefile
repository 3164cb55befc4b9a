# Five things to ask for, each of which first makes the environment that it needs:
#   make demo     open the app                       make demo ARGS="--port 7861"
#   make test     run the tests                      make test DATA=path/to/mnist.npz ARGS="-m 'not slow'"
#   make check    formatting, lint and types
#   make train    fit the models, write weights/     make train ARGS="vae gan --epochs 40"
#   make bench    measure how fast it is             make bench ONLY="crowd cold_start"
# PYTHON=... picks the interpreter, BROWSER=no leaves out the tests that need Chromium.

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do \
  $$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && echo $$p && break; done)
CHECKED := app.py train.py mnistlab tests benchmarks
ONLY := inference pen_to_pixel cold_start crowd training growth
SUDO := $(shell [ "$$(id -u)" = 0 ] || command -v sudo 2>/dev/null)

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help demo test check train bench chromium

help:
	@sed -n 's/^# \{0,1\}//p' Makefile | sed -n 1,7p

demo: $(VENV)/.runtime
	$(BIN)/python app.py $(ARGS)

test: $(VENV)/.tools node_modules/.installed $(if $(filter no,$(BROWSER)),,chromium)
	@# Keras has one backend a process, so there are two parts; one of them may hold nothing of what ARGS names (5)
	@found=5; for part in answering training; do \
	  echo "Tests, part: $$part"; \
	  $(BIN)/python -m pytest -n 2 --dist loadfile --part=$$part $(if $(filter no,$(BROWSER)),-m "not browser") $(if $(DATA),"--data=$(DATA)") $(ARGS); \
	  case $$? in 0) found=0;; 5) ;; *) exit 1;; esac; \
	done; exit $$found

check: $(VENV)/.tools
	$(BIN)/ruff format --check $(wildcard $(CHECKED))
	$(BIN)/ruff check $(wildcard $(CHECKED))
	$(BIN)/pyright

train: $(VENV)/.runtime
	$(BIN)/python train.py $(ARGS)

bench: $(VENV)/.tools chromium
	@for name in $(ONLY); do $(BIN)/python -m benchmarks.$$name $(ARGS) || exit 1; done
	$(BIN)/python -m benchmarks.report

# The environment: one .venv, with a stamp for what the app needs and one for what the developer needs as well.

$(BIN)/python:
	@$(if $(PYTHON),:,echo "TensorFlow needs Python 3.11, 3.12 or 3.13, and none is here: install one or say PYTHON=..."; exit 1)
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "$(PYTHON) cannot make a virtual environment; on Debian and Ubuntu: apt-get install python3-venv"; exit 1; }

$(VENV)/.runtime: requirements.txt | $(BIN)/python
	@echo "Installing what requirements.txt names into $(VENV): a few minutes, once."
	@$(BIN)/python -m pip install --quiet -r requirements.txt
	@touch $@

$(VENV)/.tools: requirements.txt requirements-dev.txt | $(BIN)/python
	@echo "Installing what requirements-dev.txt names into $(VENV): a few minutes, once."
	@$(BIN)/python -m pip install --quiet -r requirements-dev.txt
	@touch $@ $(VENV)/.runtime

# Packages for the page's tests (axe-core, which looks for barriers). Without npm those tests skip and say so.
node_modules/.installed: package.json
	@mkdir -p node_modules
	@if ! command -v npm >/dev/null; then echo "No npm: the accessibility tests will be skipped."; \
	elif npm install --no-package-lock --no-audit --no-fund --ignore-scripts --loglevel=error; then touch $@; \
	else echo "npm could not install the packages of package.json: the accessibility tests will be skipped."; fi

# A Chromium for the tests of the page: the machine's own, else the distribution's package, else Playwright's build.
CHROMIUM_FOUND := command -v chromium || command -v chromium-browser || command -v google-chrome || \
  $(BIN)/python -c 'import os, sys; from playwright.sync_api import sync_playwright as s; \
  p = s().start(); found = os.path.exists(p.chromium.executable_path); p.stop(); sys.exit(not found)'

chromium: $(VENV)/.tools
	@{ $(CHROMIUM_FOUND); } >/dev/null 2>&1 && exit 0; \
	if command -v apt-get >/dev/null && { [ "$$(id -u)" = 0 ] || [ -n "$(SUDO)" ]; }; then \
	  $(SUDO) apt-get update -qq; \
	  DEBIAN_FRONTEND=noninteractive $(SUDO) apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core; \
	fi; \
	{ $(CHROMIUM_FOUND); } >/dev/null 2>&1 && exit 0; \
	$(BIN)/python -m playwright install chromium; \
	{ $(CHROMIUM_FOUND); } >/dev/null 2>&1 && exit 0; \
	echo "No Chromium for the tests of the page, and none could be installed."; \
	echo "Install Chromium or Google Chrome and run make test again, or leave those tests out: make test BROWSER=no"; \
	exit 1
