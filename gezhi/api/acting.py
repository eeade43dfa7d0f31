"""Doing an action on a case."""

import msgspec
from django.http import HttpResponse

from gezhi.api.doors import Call, door
from gezhi.api.faults import answer
from gezhi.api.shapes import Acted, DoAction
from gezhi.cases import operations
from gezhi.cases.operations.log import desk_from

_body = msgspec.json.Decoder(DoAction)


@door("cases:write")
def post_action(call: Call, number: str, action: str) -> HttpResponse:
    """Do an action as one of the caller's desks: 200 with where the case stands, 202 when it waits for an approver."""
    asked = call.body(_body)
    done = operations.act(
        actor=call.account,
        number=number,
        action=action,
        answers=asked.answers,
        desk=desk_from(asked.desk) if asked.desk else None,
        part=asked.part,
        version=asked.version,
        now=call.now,
    )
    body = Acted(
        done.number, done.step, done.desk_key, done.version, done.step_due, done.case_due, done.closed_at, done.proposal
    )
    return answer(body, 202 if done.proposal else 200)
