import contextlib

import pytest
from django.db import OperationalError, connection, transaction

from gezhi.foundation import prepared
from gezhi.foundation.models import Outbox


@pytest.mark.django_db(transaction=True)
def test_a_request_begins_on_a_new_connection_when_the_database_dropped_the_old_one() -> None:
    ((before,),) = prepared.run("select pg_backend_pid()")
    with pytest.raises(OperationalError):
        prepared.run("select pg_terminate_backend(%s)", (before,))
    ((after,),) = prepared.run_first("select pg_backend_pid()")
    assert after != before


@pytest.mark.django_db(transaction=True)
def test_within_a_transaction_a_dropped_connection_is_an_error() -> None:
    with pytest.raises(OperationalError):
        _read_after_a_drop()
    connection.close()


@pytest.mark.django_db
def test_a_statement_without_rows_gives_none() -> None:
    assert prepared.run("create temporary table nothing (n int)") == []
    assert prepared.run("select n from nothing where n = %(n)s", {"n": 1}) == []


@transaction.atomic
def _read_after_a_drop() -> None:
    ((mine,),) = prepared.run("select pg_backend_pid()")
    with contextlib.suppress(OperationalError):
        prepared.run("select pg_terminate_backend(%s)", (mine,))
    prepared.run_first("select 1")


@pytest.mark.django_db
def test_a_statement_is_prepared_once_and_kept() -> None:
    for n in range(3):
        assert prepared.run("select %s::int + 41 as kept", (n,)) == [(n + 41,)]
    assert prepared.run("select count(*) from pg_prepared_statements where statement like '%%+ 41 as kept'") == [(1,)]


@pytest.mark.django_db
def test_the_orms_queries_are_planned_anew() -> None:
    before = prepared.run("select count(*) from pg_prepared_statements")
    for _ in range(12):
        list(Outbox.objects.filter(topic="nobody")[:1])
    assert prepared.run("select count(*) from pg_prepared_statements") == before
