"""Every write to registers: named, keyword-only, with actor and now."""

from gezhi.registers.operations.attaching import attach, withdraw_file
from gezhi.registers.operations.bulk import Draft, open_many
from gezhi.registers.operations.caring import assign as assign_care
from gezhi.registers.operations.caring import hand_over as hand_over_care
from gezhi.registers.operations.exporting import as_csv, as_xlsx, export, inert, said
from gezhi.registers.operations.forgetting import erase, erase_due
from gezhi.registers.operations.importing import ImportReport, import_table
from gezhi.registers.operations.leaving import tell_of_left
from gezhi.registers.operations.looking import note_opening, unmask, unmask_story
from gezhi.registers.operations.moving import end, follow_territory, merge, move, reopen
from gezhi.registers.operations.runs import (
    begin_export,
    begin_import,
    call_off,
    content_of,
    forget_runs,
    give_up_silent,
    report_of,
    trouble_of,
    work_on_next,
)
from gezhi.registers.operations.saving import ACCEPTED, CONFLICT, DUPLICATE, PROPOSED_ONLY, Saved, linked, save
from gezhi.registers.operations.sealing import look_again, remaining, seal_sensitive
from gezhi.registers.operations.settling import decide
from gezhi.registers.operations.subjects import Held, answers_for_all, may_answer, subject_access
from gezhi.registers.operations.undoing import undo_import

__all__ = [
    "ACCEPTED",
    "CONFLICT",
    "DUPLICATE",
    "PROPOSED_ONLY",
    "Draft",
    "Held",
    "ImportReport",
    "Saved",
    "answers_for_all",
    "as_csv",
    "as_xlsx",
    "assign_care",
    "attach",
    "begin_export",
    "begin_import",
    "call_off",
    "content_of",
    "decide",
    "end",
    "erase",
    "erase_due",
    "export",
    "follow_territory",
    "forget_runs",
    "give_up_silent",
    "hand_over_care",
    "import_table",
    "inert",
    "linked",
    "look_again",
    "may_answer",
    "merge",
    "move",
    "note_opening",
    "open_many",
    "remaining",
    "reopen",
    "report_of",
    "said",
    "save",
    "seal_sensitive",
    "subject_access",
    "tell_of_left",
    "trouble_of",
    "undo_import",
    "unmask",
    "unmask_story",
    "withdraw_file",
    "work_on_next",
]
