"""What can go wrong with duties, in the reader's language: what was wrong, where, what was kept, what to do."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from gezhi.schemes.text import Text


class DutyError(Exception):
    """The base of this room's errors. `code` is for programs, `str()` for people, `field` names an input."""

    code = "duty_error"

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class BadInput(DutyError):
    """Something sent in can't be accepted; `field` says which."""

    code = "bad_input"


class BadAnswers(BadInput):
    """Answers that do not fit the form: each with the path of its field and why."""

    def __init__(self, faults: Sequence[tuple[str, Text]]) -> None:
        super().__init__(
            _("Some answers do not fit the form. Nothing was lost: put right what is marked and send again."),
            field=faults[0][0] if faults else "",
        )
        self.faults = tuple(faults)


class Forbidden(DutyError):
    """The account may not do this here."""

    code = "forbidden"


class NotFound(DutyError):
    """There is no such thing, or it may not be seen: the two are not told apart."""

    code = "not_found"

    def __init__(self) -> None:
        super().__init__(_("There is no such record that you may see."))


class Conflict(DutyError):
    """Somebody changed it meanwhile: nothing of the new was saved, `version` is what stands."""

    code = "conflict"

    def __init__(self, version: int) -> None:
        super().__init__(
            _("Somebody changed this meanwhile. Nothing of yours was saved: look at what stands, then decide again.")
        )
        self.version = version
