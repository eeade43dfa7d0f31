"""Large tables that somebody sent or asked for: one's own, and nobody else's."""

from datetime import datetime
from uuid import UUID

from gezhi.people.models import Account
from gezhi.registers.errors import NotFound
from gezhi.registers.models import TableRun
from gezhi.registers.operations.runs import KEPT

MOST = 10


def run(*, account: Account, run: UUID) -> TableRun:
    """Return a run of one's own; raise NotFound for another's."""
    row = TableRun.objects.filter(pk=run, account=account).select_related("batch").first()
    if row is None:
        raise NotFound(
            "没有这次导入或导出。它可能已过保存期。", "There is no such import or export; its time may be over."
        )
    return row


def runs(*, account: Account, register: str, kind: str, now: datetime) -> list[TableRun]:
    """Return one's newest runs with a register that are kept still."""
    rows = TableRun.objects.filter(account=account, register=register, kind=kind, at__gt=now - KEPT)
    return list(rows.defer("result").order_by("-at")[:MOST])
