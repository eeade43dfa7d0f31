"""What a plan asks when a case begins, beside what, where and who: the same questions at every door for people."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from gezhi.enactment import queries as enactment
from gezhi.schemes.model import Question, Scheme
from gezhi.web import questions, wording
from gezhi.web.questions import Form, Offer, Offers

PREFIX = "open-"


@dataclass(frozen=True, slots=True)
class Asked:
    """The questions of an item's procedure, with what may be chosen."""

    questions: tuple[Question, ...]
    offers: Offers

    def blank(self, now: datetime) -> Form:
        """Return the form as it is first shown."""
        return questions.blank(self.questions, self.offers, now, prefix=PREFIX)

    def read(self, request: HttpRequest, now: datetime, *, actor: str) -> Form:
        """Read what was answered."""
        return questions.read(self.questions, request, self.offers, now, actor=actor, prefix=PREFIX)


def asked(item: str, now: datetime, *, known: Mapping[str, Any] | None = None) -> Asked:
    """Return what the opening of an item asks, without what is `known` already; nothing for an item of no plan."""
    plans = (scheme for _, scheme in enactment.all_in_force(timezone.localdate(now)))
    scheme = next((one for one in plans if item in one.items), None)
    procedure = scheme.procedures.get(scheme.items[item].procedure) if scheme else None
    if scheme is None or procedure is None:
        return Asked((), {})
    return asked_by(scheme, item, known=known)


def asked_by(scheme: Scheme, item: str, *, known: Mapping[str, Any] | None = None) -> Asked:
    """Return what the opening of an item asks by one plan. Raises `KeyError` for an item that it doesn't handle."""
    procedure = scheme.procedures[scheme.items[item].procedure]
    open_still = tuple(one for one in procedure.asks if one.id not in (known or {}))
    departments = [Offer(one.id, wording.say(one.title)) for one in scheme.departments.values()]
    return Asked(open_still, {"departments": departments} if open_still else {})
