"""Background work of registers: what may no longer be kept, what became sensitive, ground and people that changed."""

from procrastinate.contrib.django import app

from gezhi.foundation import clock
from gezhi.registers import operations

_BATCH = 500


@app.periodic(cron="37 2 * * *")
@app.task(queueing_lock="registers.erase_due", pass_context=False)
def erase_due(timestamp: int) -> None:  # noqa: ARG001  the queue says when it was meant to run
    """Erase what may no longer be kept, until nothing is left."""
    now = clock.now()
    while operations.erase_due(now=now, limit=_BATCH) >= _BATCH:
        continue


@app.periodic(cron="13 0 * * *")
@app.task(queueing_lock="registers.follow_territory", pass_context=False)
def follow_territory(timestamp: int) -> None:  # noqa: ARG001
    """Let entries follow grids that were divided, merged or moved from today on."""
    operations.follow_territory(now=clock.now(), limit=_BATCH)


@app.periodic(cron="*/5 * * * *")
@app.task(queueing_lock="registers.tell_of_left", pass_context=False)
def tell_of_left(timestamp: int) -> None:  # noqa: ARG001
    """Tell of the care cases of people who left, whether their post ended just now or on its last day."""
    operations.tell_of_left(now=clock.now())


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="registers.seal_sensitive", pass_context=False)
def seal_sensitive(timestamp: int) -> None:  # noqa: ARG001
    """After a plan that makes fields sensitive came into force, seal what lies open of them, until nothing is left."""
    now = clock.now()
    while operations.seal_sensitive(now=now, limit=_BATCH):
        continue


@app.periodic(cron="* * * * * */3")
@app.task(queueing_lock="registers.work_on_tables", lock="registers.work_on_tables", pass_context=False)
def work_on_tables(timestamp: int) -> None:  # noqa: ARG001
    """Work on large tables that wait, one after another, so that half of the worker stays free for the rest."""
    operations.give_up_silent(now=clock.now())
    while operations.work_on_next(now=clock.now()):
        continue


@app.periodic(cron="53 2 * * *")
@app.task(queueing_lock="registers.forget_runs", pass_context=False)
def forget_runs(timestamp: int) -> None:  # noqa: ARG001
    """Forget what came of large tables when its time is over."""
    operations.forget_runs(now=clock.now())
