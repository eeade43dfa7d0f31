# What a developer types. Each target first brings its environment up to date (instant when nothing changed).
.PHONY: help run test check walk bench measure-burden realdata screens docs lock clean setup-run setup-dev
.DEFAULT_GOAL := help

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

run: setup-run ## start everything and serve on 127.0.0.1:8000 (GEZHI_PORT, DATABASE_URL, GEZHI_HOME)
	@exec .venv/bin/gezhi up

test: setup-dev ## all checks and all tests, journeys in a real browser included
	@exec scripts/test all

check: setup-dev ## all checks and all tests but the browser's
	@exec scripts/test check

walk: setup-dev ## open every page as everybody, in both languages and themes and at three widths (half an hour)
	@.venv/bin/python -m tests.browser.ready && GEZHI_WALK=all exec .venv/bin/python -m gezhi.host.throwaway -- .venv/bin/pytest tests/browser/test_every_page.py

bench: setup-dev ## measure speed on this machine (docs/performance.md)
	@exec .venv/bin/python -m bench

measure-burden: setup-dev ## count taps, keys and seconds of reporting, handling, dispatching (docs/burden.md)
	@.venv/bin/python -m tests.browser.ready && exec .venv/bin/python -m gezhi.host.throwaway -- .venv/bin/pytest -q -s tests/browser/burden.py

realdata: setup-dev ## run real records through the product, where ../shared/data is there
	@exec .venv/bin/python -m gezhi.host.throwaway -- .venv/bin/python -m realdata

screens: setup-dev ## photograph every page in the demo district into docs/screens
	@.venv/bin/python -m tests.browser.ready && exec .venv/bin/python -m gezhi.host.throwaway -- .venv/bin/python -m tests.browser.screens

docs: setup-dev ## build the documentation into site/, warnings are errors
	@NO_MKDOCS_2_WARNING=1 exec .venv/bin/mkdocs build --strict --quiet

lock: setup-dev ## choose newest versions within pyproject's bounds and write the lock files anew
	@exec scripts/lock

clean: ## remove what was built (not your data: that is in GEZHI_HOME)
	rm -rf build site .pytest_cache .mypy_cache .ruff_cache .hypothesis node_modules gezhi/web/static/vendor
	find gezhi -name '*.mo' -delete

setup-run:
	@scripts/setup run

setup-dev:
	@scripts/setup dev
