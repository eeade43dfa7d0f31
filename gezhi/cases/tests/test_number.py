from datetime import date

import pytest
from django.db import connection

from gezhi.cases import number


def test_every_wrong_digit_and_every_swap_shows() -> None:
    good = number.compose(date(2026, 4, 21), 137).replace("-", "")
    for place in range(len(good)):
        for digit in "0123456789":
            changed = good[:place] + digit + good[place + 1 :]
            assert (number.tidy(changed) is None) == (changed != good)
    for place in range(len(good) - 1):
        swapped = good[:place] + good[place + 1] + good[place] + good[place + 2 :]
        assert (number.tidy(swapped) is None) == (swapped != good)


@pytest.mark.parametrize("written", ["{0}", " {0} ", "{1}", "２６{2}", "26 0421 - {3}"])
def test_a_number_is_read_as_people_write_it(written: str) -> None:
    good = number.compose(date(2026, 4, 21), 13)
    raw = written.format(good, good.replace("-", ""), good[2:], good[7:]).replace("26 0421", "260421")
    assert number.tidy(raw) == good


@pytest.mark.parametrize("raw", ["", "case", "260421", "260421-1", "260421-01370137013701370"])
def test_what_is_no_number(raw: str) -> None:
    assert number.tidy(raw) is None


@pytest.mark.django_db
def test_the_database_counts_per_day_with_the_same_check_digit() -> None:
    with connection.cursor() as cursor:
        cursor.execute("select cases_number('2031-02-03') from generate_series(1, 1200)")
        given = [row[0] for row in cursor.fetchall()]
    assert given == [number.compose(date(2031, 2, 3), count) for count in range(1, 1201)]
