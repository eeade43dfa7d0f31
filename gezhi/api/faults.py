"""From errors of the rooms below to answers: HTTP status, code, words in the caller's language."""

from collections.abc import Mapping

import msgspec
from django.http import HttpResponse
from django.utils.translation import get_language

from gezhi.api.shapes import Candidate, Fault, Faulty, Meanwhile, Wrong
from gezhi.cases.errors import AskArea, CaseError, Conflict
from gezhi.registers.errors import AskArea as AskEntryArea
from gezhi.registers.errors import BadAnswers
from gezhi.registers.errors import Refused as RegisterRefused
from gezhi.schemes.state import Refused

_encoder = msgspec.json.Encoder()
# Codes of the engine's refusals and of this product's errors that are not a plain 422.
_STATUS = {"not_found": 404, "forbidden": 403, "not_yours": 403, "conflict_of_interest": 403, "conflict": 409}


class ApiError(Exception):
    """An answer that is no success, raised by the doors themselves."""

    def __init__(self, status: int, code: str, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.fault = Fault(code, message, field)


def answer(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """Return a JSON answer."""
    return HttpResponse(_encoder.encode(body), status=status, content_type="application/json", headers=headers)


def fault_of(error: CaseError | Refused) -> Fault:
    """Return what a caller is told of an error of the rooms below."""
    if isinstance(error, Refused):
        words = error.en if (get_language() or "").startswith("en") else error.zh
        return Fault(error.code, words, error.field, error.clause)
    if isinstance(error, AskArea):
        areas = tuple(Candidate(one.code, one.name, round(one.metres, 1)) for one in error.candidates)
        return Fault(error.code, str(error), "area", candidates=areas)
    if isinstance(error, Conflict):
        since = tuple(Meanwhile(one.action, one.desk_key, one.at) for one in error.meanwhile)
        return Fault(error.code, str(error), meanwhile=since)
    return Fault(error.code, str(error), error.field)


def register_refusal(error: RegisterRefused) -> HttpResponse:
    """Return the answer for what the room of registers refuses, with every answer that is wrong."""
    language = get_language() or "zh-hans"
    fault = Fault(error.code, str(error), error.field)
    if isinstance(error, BadAnswers):
        wrong = tuple(Wrong(one.path, one.text.say(language)) for one in error.faults)
        fault = Fault(error.code, str(error), error.field, answers=wrong)
    elif isinstance(error, AskEntryArea):
        areas = tuple(Candidate(code, name, 0.0) for code, name in error.choices)
        fault = Fault(error.code, str(error), "area", candidates=areas)
    return answer(Faulty(fault), _STATUS.get(error.code, 422))


def refusal(error: CaseError | Refused | ApiError) -> HttpResponse:
    """Return the answer for an error."""
    if isinstance(error, ApiError):
        headers = {"WWW-Authenticate": "Bearer"} if error.status == 401 else None
        return answer(Faulty(error.fault), error.status, headers)
    fault = fault_of(error)
    return answer(Faulty(fault), _STATUS.get(fault.code, 422))
