"""Every write of the territory: import, split, merge, redraw, rename, move, count, close."""

from gezhi.territory.operations.changing import close, move, redraw, rename, set_counts
from gezhi.territory.operations.importing import Imported, import_areas
from gezhi.territory.operations.reshaping import Part, merge, split
from gezhi.territory.operations.states import ChangeRefusedError, lock, refuse
from gezhi.territory.operations.undoing import can_undo, undo

__all__ = (
    "ChangeRefusedError",
    "Imported",
    "Part",
    "can_undo",
    "close",
    "import_areas",
    "lock",
    "merge",
    "move",
    "redraw",
    "refuse",
    "rename",
    "set_counts",
    "split",
    "undo",
)
