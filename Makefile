# The two commands of the house are `make run` and `make test`; both work on a machine with only Debian and Python 3.11.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all:
PYTEST := $(BIN)/python -m pytest
UNIT := -m "not server and not browser and not faults"
UNIT_WITHOUT_SCREENS := -m "not server and not browser and not faults and not screen"
TWO := -n 2 --dist loadfile  # processes; each file in one of them, so that what its tests share is made once
export PYTHONDONTWRITEBYTECODE :=  # dozens of interpreters are started: each would compile all of qs again

.PHONY: run demo test lint unit postgres postgres-screens server browser faults search bench screenshots lock system clean

run: .venv/run demo  ## the demo city at http://localhost:8501
	QS_DEMO=true $(BIN)/streamlit run app.py

demo: .venv/run
	QS_DEMO=true $(BIN)/python -m qs demo

test: .venv/dev system lint unit postgres server browser faults

lint: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

unit: .venv/dev  ## everything without a running server, on SQLite
	$(PYTEST) $(UNIT) $(TWO)

postgres: .venv/dev  ## the same on PostgreSQL; of the screens, that each opens with the city in it
	QS_TEST_STORE=postgresql $(PYTEST) $(UNIT_WITHOUT_SCREENS) $(TWO)

postgres-screens: .venv/dev  ## what screens do, on PostgreSQL too: not in `make test`, which asks SQLite
	QS_TEST_STORE=postgresql $(PYTEST) -m screen $(TWO)

server: .venv/dev  ## the running process, spoken to over its own protocol
	$(PYTEST) -m server

browser: .venv/dev system  ## people's ways through the screens in a real browser
	$(PYTEST) -m browser -n 2 --dist worksteal

faults: .venv/dev  ## kill -9 during ingest, on both engines
	$(PYTEST) -m faults
	QS_TEST_STORE=postgresql $(PYTEST) -m faults

search: .venv/dev  ## the arithmetic on many more examples, new ones each time; what it finds becomes an @example
	QS_TEST_EXAMPLES=search $(PYTEST) tests/stats tests/deadlines tests/rankings tests/complaints -n 2

bench: .venv/dev  ## the headline figures, as ratios measured side by side
	$(BIN)/python -m benchmarks

screenshots: .venv/dev system  ## docs/screenshots, one picture of each screen and language
	$(BIN)/python -m tests.browser.screenshots docs/screenshots

lock: .venv/dev
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--custom-compile-command "make lock" requirements.in -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--custom-compile-command "make lock" requirements-dev.in -o requirements-dev.txt

.venv/bin/python:
	$(PYTHON) -m venv .venv || { rm -rf .venv; \
		if [ "$$(id -u)" = 0 ]; then apt-get update -qq && apt-get install -y -qq python3-venv && $(PYTHON) -m venv .venv; \
		else echo "Python's venv module is missing. Install it: sudo apt-get install python3-venv"; exit 1; fi; }

.venv/run: requirements.txt | .venv/bin/python
	$(PIP) -r requirements.txt
	touch $@

.venv/dev: requirements-dev.txt requirements.txt | .venv/bin/python
	$(PIP) -r requirements-dev.txt
	touch $@ .venv/run

system:  ## Chromium and Chinese fonts for the browser tests
	@if ! command -v chromium >/dev/null || ! fc-list :lang=zh 2>/dev/null | grep -q .; then \
		if [ "$$(id -u)" = 0 ]; then \
			apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-noto-cjk fontconfig; \
		else echo "Chromium or a Chinese font is missing. Install them: sudo apt-get install chromium fonts-noto-cjk fontconfig"; exit 1; fi; fi

clean:
	rm -rf .venv .pytest_cache .ruff_cache .mypy_cache .hypothesis
