"""Background work of cases: what fell due, and due times that were provisional."""

from procrastinate.contrib.django import app

from gezhi.cases import operations, queries
from gezhi.foundation import clock
from gezhi.notices import digest_operations as digests

_BATCH = 500


@app.periodic(cron="* * * * * */15")
@app.task(queueing_lock="cases.sweep", pass_context=False)
def sweep(timestamp: int) -> None:  # noqa: ARG001  the queue says when it was meant to run
    """Settle what fell due, until nothing is left."""
    now = clock.now()
    while (swept := operations.sweep(now=now, limit=_BATCH)).cases + len(swept.failed) >= _BATCH:
        continue


@app.periodic(cron="17 3 * * *")
@app.task(queueing_lock="cases.recount", pass_context=False)
def recount(timestamp: int) -> None:  # noqa: ARG001
    """Count provisional due times again, in case a year's calendar has come out."""
    while operations.recount(now=clock.now(), limit=_BATCH) >= _BATCH:
        continue


@app.periodic(cron="7 0 * * *")
@app.task(queueing_lock="cases.follow_territory", pass_context=False)
def follow_territory(timestamp: int) -> None:  # noqa: ARG001
    """Let open cases follow grids that were split, merged or moved from today on."""
    while operations.follow_territory(now=clock.now(), limit=_BATCH) >= _BATCH:
        continue


@app.periodic(cron="* * * * * */10")
@app.task(queueing_lock="cases.hear", pass_context=False)
def hear(timestamp: int) -> None:  # noqa: ARG001
    """Let the newest cases be found by how their words sound."""
    heard, last = _BATCH, None
    while heard >= _BATCH:
        heard, last = operations.hear(after=last, most=_BATCH)


@app.periodic(cron="* * * * * */5")
@app.task(queueing_lock="cases.file_words", pass_context=False)
def file_words(timestamp: int) -> None:  # noqa: ARG001
    """Put the newest cases' words into the index of words."""
    while operations.file_words(most=_BATCH) >= _BATCH:
        continue


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="cases.forget_presence", pass_context=False)
def forget_presence(timestamp: int) -> None:  # noqa: ARG001
    """Forget who had which case open a minute ago."""
    operations.forget_old(now=clock.now())


@app.periodic(cron="*/5 * * * *")
@app.task(queueing_lock="cases.digests", pass_context=False)
def write_digests(timestamp: int) -> None:  # noqa: ARG001
    """Write the mails of this workday's morning; later where the machine stood still at eight."""
    now = clock.now()
    if queries.is_workday(now):
        while digests.write_digests(now=now, limit=_BATCH) >= _BATCH:
            continue
