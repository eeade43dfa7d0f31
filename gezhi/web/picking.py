"""Picking an entry of a register into a form: found by name, code, address or sound, with scripts and without."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from gezhi.foundation import clock
from gezhi.people.access import reach
from gezhi.people.models import Account
from gezhi.registers import queries
from gezhi.registers.errors import NotFound
from gezhi.registers.queries import Wanted
from gezhi.territory import queries as territory
from gezhi.web.questions import Offer
from gezhi.web.staff import for_staff

MOST = 12


@dataclass(frozen=True)
class Picker:
    """Looks entries up for whoever fills a form in; `asked` is the path of the field whose search was pressed."""

    account: Account
    now: datetime
    asked: str = ""

    def found(self, register: str, words: str) -> list[Offer]:
        """Return the entries that words fit, the newest where there are none; what may not be seen is not found."""
        wanted = Wanted(register=register, words=words.strip()[:80])
        rows = queries.entries(account=self.account, now=self.now, wanted=wanted, size=MOST).rows
        return [
            Offer(one.code, one.name or one.code, " · ".join(_where(one.address, territory.short_name(one.area.name))))
            for one in rows
        ]

    @cached_property
    def home(self) -> tuple[float, float, float, float] | None:
        """Return the bounds of the reader's own area, where a place is most likely; None for several or none."""
        paths = reach(self.account, self.now).area_paths
        if len(paths) != 1:
            return None
        own = territory.areas(timezone.localdate(self.now)).filter(path=paths[0]).first()
        return own.bbox if own is not None else None

    def called(self, register: str, code: str) -> str:
        """Return what the entry of a code is called; empty for none that is seen."""
        try:
            return queries.entry(account=self.account, now=self.now, register=register, code=code).name
        except NotFound:
            return ""


def _where(*parts: str) -> Sequence[str]:
    return [part for part in parts if part]


@never_cache
@require_GET
@for_staff
def entries(request: HttpRequest, account: Account) -> JsonResponse:
    """Answer with the entries of a register that words fit, for the list below a box."""
    asked = request.GET
    found = Picker(account, clock.now()).found(asked.get("register", "")[:64], asked.get("q", ""))
    return JsonResponse({"entries": [{"code": one.value, "name": one.title, "where": one.help} for one in found]})
