"""Every write of this room: taking what telephones bring, photos in pieces, forgetting what is old."""

from gezhi.sync.operations.forgetting import forget_old
from gezhi.sync.operations.receipts import once
from gezhi.sync.operations.taking import take
from gezhi.sync.operations.uploads import receive, state_of

__all__ = ["forget_old", "once", "receive", "state_of", "take"]
