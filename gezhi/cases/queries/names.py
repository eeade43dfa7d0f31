"""How desks and people are called on pages: offices by their area and post, persons only where colleagues may know."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from gezhi.cases.access import as_uuid
from gezhi.cases.operations.log import desk_from
from gezhi.people.models import Account
from gezhi.schemes.model import Scheme
from gezhi.schemes.state import Desk
from gezhi.territory.models import Area


@dataclass(frozen=True, slots=True)
class Names:
    """Words for the desks and people of some cases, loaded at once."""

    scheme: Scheme
    language: str
    areas: dict[str, str]
    people: dict[str, str]

    def desk(self, desk: Desk | str) -> str:
        """Return an office's name: 清溪社区 站长, 区水务局, the reporter. A person's desk by the person's name."""
        if isinstance(desk, str):
            desk = desk_from(desk)
        if desk.kind == "reporter":
            return _("Reporter")
        if desk.kind == "system":
            return _("By itself")
        if desk.kind == "person":
            return self.people.get(desk.id, _("A colleague"))
        if desk.kind == "department":
            department = self.scheme.departments.get(desk.id)
            return department.title.say(self.language) if department else desk.id
        post = self.scheme.posts.get(desk.id)
        title = post.title.say(self.language) if post else desk.id
        return " ".join(part for part in (self.areas.get(desk.area, ""), title) if part)

    def office(self, desk: Desk | str) -> str:
        """Return the office only, as residents read it: a person's desk has no name there."""
        found = desk_from(desk) if isinstance(desk, str) else desk
        return _("An official") if found.kind == "person" else self.desk(found)

    def person(self, actor: str) -> str:
        """Return the name of the account that the log names, or nothing."""
        return self.people.get(actor, "")


def names_for(scheme: Scheme, language: str, desks: Iterable[Desk], actors: Iterable[str]) -> Names:
    """Return the names of these desks and accounts: two queries."""
    desks = list(desks)
    codes = {desk.area for desk in desks if desk.kind == "post" and desk.area}
    ids = [as_uuid(actor) for actor in {*actors, *(desk.id for desk in desks if desk.kind == "person")}]
    areas = dict(Area.objects.filter(code__in=codes).order_by("since").values_list("code", "name")) if codes else {}
    people = {
        str(pk): name
        for pk, name in Account.objects.filter(pk__in=[one for one in ids if one]).values_list("pk", "name")
    }
    return Names(scheme, language, areas, people)
