"""A small demo, loaded as `gezhi up` loads it: through the engine, with something at every light."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from gezhi.cases import operations as cases
from gezhi.cases.models import Case
from gezhi.demo import operations, queries, script, staff
from gezhi.duties import queries as duties
from gezhi.duties.models import Absence, Activity, Report
from gezhi.duties.operations.log import first_broken
from gezhi.people.models import Account
from gezhi.registers.models import Entry
from gezhi.territory import queries as territory

# Loading takes long: one process for all of them.
pytestmark = pytest.mark.xdist_group("demo")
NOW = datetime(2026, 11, 18, 2, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Load the demo once for all tests here; they read it, each in a transaction within this one."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, transaction.atomic():
        patch.setitem(script.plan(), "cases", 24)
        territory.look_again()
        operations.load(NOW, lambda _what, _done, _total: None)
        yield
        transaction.set_rollback(True)
    territory.look_again()


@pytest.fixture
def demo(loaded: None, db: None) -> None:
    """Stand in the loaded demo."""


def test_every_log_of_the_demo_verifies_and_no_case_is_in_trouble(demo: None) -> None:
    rows = Case.objects.unscoped(reason="a test reads all")
    # what rounds found comes beside the script's own
    assert rows.filter(findings=None).count() == 24
    assert [case.number for case in rows if not cases.verify_log(case).whole] == []
    assert not rows.exclude(trouble="").exists()
    assert not rows.filter(wake_at__lt=NOW.replace(hour=0)).exists()


def test_the_cast_can_sign_in_and_sees_only_its_own_ground(demo: None) -> None:
    people = queries.people()
    assert len(people) == len(script.plan()["cast"]) + 1
    _what, name, password = people[0]
    worker = Account.objects.get(username=name)
    assert worker.check_password(password)
    seen = Case.objects.visible_to(worker, now=NOW)
    home = script.plan()["home"]["village"]
    assert all(home in case.area_path or worker.pk == case.reporter_id for case in seen)


def test_passwords_are_this_installations_own(settings: object) -> None:
    first = staff.password_of("grid")
    settings.DATA_KEYS = "YW5vdGhlci1pbnN0YWxsYXRpb25zLWtleS0wMTIzNDU="  # type: ignore[attr-defined]
    assert staff.password_of("grid") != first


def test_nobody_real_can_be_rung() -> None:
    """Numbers of the demo are eleven digits that no operator gives out: they begin with 100."""
    assert script.plan()["resident"]["phone"].startswith("100")


def test_the_registers_at_home_are_filled_and_something_waits_to_be_settled(demo: None) -> None:
    rows = Entry.objects.unscoped(reason="a test reads all")
    registers = set(rows.values_list("register", flat=True))
    assert {"households", "residents", "rentals_and_shops", "enterprises", "facilities"} <= registers
    assert rows.filter(waiting__gt=0).exists()
    assert not rows.filter(register="residents", part_of=None).exists()
    assert not rows.exclude(register="residents").filter(lon=None).exists()


def test_rounds_were_gone_and_some_were_missed(demo: None) -> None:
    rows = Activity.objects.unscoped(reason="a test reads all")
    assert rows.filter(kind="patrol").count() > 20
    assert rows.filter(kind="visit", entry_id__isnull=False).exists()
    assert Report.objects.filter(activity__kind="report").count() > 3
    assert [row.pk for row in rows if first_broken(row) is not None] == []
    assert not rows.exclude(marks=[]).exists()
    worker = Account.objects.get(username="grid")
    assert duties.due(account=worker, now=NOW)
    assert Absence.objects.exists()
