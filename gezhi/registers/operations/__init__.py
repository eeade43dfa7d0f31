"""Every write to registers: named, keyword-only, with actor and now."""

from gezhi.registers.operations.attaching import attach, withdraw_file
from gezhi.registers.operations.caring import assign as assign_care
from gezhi.registers.operations.looking import unmask, unmask_story
from gezhi.registers.operations.moving import end, follow_territory, merge, move, reopen
from gezhi.registers.operations.saving import ACCEPTED, CONFLICT, DUPLICATE, PROPOSED_ONLY, Saved, save
from gezhi.registers.operations.settling import decide

__all__ = [
    "ACCEPTED",
    "CONFLICT",
    "DUPLICATE",
    "PROPOSED_ONLY",
    "Saved",
    "assign_care",
    "attach",
    "decide",
    "end",
    "follow_territory",
    "merge",
    "move",
    "reopen",
    "save",
    "unmask",
    "unmask_story",
    "withdraw_file",
]
