"""Background work of this room."""

from procrastinate.contrib.django import app

from gezhi.foundation import clock
from gezhi.sync import operations


@app.periodic(cron="29 3 * * *")
@app.task(queueing_lock="sync.forget_old", pass_context=False)
def forget_old(timestamp: int) -> None:  # noqa: ARG001  the queue says when it was meant to run
    """Forget half photos and receipts that nobody will ask for again."""
    now = clock.now()
    while operations.forget_old(now=now):
        continue
