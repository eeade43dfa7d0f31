"""What can go wrong at the door of cases, in the reader's language: what happened, what was kept, what to do."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _


class CaseError(Exception):
    """The base of this room's errors. `code` is for programs, `str()` for people, `field` names an input."""

    code = "case_error"

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class NotFound(CaseError):
    """There is no such case, or it may not be seen: the two are not told apart."""

    code = "not_found"

    def __init__(self) -> None:
        super().__init__(
            _("There is no case of this number that you may see. Check the number; its last digit is a check digit.")
        )


class ViewGone(CaseError):
    """There is no such saved view, or it is not the account's (any more)."""

    code = "not_found"

    def __init__(self) -> None:
        super().__init__(_("This view is gone, or it is not yours any more."))


class BadInput(CaseError):
    """Something sent in can't be accepted; `field` says which."""

    code = "bad_input"


class Forbidden(CaseError):
    """The account sees the case but may not do this."""

    code = "forbidden"


class Impossible(CaseError):
    """The case is not in a state in which this can be done."""

    code = "impossible"


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """Something that happened to the case since it was read."""

    action: str
    desk_key: str
    actor: str
    at: datetime


class Conflict(CaseError):
    """Somebody else acted first. Nothing was changed; `meanwhile` says what happened since `seen`."""

    code = "conflict"

    def __init__(self, *, seen: int, version: int, meanwhile: tuple[Meanwhile, ...]) -> None:
        super().__init__(
            _(
                "Somebody else acted on this case while you were working on it. Nothing of yours was saved: look at "
                "what happened, then decide again."
            )
        )
        self.seen = seen
        self.version = version
        self.meanwhile = meanwhile


@dataclass(frozen=True, slots=True)
class Candidate:
    """An area that a point near a border may belong to."""

    area_id: str
    code: str
    name: str
    path: str
    metres: float


class AskArea(CaseError):
    """The point lies so near a border that only somebody on the spot can say which side it is.

    Nothing was saved yet.
    """

    code = "ask_area"

    def __init__(self, candidates: tuple[Candidate, ...]) -> None:
        super().__init__(
            _("This place is next to a border. Choose the area it belongs to and send again; what you wrote is kept.")
        )
        self.candidates = candidates
