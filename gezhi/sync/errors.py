"""What is wrong with a record, before the room that it belongs to was even asked."""

from uuid import UUID

from gezhi.sync.shapes import Choice


class RecordRefused(Exception):
    """A record can't be taken: a code for programs, words for people, what they may choose from, photos that miss."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        field: str = "",
        choices: tuple[Choice, ...] = (),
        missing: tuple[str, ...] = (),
    ) -> None:
        super().__init__(message)
        self.code = code
        self.field = field
        self.choices = choices
        self.missing = missing


class ActivityChanged(Exception):
    """The sender's own activity was ended or put right elsewhere since the telephone last heard of it."""

    code = "conflict"

    def __init__(self, activity: UUID) -> None:
        super().__init__(str(activity))
        self.activity = activity


class SigningChanged(Exception):
    """A record that waited for the sender's signature was put right, signed or taken back by others meanwhile."""

    code = "conflict"

    def __init__(self, activity: UUID) -> None:
        super().__init__(str(activity))
        self.activity = activity


class UploadRefused(Exception):
    """A piece of a photo can't be taken; `received` is where to go on, `status` what HTTP says."""

    def __init__(self, code: str, message: str, *, status: int, received: int = 0) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.received = received
