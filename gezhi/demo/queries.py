"""What an installation that runs the demo is told at its start."""

from django.utils.translation import get_language

from gezhi.demo.script import plan
from gezhi.demo.staff import password_of
from gezhi.people.models import Account


def people() -> list[tuple[str, str, str]]:
    """Return (what they are, name to log in with, password) of the demo's cast; empty when this is no demo."""
    language = "en" if (get_language() or "").startswith("en") else "zh"
    cast = [(member["what"][language], member["username"]) for member in plan()["cast"]]
    there = set(Account.objects.filter(username__in=[name for _, name in cast]).values_list("username", flat=True))
    if len(there) < len(cast):
        return []
    resident = plan()["resident"]
    named = [*cast, (resident["what"][language], resident["phone"])]
    return [(what, name, password_of(name)) for what, name in named]
