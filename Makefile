# `make demo` and `make test` are all that a fresh machine with Python 3.11 or newer needs.
# Another Python: make test PYTHON=python3.13. Other than two tests side by side: make test JOBS=4.

PYTHON ?= python3
JOBS ?= 2
VENV := .venv
RUN := $(VENV)/bin/python
STAMP := $(VENV)/.installed
PIP := $(RUN) -m pip install --quiet --disable-pip-version-check --no-input

.PHONY: demo test lint unit clean

demo: $(STAMP)
	@$(RUN) -m bot demo

test: $(STAMP) lint unit

lint: $(STAMP)
	@$(RUN) -m ruff check .
	@$(RUN) -m ruff format --check --quiet .
	@$(RUN) -m mypy

unit: $(STAMP)
	@tests/setup.sh
	@$(RUN) -m pytest -q -n $(JOBS)

# Again whenever what is to be installed has changed; otherwise this takes no time.
$(STAMP): requirements.lock pyproject.toml setup.py
	@tests/venv.sh "$(PYTHON)" "$(VENV)"
	@echo "Installing into $(VENV) …"
	@$(PIP) --requirement requirements.lock
	@# The build tool is pinned above too: nothing is fetched that the lock does not name.
	@$(PIP) --no-build-isolation --no-deps --editable .
	@touch $@

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
