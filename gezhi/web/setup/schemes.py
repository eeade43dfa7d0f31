"""Every scheme with its versions on a line of time, the drafts, and the ways to begin one."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language

from gezhi.cases import queries as cases
from gezhi.enactment import queries as enactment
from gezhi.enactment.models import SchemeVersion
from gezhi.people import access
from gezhi.people.models import Account
from gezhi.schemes import source
from gezhi.schemes.model import SchemeError
from gezhi.web.setup.pages import for_readers, shown
from gezhi.web.setup.plans import state


@for_readers
def schemes(request: HttpRequest, account: Account, now: datetime) -> HttpResponse:
    """Show every scheme with its versions: which is in force, which is to come, which was; and what is worked on."""
    current = {row.pk for row, _ in enactment.all_in_force(timezone.localdate(now))}
    running = cases.open_by_version()
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in enactment.versions():
        entry = {"row": row, "state": state(row, current, now), "running": running.get(row.pk, 0)}
        groups.setdefault(row.scheme, []).append(entry)
    may = access.holds(account, access.SETUP, now)
    words = {
        "groups": [(_title(rows[0]["row"]), rows) for rows in groups.values()],
        "may_setup": may,
        "drafts": list(enactment.drafts()) if may else [],
        "shipped": shipped() if may else [],
    }
    return shown(request, account, now, "setup/schemes.html", words)


def shipped() -> list[tuple[str, str, str]]:
    """Return the schemes that come along: folder, title, clause of the document that they carry out."""
    found = []
    for main in sorted(source.shipped().glob("*/scheme.toml")):
        try:
            plan = source.load(main.parent)
        except SchemeError:
            continue
        found.append((main.parent.name, plan.title.say(get_language() or "zh-hans"), plan.clause))
    return found


def _title(row: SchemeVersion) -> str:
    return row.say(get_language() or "zh-hans")
