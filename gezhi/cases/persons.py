"""A person whom an answer names holds a post at the case's place or below: nobody from elsewhere is put in charge."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from gezhi.people import queries as people
from gezhi.schemes.model import Action
from gezhi.schemes.state import Refused


def misplaced(action: Action | None, answers: Mapping[str, Any], area_path: str, now: datetime) -> Refused | None:
    """Return why an answer's person is not for this place; None where all of them are, or none is named."""
    for question in action.asks if action else ():
        named = answers.get(question.id)
        if question.kind == "person" and named and not _serves(str(named), area_path, now):
            return Refused(
                "not_here",
                "所选人员在这件事的所在区域没有岗位，请另选。",
                "The person chosen holds no post at this case's place. Choose somebody else.",
                field=question.id,
            )
    return None


def _serves(named: str, area_path: str, now: datetime) -> bool:
    try:
        account = UUID(named)
    except ValueError:
        return False
    return people.at_area(area_path, now).filter(account_id=account).exists()
