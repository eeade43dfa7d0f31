"""The morning's mail is written on the plan's workdays, once, and later where the machine stood still."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from gezhi.cases import tasks
from gezhi.cases.tests.conftest import District
from gezhi.notices import digest_operations as digests
from gezhi.notices import operations as notices
from gezhi.notices.models import Message
from gezhi.people import operations as people

pytestmark = pytest.mark.django_db

# The Sunday before a Spring Festival that is a make-up workday, and the Saturday after an ordinary week.
HOUR = timedelta(hours=1)
MADE_UP = datetime(2026, 2, 14, 1, 0, tzinfo=UTC)
SATURDAY = datetime(2026, 5, 16, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(("morning", "letters"), [(MADE_UP, 1), (SATURDAY, 0), (SATURDAY + timedelta(days=2), 1)])
def test_the_worker_writes_on_workdays_once(district: District, morning: datetime, letters: int) -> None:
    evening = morning - timedelta(hours=15)
    head = district.cast.head
    people.change_profile(actor=None, account=head, name="王站长", phone="", email="head@example.org", now=evening)
    digests.wish_mail(actor=head, mode="daily", now=evening)
    notices.send(to=[head], key="k", subject="积水", body="", about="260514-0017", brief="260514", now=evening + HOUR)
    for hours in (-2, 0, 5, 5):
        with time_machine.travel(morning + timedelta(hours=hours), tick=False):
            tasks.write_digests(0)
    assert Message.objects.filter(topic="digest").count() == letters
