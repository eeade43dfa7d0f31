"""The list of hazards under supervised rectification follows what cases tell of their steps."""

from datetime import datetime
from typing import Any
from uuid import UUID

from gezhi.cases.models import Case
from gezhi.duties.models import Hazard
from gezhi.enactment import queries as enactment
from gezhi.schemes.model import CLOSED


def follow_hazard(body: dict[str, Any], _now: datetime) -> None:
    """Put a case on the list when it enters a step that the plan lists; note its close, and that it is open again."""
    pk, at = UUID(body["case"]), datetime.fromisoformat(body["at"])
    if body["step"] == CLOSED:
        Hazard.objects.filter(pk=pk).update(closed_at=at)
        return
    Hazard.objects.filter(pk=pk).exclude(closed_at=None).update(closed_at=None)
    rows = Case.objects.unscoped(reason="an effect of this very case").filter(pk=pk)
    for version, name in rows.values_list("scheme_version", "procedure"):
        procedure = enactment.scheme(version).procedures.get(name)
        step = procedure.steps.get(body["step"]) if procedure else None
        if step is not None and step.listed:
            Hazard.objects.bulk_create([Hazard(case_id=pk, since=at)], ignore_conflicts=True)
