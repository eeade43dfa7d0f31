"""What the ground needs done in the background."""

from datetime import timedelta

from django.conf import settings
from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.jobs import Status

from gezhi.foundation import clock, files, outbox
from gezhi.foundation.reseal import reseal


@app.periodic(cron="* * * * * */3")
@app.task(queueing_lock="foundation.relay_outbox", pass_context=False)
def relay_outbox(timestamp: int) -> None:  # noqa: ARG001  the queue's own tick; the clock is read here, once
    """Carry out the effects that wait in the outbox."""
    now = clock.now()
    while outbox.relay(now):
        continue


@app.periodic(cron="43 2 * * *")
@app.task(queueing_lock="foundation.forget_jobs", pass_context=True)
async def forget_jobs(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Drop jobs that a killed worker left behind and failures of a week ago: every task of ours comes round again."""
    jobs = context.app.job_manager
    for job in await jobs.get_stalled_jobs():
        await jobs.finish_job(job, status=Status.FAILED, delete_job=True)
    await jobs.delete_old_jobs(nb_hours=24 * 7, include_failed=True, include_cancelled=True, include_aborted=True)


@app.periodic(cron="23 3 * * *")
@app.task(queueing_lock="foundation.sweep_files", pass_context=False)
def sweep_files(timestamp: int) -> None:  # noqa: ARG001
    """Delete photos and documents that were put up ahead of a form, or in pieces, and that nothing took."""
    now, kept = clock.now(), timedelta(days=settings.LOOSE_FILES_DAYS)
    while files.sweep(now=now, kept=kept):
        continue


@app.periodic(cron="11 3 * * *")
@app.task(queueing_lock="foundation.reseal", pass_context=False)
def reseal_values(timestamp: int) -> None:  # noqa: ARG001
    """After a new data key was put in front, write what older ones protect anew, until nothing is left."""
    while reseal():
        continue
