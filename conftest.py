"""What every test stands on: throw-away keys and files, fast password hashes."""

import time
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import IntegrityError, connection, transaction
from django.test import TransactionTestCase
from django.utils.translation.reloader import translation_file_changed
from hypothesis import settings as hypothesis_settings
from pytest_django import Settings

from gezhi.host import prepare
from gezhi.people.tests import repertory

# No deadline: a busy machine is no fault. Half the usual examples: every run draws new ones.
hypothesis_settings.register_profile("house", deadline=None, max_examples=50)
hypothesis_settings.load_profile("house")

# when each worker told of its last test
_told: dict[str, float] = {}

pytest_plugins = ["gezhi.people.tests.cast"]


def pytest_configure(config: pytest.Config) -> None:
    """Let nothing of the machine's own installation in, and let the pages speak Chinese (no .mo is committed)."""
    if not hasattr(config, "workerinput") and prepare.compile_words():
        # what was read while the rooms were loaded are the words of before
        translation_file_changed(sender=None, file_path=Path("django.mo"))
    django_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # costs nothing
    django_settings.DATA_KEYS = "dGVzdHMtb25seS1rZXktdGVzdHMtb25seS1rZXktMDE="
    # Pages in tests link the style sheets as they lie in the source: nothing was collected.
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    django_settings.STORAGES = {**django_settings.STORAGES, "staticfiles": plain}
    setattr(TransactionTestCase, "_fixture_teardown", _empty)  # noqa: B010


def _empty(_case: TransactionTestCase) -> None:
    """Take out the rows that a test without a surrounding transaction left.

    Django would empty each table with TRUNCATE, which costs the same for one that holds nothing, and then write the
    kinds of content anew, which are the same as before.
    """
    words = repertory.clearing()
    for last in (False, False, True):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(words)
            return
        except IntegrityError:  # a request that came late added to what was being taken out
            if last:
                raise


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Remember when a worker was at work last."""
    if worker := getattr(report, "worker_id", ""):
        _told[worker] = time.monotonic()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how long the first worker had nothing left to do: what the whole run waits for goes first."""
    if len(_told) > 1:
        idle = max(_told.values()) - min(_told.values())
        terminalreporter.write_line(f"Of {len(_told)} workers the first was done {idle:.0f} s before the last.")


@pytest.fixture(autouse=True)
def throw_away(settings: Settings, tmp_path: Path) -> None:
    """Give each test a files folder of its own."""
    settings.MEDIA_ROOT = tmp_path / "files"
