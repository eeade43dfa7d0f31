"""Background work of duties: what became sensitive, what residents now read of."""

from procrastinate.contrib.django import app

from gezhi.duties import operations
from gezhi.foundation import clock


@app.periodic(cron="29 * * * *")
@app.task(queueing_lock="duties.seal_sensitive", pass_context=False)
def seal_sensitive(timestamp: int) -> None:  # noqa: ARG001  the queue says when it was meant to run
    """After a plan that makes fields sensitive came into force, seal what lies open of them in activities."""
    operations.seal_sensitive(now=clock.now())


@app.periodic(cron="41 7-20 * * *")
@app.task(queueing_lock="duties.tell_announced", pass_context=False)
def tell_announced(timestamp: int) -> None:  # noqa: ARG001  the queue says when it was meant to run
    """Tell the posts of a round that residents now read of it, at an hour at which a message wakes nobody."""
    operations.tell_announced(now=clock.now())
