"""Every write of the enactment: a version put into force or taken back before its day, and the drafts before it."""

from gezhi.enactment.operations.drafting import (
    Change,
    FormTaken,
    LimitChange,
    RateChange,
    RowChange,
    RowDropped,
    VersionChange,
    accept_reminder,
    begin_draft,
    change_draft,
    discard_draft,
    draft_from,
    enact_draft,
    upload_draft,
    withdraw_acceptance,
)
from gezhi.enactment.operations.enacting import Enacted, NotEnacted, cancel_planned, enact, fingerprint

__all__ = [
    "Change",
    "Enacted",
    "FormTaken",
    "LimitChange",
    "NotEnacted",
    "RateChange",
    "RowChange",
    "RowDropped",
    "VersionChange",
    "accept_reminder",
    "begin_draft",
    "cancel_planned",
    "change_draft",
    "discard_draft",
    "draft_from",
    "enact",
    "enact_draft",
    "fingerprint",
    "upload_draft",
    "withdraw_acceptance",
]
