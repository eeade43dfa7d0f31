"""Background work of duties: what became sensitive."""

from procrastinate.contrib.django import app

from gezhi.duties import operations
from gezhi.foundation import clock


@app.periodic(cron="29 * * * *")
@app.task(queueing_lock="duties.seal_sensitive", pass_context=False)
def seal_sensitive(timestamp: int) -> None:  # noqa: ARG001  the queue says when it was meant to run
    """After a plan that makes fields sensitive came into force, seal what lies open of them in activities."""
    operations.seal_sensitive(now=clock.now())
