"""The answers of an own activity, drawn to be put right: the form as the plan has it now, with what was answered."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone

from gezhi.duties import plans
from gezhi.duties.queries import ActivityPage
from gezhi.people.models import Account
from gezhi.schemes.filled import Fault
from gezhi.schemes.forms import Form
from gezhi.web import forms
from gezhi.web.picking import Picker

_MASK = "••••"


def form_of(found: ActivityPage, now: datetime) -> Form | None:
    """Return the form as it is now; the record's own where the plan no longer has the duty."""
    row = found.activity
    today = plans.find(f"{row.scheme}.{row.duty}", timezone.localdate(now))
    return today.form if today is not None else found.planned.form


def shown(account: Account, found: ActivityPage, tried: forms.Drawn | None, now: datetime) -> dict[str, Any]:
    """Return what the page shows of it: the drawn form, and whether it asks something new."""
    form, row = form_of(found, now), found.activity
    if form is None or row.withdrawn_at is not None:
        return {}
    changed = bool(row.form_print) and row.form_print != form.print
    mend = tried or drawn(form, found, row.answers, Picker(account, now))
    return {"mend": mend, "mend_open": tried is not None, "form_changed": changed}


def drawn(
    form: Form, found: ActivityPage, answers: Mapping[str, Any], picker: Picker, *, faults: Sequence[Fault] = (),
    refused: Mapping[str, str] | None = None,
) -> forms.Drawn:  # fmt: skip
    """Return the form with answers; what is sealed is there and not shown."""
    masked = {name: _MASK for name in found.private if name and name not in answers}
    return forms.draw(form, answers, masked=masked, faults=faults, refused=refused, picker=picker)


def whole(found: ActivityPage, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return answers with those that are sealed and were left as they are."""
    return {**{name: value for name, value in found.private.items() if name}, **answers}
