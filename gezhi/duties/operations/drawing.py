"""Drawing the sample of a verification: at random, so that anybody can draw it again and get the same.

The population is every object of the duty in its round, in the order of their ids. Each gets the SHA-256 of the seed
and its id; those with the smallest are drawn. Seed, share and the hash of the population are kept with the draw.
"""

import hashlib
import math
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from gezhi.cases.access import account_id
from gezhi.cases.operations.report import plain
from gezhi.duties import plans
from gezhi.duties.access import grant_for
from gezhi.duties.errors import BadInput, Forbidden
from gezhi.duties.models import Activity, Draw, Drawn
from gezhi.duties.queries import sums
from gezhi.duties.queries.sums import Scope
from gezhi.foundation import journal
from gezhi.people.access import standing
from gezhi.people.models import Account
from gezhi.territory import queries as territory
from gezhi.territory.models import Area

BOOK = "duties"


def draw(*, actor: Account, now: datetime, duty: str, area: str, share: int | None = None, why: str = "") -> Draw:
    """Draw a sample for a verifying duty in its present round, of the plan's share or more.

    Nobody chooses the seed. Drawing again in the same round, in the area or around it or in a part, asks for a reason.
    """
    planned = plans.find(duty, timezone.localdate(now))
    if planned is None or not planned.duty.verifies:
        raise BadInput(_("Samples are drawn for duties that verify others."), field="duty")
    today = planned.days.local_date(now)
    ground, one = territory.by_code(area, today), planned.round_on(today)
    if ground is None or one is None:
        raise BadInput(_("There is no such area, or no round just now."), field="area")
    if grant_for(planned.duty, standing(actor, now), ground.path) is None:
        raise Forbidden(_("A sample is drawn by who verifies in this area."))
    least = one.amount if planned.duty.rate and planned.duty.rate.share else 100
    asked = share if share is not None else least
    if not least <= asked <= 100:
        say = _("A share lies between what the plan asks (%(least)s percent) and 100 percent.") % {"least": least}
        raise BadInput(say, field="share")
    with transaction.atomic():
        population = sums.ids_and_names(Scope(planned, one, ground.path, today))
        if not population:
            raise BadInput(_("There is nothing to draw from in this area."), field="area")
        Area.objects.select_for_update(no_key=True).only("pk").get(pk=ground.pk)  # one draw at a time
        before = Draw.objects.filter(scheme=planned.scheme.id, duty=planned.duty.id, period=one.period)
        paths = before.values_list("area_path", flat=True)
        if not plain(why) and any(ground.path.startswith(path) or path.startswith(ground.path) for path in paths):
            raise BadInput(
                _("A sample was drawn for this round. Say why another is drawn; the first stays."), field="why"
            )
        row = Draw(
            scheme=planned.scheme.id, scheme_version_id=planned.version, duty=planned.duty.id, area=ground,
            area_path=ground.path, period=one.period, first=one.first, last=one.last, share=asked,
            population=len(population), population_hash=population_hash(pk for pk, _name, _path in population),
            seed=secrets.token_hex(16), drawn_by=actor, at=now, why=plain(why)[:500],
        )  # fmt: skip
        row.save(force_insert=True)
        named = {pk: (name, path) for pk, name, path in population}
        chosen = sample(list(named), seed=row.seed, share=asked)
        Drawn.objects.bulk_create(
            [
                Drawn(draw=row, place=n, object_id=pk, name=named[pk][0], area_path=named[pk][1])
                for n, pk in enumerate(chosen, 1)
            ],
            batch_size=2000,
        )
        body = {
            "duty": planned.name,
            "area": ground.code,
            "seed": row.seed,
            "share": asked,
            "hash": row.population_hash,
        }
        journal.record(BOOK, "draw", actor=account_id(actor), now=now, subject=str(row.pk), body=body)
    return row


def sample(population: Sequence[UUID], *, seed: str, share: int) -> list[UUID]:
    """Return the drawn part of a population: the same for the same seed, whoever draws and whenever."""
    size = math.ceil(len(population) * share / 100)
    return sorted(population, key=lambda pk: hashlib.sha256(f"{seed}:{pk}".encode()).digest())[:size]


def population_hash(population: Iterable[UUID]) -> str:
    """Return the hash that shows whether a population is the one that was drawn from."""
    return hashlib.sha256("\n".join(str(pk) for pk in sorted(population)).encode()).hexdigest()


def tick_off(row: Activity) -> None:
    """Let the draws of an activity's round know that one of their objects was verified. Called when it is recorded."""
    if row.agrees is None or not row.counts:
        return
    Drawn.objects.filter(
        draw__scheme=row.scheme, draw__duty=row.duty, draw__first__lte=row.day, draw__last__gte=row.day,
        object_id__in=[one for one in (row.entry_id, row.area_id) if one], verified_by=None,
    ).update(verified_by=row)  # fmt: skip
