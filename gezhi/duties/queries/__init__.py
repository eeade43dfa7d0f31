"""Every read of duties: what is owed, how much of a round is done, who has not been seen to. Each says for whom."""

from gezhi.duties.models import Finding
from gezhi.duties.queries.announced import Announced, Coming, announced, coming
from gezhi.duties.queries.books import Figures, Line, figures, leaf_of, lines
from gezhi.duties.queries.care import CareVisit, care_visits
from gezhi.duties.queries.changes import last_changes
from gezhi.duties.queries.coverage import Covered, Part, board, ground, grounds, parts
from gezhi.duties.queries.gaps import Gap, gaps
from gezhi.duties.queries.handbook import Filled, Sheet, cases_of, sheet, sheets
from gezhi.duties.queries.handed import Draft, counted, draft, lines_of, report, reports, to_receive, told_before
from gezhi.duties.queries.hazards import MOST_HAZARDS, Listed, hazards, open_hazards
from gezhi.duties.queries.hours import Hour, Stands, hours, next_due
from gezhi.duties.queries.missed import Missed, absences, missed, objections
from gezhi.duties.queries.owed import Owed, absent, due, measured
from gezhi.duties.queries.route import Stop, route
from gezhi.duties.queries.story import (
    ActivityPage,
    activities,
    activity_page,
    declined,
    drawn_for,
    of_case,
    of_entry,
    own,
    own_answers,
    sent_under,
    to_sign,
    withdrawn,
)
from gezhi.duties.queries.sums import Object, Scope, Sum, Wanted, objects, one_object, total

__all__ = [
    "MOST_HAZARDS",
    "ActivityPage",
    "Announced",
    "CareVisit",
    "Coming",
    "Covered",
    "Draft",
    "Figures",
    "Filled",
    "Finding",
    "Gap",
    "Hour",
    "Line",
    "Listed",
    "Missed",
    "Object",
    "Owed",
    "Part",
    "Scope",
    "Sheet",
    "Stands",
    "Stop",
    "Sum",
    "Wanted",
    "absences",
    "absent",
    "activities",
    "activity_page",
    "announced",
    "board",
    "care_visits",
    "cases_of",
    "coming",
    "counted",
    "declined",
    "draft",
    "drawn_for",
    "due",
    "figures",
    "gaps",
    "ground",
    "grounds",
    "hazards",
    "hours",
    "last_changes",
    "leaf_of",
    "lines",
    "lines_of",
    "measured",
    "missed",
    "next_due",
    "objections",
    "objects",
    "of_case",
    "of_entry",
    "one_object",
    "open_hazards",
    "own",
    "own_answers",
    "parts",
    "report",
    "reports",
    "route",
    "sent_under",
    "sheet",
    "sheets",
    "to_receive",
    "to_sign",
    "told_before",
    "total",
    "withdrawn",
]
