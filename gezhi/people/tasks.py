"""Background work of this room."""

from uuid import UUID

from django.contrib.sessions.models import Session
from procrastinate.contrib.django import app

from gezhi.foundation import clock
from gezhi.people import operations


@app.periodic(cron="17 3 * * *")
@app.task(queueing_lock="people-sweep-out")
def sweep_out(timestamp: int) -> None:  # noqa: ARG001  the queue says when it was meant to run
    """Remove counts of old attempts and sessions that have ended."""
    now = clock.now()
    operations.forget_old_attempts(now=now)
    operations.forget_uploads(now=now)
    Session.objects.filter(expire_date__lt=now).delete()


@app.task(name="people.work_on_upload")
def work_on_upload(upload: str) -> None:
    """Check a large file, or take it over, out of the way of the page that waits for it."""
    operations.work_on(upload=UUID(upload), now=clock.now())
