"""Ratings as sums: an office learns how often it was rated how, never by whom or in which case."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F
from django.db.models.fields.json import KeyTextTransform

from gezhi.cases.models import Case
from gezhi.cases.queries.page import rating_questions
from gezhi.people.models import Account
from gezhi.schemes.model import Scheme

# With fewer ratings than this, a sum would tell who said what.
FEWEST = 5


@dataclass(frozen=True, slots=True)
class RatingSum:
    """How an office's work was rated in a period. `by_answer` is empty while there are too few ratings to sum."""

    desk_key: str
    count: int
    by_answer: Mapping[str, int]


def rating_sums(
    *, account: Account, scheme: Scheme, procedure: str, since: datetime, until: datetime, now: datetime
) -> tuple[RatingSum, ...]:
    """Return the sums per desk that did the work, over the visible cases that were closed in [since, until)."""
    closed = Case.objects.visible_to(account, now=now).filter(
        scheme=scheme.id, procedure=procedure, closed_at__gte=since, closed_at__lt=until
    )
    sums: dict[str, dict[str, int]] = {}
    for question in sorted(rating_questions(scheme, procedure)):
        answers = closed.annotate(
            answer=KeyTextTransform(question, KeyTextTransform("answers", "state")),
            doer=KeyTextTransform("id", KeyTextTransform("doer_desk", "state")),
            doer_area=KeyTextTransform("area", KeyTextTransform("doer_desk", "state")),
        ).filter(answer__isnull=False)
        for row in answers.order_by().values("doer", "doer_area", "answer").annotate(times=Count(F("pk"))):
            key = f"{row['doer']}@{row['doer_area']}" if row["doer_area"] else row["doer"]
            office = sums.setdefault(key or "", {})
            office[row["answer"]] = office.get(row["answer"], 0) + row["times"]
    return tuple(
        RatingSum(key, total := sum(found.values()), dict(sorted(found.items())) if total >= FEWEST else {})
        for key, found in sorted(sums.items())
    )
