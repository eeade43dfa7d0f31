"""Drawing the sample of a verification: at random, so that anybody can draw it again and get the same.

The population is every object of the duty in its round, in the order of their ids. Each gets the SHA-256 of the seed
and its id; those with the smallest are drawn. Seed, share, the population and its hash are kept with the draw. Only
what was drawn counts towards the share; what of it was verified before in the round counts at once.
"""

import hashlib
import math
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
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
from gezhi.duties.models import Activity, Draw, Drawn, Population
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
        # one draw at a time on the whole ground: a sample of an area and one of a part of it know of each other
        top = Area.objects.select_for_update(no_key=True).filter(path=ground.path.partition("/")[0] + "/", until=None)
        list(top.order_by("pk").values_list("pk", flat=True))
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
        Population.objects.create(draw=row, ids=b"".join(pk.bytes for pk in sorted(named)))
        _tick_off_before(row, of_entries=planned.of_entries)
        body = {
            "duty": planned.name,
            "area": ground.code,
            "seed": row.seed,
            "share": asked,
            "hash": row.population_hash,
        }
        journal.record(BOOK, "draw", actor=account_id(actor), now=now, subject=str(row.pk), body=body)
    return row


def _tick_off_before(row: Draw, *, of_entries: bool) -> None:
    """Let what was drawn be verified by what was recorded in the round before the draw."""
    name = "entry_id" if of_entries else "area_id"
    rows = Activity.objects.unscoped(reason="what of a sample was verified already").filter(
        scheme=row.scheme, duty=row.duty, day__range=(row.first, row.last), counts=True, agrees__isnull=False,
        **{f"{name}__in": Drawn.objects.filter(draw=row).values("object_id")},
    )  # fmt: skip
    done = dict(rows.order_by("-day", "-pk").values_list(name, "pk"))
    for one, activity in done.items():
        Drawn.objects.filter(draw=row, object_id=one).update(verified_by=activity)


@dataclass(frozen=True, slots=True)
class Redrawn:
    """What drawing again came to: whether the kept population has the noted hash, and gives the very same sample."""

    population: int
    drawn: int
    whole: bool
    same: bool


def redraw(row: Draw) -> Redrawn | None:
    """Draw again from what is kept; None for a draw of before populations were kept."""
    kept = Population.objects.filter(draw=row).first()
    if kept is None:
        return None
    raw = bytes(kept.ids)
    ids = [UUID(bytes=raw[at : at + 16]) for at in range(0, len(raw), 16)]
    noted = list(Drawn.objects.filter(draw=row).order_by("place").values_list("object_id", flat=True))
    whole = population_hash(ids) == row.population_hash and len(ids) == row.population
    return Redrawn(len(ids), len(noted), whole, sample(ids, seed=row.seed, share=row.share) == noted)


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
