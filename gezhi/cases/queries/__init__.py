"""Every read of cases. Each says for whom; lists are paged by key and cost the same however many cases there are."""

from gezhi.cases.queries.alike import Alike
from gezhi.cases.queries.at_place import at_place
from gezhi.cases.queries.colleagues import Colleague, colleagues, mentioned_in
from gezhi.cases.queries.days import is_workday
from gezhi.cases.queries.foresight import Foreseen, Standing, foresee, standings
from gezhi.cases.queries.holders import Holder, holders
from gezhi.cases.queries.kept import bulk_run, views
from gezhi.cases.queries.lists import Wanted, cases, count, find, search
from gezhi.cases.queries.looks import contact_looks
from gezhi.cases.queries.own import Act, came_back, diary, frequent_items, passed_on, sent_under
from gezhi.cases.queries.page import CasePage, ClockView, case_page
from gezhi.cases.queries.paging import Page
from gezhi.cases.queries.public import (
    Followed,
    Numbers,
    Result,
    followed,
    followed_by,
    most_reported,
    numbers_now,
    published_photo,
    results,
)
from gezhi.cases.queries.queue import Counts, Filter, QueueRow, Sort, counts, queue
from gezhi.cases.queries.ratings import RatingSum, rating_sums
from gezhi.cases.queries.similar import Place, Similar, followers, similar
from gezhi.cases.queries.standing import any_case, open_by_item, open_by_version
from gezhi.cases.queries.stories import Told, stories
from gezhi.cases.queries.story import Entry, clock_names, record_word, title_of
from gezhi.cases.queries.tracking import Tracking, track, track_own
from gezhi.cases.queries.waiting import Load, loads, proposals_for
from gezhi.cases.queries.watching import Called, Watched, called_departments, watched

__all__ = [
    "Act",
    "Alike",
    "Called",
    "CasePage",
    "ClockView",
    "Colleague",
    "Counts",
    "Entry",
    "Filter",
    "Followed",
    "Foreseen",
    "Holder",
    "Load",
    "Numbers",
    "Page",
    "Place",
    "QueueRow",
    "RatingSum",
    "Result",
    "Similar",
    "Sort",
    "Standing",
    "Told",
    "Tracking",
    "Wanted",
    "Watched",
    "any_case",
    "at_place",
    "bulk_run",
    "called_departments",
    "came_back",
    "case_page",
    "cases",
    "clock_names",
    "colleagues",
    "contact_looks",
    "count",
    "counts",
    "diary",
    "find",
    "followed",
    "followed_by",
    "followers",
    "foresee",
    "frequent_items",
    "holders",
    "is_workday",
    "loads",
    "mentioned_in",
    "most_reported",
    "numbers_now",
    "open_by_item",
    "open_by_version",
    "passed_on",
    "proposals_for",
    "published_photo",
    "queue",
    "rating_sums",
    "record_word",
    "results",
    "search",
    "sent_under",
    "similar",
    "standings",
    "stories",
    "title_of",
    "track",
    "track_own",
    "views",
    "watched",
]
