"""Every read of duties: what is owed, how much of a round is done, who has not been seen to. Each says for whom."""

from gezhi.duties.queries.owed import Owed, absent, due, measured
from gezhi.duties.queries.sums import Object, Sum

__all__ = ["Object", "Owed", "Sum", "absent", "due", "measured"]
