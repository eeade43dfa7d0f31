"""Every write of cases: keyword-only functions that authorise, lock, change and log in one transaction."""

from gezhi.cases.operations.bulk import Aim, begin_bulk, carry_on_bulk
from gezhi.cases.operations.correcting import Correction, correct
from gezhi.cases.operations.deciding import decide, withdraw
from gezhi.cases.operations.door import Acted, act
from gezhi.cases.operations.expiry import Swept, recount, sweep
from gezhi.cases.operations.exporting import note_export
from gezhi.cases.operations.filing import file_words
from gezhi.cases.operations.following import Following, follow, follow_as_resident, unfollow, unfollow_as_resident
from gezhi.cases.operations.hearing import hear
from gezhi.cases.operations.intake import Opened, open_batch, open_case, tidy_code
from gezhi.cases.operations.linking import link_to_parent, merge, unmerge, why_not_merge
from gezhi.cases.operations.log import Checked, verify_log
from gezhi.cases.operations.moving import change_item, follow_territory, place
from gezhi.cases.operations.presence import BEAT_SECONDS, forget_old, gone, here
from gezhi.cases.operations.report import Report
from gezhi.cases.operations.talking import (
    MENDABLE,
    MOST_MENTIONS,
    attach,
    comment,
    correct_note,
    look_at_contact,
    restore_file,
    take_back_note,
    withdraw_file,
)
from gezhi.cases.operations.views import change_view, delete_view, move_view, save_view
from gezhi.cases.operations.watching import release, supervise

__all__ = [
    "BEAT_SECONDS",
    "MENDABLE",
    "MOST_MENTIONS",
    "Acted",
    "Aim",
    "Checked",
    "Correction",
    "Following",
    "Opened",
    "Report",
    "Swept",
    "act",
    "attach",
    "begin_bulk",
    "carry_on_bulk",
    "change_item",
    "change_view",
    "comment",
    "correct",
    "correct_note",
    "decide",
    "delete_view",
    "file_words",
    "follow",
    "follow_as_resident",
    "follow_territory",
    "forget_old",
    "gone",
    "hear",
    "here",
    "link_to_parent",
    "look_at_contact",
    "merge",
    "move_view",
    "note_export",
    "open_batch",
    "open_case",
    "place",
    "recount",
    "release",
    "restore_file",
    "save_view",
    "supervise",
    "sweep",
    "take_back_note",
    "tidy_code",
    "unfollow",
    "unfollow_as_resident",
    "unmerge",
    "verify_log",
    "why_not_merge",
    "withdraw",
    "withdraw_file",
]
