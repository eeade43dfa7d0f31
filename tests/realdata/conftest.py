"""Leaves these tests out where the real data are not there, and says so."""

import pytest

from realdata.checks import VARIABLE, data_folder

DATA = data_folder()
collect_ignore_glob = [] if DATA else ["test_*.py"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if DATA is None:
        terminalreporter.line(
            f"Checks against real data were left out: no folder ../shared/data, nor where {VARIABLE} points."
        )
