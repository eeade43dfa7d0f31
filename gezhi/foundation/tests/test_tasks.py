"""What is left in the queue by a worker that was killed does not pile up."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from procrastinate.contrib.django import app

from gezhi.foundation import tasks


@pytest.mark.django_db(transaction=True)
def test_jobs_of_a_killed_worker_and_old_failures_go_and_the_others_stay() -> None:
    with connection.cursor() as cursor:
        cursor.execute("insert into procrastinate_workers (last_heartbeat) values (now()), (now() - interval '1 hour')")
        cursor.execute("select array_agg(id order by last_heartbeat) from procrastinate_workers")
        killed, alive = cursor.fetchone()[0]
        for name, status, worker in (
            ("of the killed", "doing", killed),
            ("of nobody", "doing", None),
            ("of the living", "doing", alive),
            ("waiting", "todo", None),
            ("failed long ago", "failed", None),
            ("failed just now", "failed", None),
        ):
            cursor.execute(
                "insert into procrastinate_jobs (task_name, queue_name, status, worker_id) "
                "values (%s, 'default', %s::procrastinate_job_status, %s)",
                [name, status, worker],
            )
        cursor.execute(
            "insert into procrastinate_events (job_id, type, at) "
            "select id, 'failed', now() - case task_name when 'failed long ago' then interval '8 days' else '0' end "
            "from procrastinate_jobs where status = 'failed'"
        )
    async_to_sync(cast("Any", tasks.forget_jobs).func)(SimpleNamespace(app=app), timestamp=0)
    with connection.cursor() as cursor:
        cursor.execute("select task_name from procrastinate_jobs order by id")
        assert [name for (name,) in cursor.fetchall()] == ["of the living", "waiting", "failed just now"]
