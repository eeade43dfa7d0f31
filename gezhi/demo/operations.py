"""Loading the demo district: ground, scheme, people, registers, and the last months as they went."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

from django.utils import timezone

from gezhi.demo import territory as ground
from gezhi.demo.ledgers import write_down
from gezhi.demo.months import Months
from gezhi.demo.rounds import walk
from gezhi.demo.script import plan
from gezhi.demo.staff import hire
from gezhi.enactment import operations as enactment
from gezhi.enactment import queries as enacted
from gezhi.foundation.models import Outbox
from gezhi.schemes import source
from gezhi.territory import operations as territory

type Progress = Callable[[str, int, int], None]

# Notices of what lies further back than this are not sent: nobody wants an inbox of three months at the first login.
_NEWS = timedelta(days=4)


def load(now: datetime, progress: Progress) -> None:
    """Fill an empty database with the demo district. Call it in a transaction: a demo is loaded whole or not at all."""
    rng = Random(plan()["seed"])  # noqa: S311  a made-up district, no secret
    began = now - timedelta(days=plan()["days"] + 30)
    since = ground.plan()["since"]
    territory.import_areas(drafted=ground.drafted(), actor=None, now=began, on=since, net=ground.plan()["net"])
    on = timezone.localdate(began)
    enactment.enact(files=source.shipped() / plan()["scheme"], actor=None, on=on, now=began)
    _version, scheme = enacted.in_force(plan()["scheme"], on)
    staff = hire(scheme, on, began, rng)
    write_down(staff, rng, began)
    Months(scheme, staff, rng, now).play(progress)
    walk(scheme, staff, rng, now)
    Outbox.objects.filter(at__lt=now - _NEWS).delete()
