"""Background work of this room."""

from procrastinate.contrib.django import app

from gezhi.foundation import clock
from gezhi.notices import operations

# So few that a worker that dies leaves little to be decided about.
_BATCH = 10


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="notices-deliver", pass_context=False)
def deliver_due(timestamp: int) -> None:  # noqa: ARG001  the queue says when it was meant to run
    """Send what is due, until nothing is left to try now."""
    # each batch is a task of its own: a slow mail server may keep one for minutes
    while operations.deliver_due(now=clock.now(), limit=_BATCH) >= _BATCH:
        continue
