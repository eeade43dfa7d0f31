"""Background work of cases: what fell due, and due times that were provisional."""

from procrastinate.contrib.django import app

from gezhi.cases import operations
from gezhi.foundation import clock

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
