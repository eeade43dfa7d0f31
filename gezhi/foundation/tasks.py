"""What the ground needs done in the background."""

from procrastinate.contrib.django import app

from gezhi.foundation import clock, outbox


@app.periodic(cron="* * * * * */3")
@app.task(queueing_lock="foundation.relay_outbox", pass_context=False)
def relay_outbox(timestamp: int) -> None:  # noqa: ARG001  the queue's own tick; the clock is read here, once
    """Carry out the effects that wait in the outbox."""
    now = clock.now()
    while outbox.relay(now):
        continue
