"""Every read of duties: what is owed, how much of a round is done, who has not been seen to. Each says for whom."""

from gezhi.duties.models import Finding
from gezhi.duties.queries.books import Figures, Line, figures, leaf_of, lines
from gezhi.duties.queries.changes import last_changes
from gezhi.duties.queries.coverage import Covered, Part, board, ground, grounds, parts
from gezhi.duties.queries.missed import Missed, absences, missed, objections
from gezhi.duties.queries.owed import Owed, absent, due, measured
from gezhi.duties.queries.route import Stop, route
from gezhi.duties.queries.story import (
    ActivityPage,
    activities,
    activity_page,
    drawn_for,
    of_case,
    of_entry,
    own,
    sent_under,
    to_sign,
)
from gezhi.duties.queries.sums import Object, Scope, Sum, Wanted, objects, one_object, total

__all__ = [
    "ActivityPage",
    "Covered",
    "Figures",
    "Finding",
    "Line",
    "Missed",
    "Object",
    "Owed",
    "Part",
    "Scope",
    "Stop",
    "Sum",
    "Wanted",
    "absences",
    "absent",
    "activities",
    "activity_page",
    "board",
    "drawn_for",
    "due",
    "figures",
    "ground",
    "grounds",
    "last_changes",
    "leaf_of",
    "lines",
    "measured",
    "missed",
    "objections",
    "objects",
    "of_case",
    "of_entry",
    "one_object",
    "own",
    "parts",
    "route",
    "sent_under",
    "to_sign",
    "total",
]
