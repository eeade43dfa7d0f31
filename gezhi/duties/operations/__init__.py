"""Every write of duties: keyword-only functions that authorise, lock, change and log in one transaction."""

from gezhi.duties.leaves import Which
from gezhi.duties.operations.announcing import tell_announced
from gezhi.duties.operations.books import close, may_write, remark, reopen
from gezhi.duties.operations.changing import correct, decline, may_sign, sign, withdraw
from gezhi.duties.operations.drawing import Redrawn, draw, population_hash, redraw, sample
from gezhi.duties.operations.excuses import (
    colleagues_below,
    come_back,
    decide,
    deciders,
    excused_by,
    go_away,
    object_to,
    take_back_objection,
)
from gezhi.duties.operations.findings import Found
from gezhi.duties.operations.forgetting import forget_entry
from gezhi.duties.operations.listing import follow_hazard
from gezhi.duties.operations.recording import Recorded, finish, from_json, record
from gezhi.duties.operations.reporting import HANDED_IN, RECEIVED, receive
from gezhi.duties.operations.sealing import remaining, seal_name, seal_sensitive
from gezhi.duties.operations.starting import start_by_case, start_by_entry

__all__ = [
    "HANDED_IN",
    "RECEIVED",
    "Found",
    "Recorded",
    "Redrawn",
    "Which",
    "close",
    "colleagues_below",
    "come_back",
    "correct",
    "decide",
    "deciders",
    "decline",
    "draw",
    "excused_by",
    "finish",
    "follow_hazard",
    "forget_entry",
    "from_json",
    "go_away",
    "may_sign",
    "may_write",
    "object_to",
    "population_hash",
    "receive",
    "record",
    "redraw",
    "remaining",
    "remark",
    "reopen",
    "sample",
    "seal_name",
    "seal_sensitive",
    "sign",
    "start_by_case",
    "start_by_entry",
    "take_back_objection",
    "tell_announced",
    "withdraw",
]
