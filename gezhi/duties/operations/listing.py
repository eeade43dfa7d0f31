"""The list of hazards under supervised rectification follows what cases tell of their steps."""

from datetime import datetime
from typing import Any
from uuid import UUID

from gezhi.cases.models import Case
from gezhi.duties.models import Hazard
from gezhi.enactment import queries as enactment
from gezhi.schemes.model import CLOSED


def follow_hazard(body: dict[str, Any], _now: datetime) -> None:
    """Put a case on the list when it enters a step that the plan lists; note whether it is closed now.

    What is told may come late and out of order, after a failure: whether it is closed is asked of the case itself.
    """
    pk, at = UUID(body["case"]), datetime.fromisoformat(body["at"])
    rows = Case.objects.unscoped(reason="an effect of this very case").filter(pk=pk)
    for version, name, closed_at in rows.values_list("scheme_version", "procedure", "closed_at"):
        Hazard.objects.filter(pk=pk).update(closed_at=closed_at)
        procedure = enactment.scheme(version).procedures.get(name) if body["step"] != CLOSED else None
        step = procedure.steps.get(body["step"]) if procedure else None
        if step is not None and step.listed:
            Hazard.objects.bulk_create([Hazard(case_id=pk, since=at, closed_at=closed_at)], ignore_conflicts=True)
