"""What a resident has written so far, kept in the session: nothing is lost on an error, a way back or a second sending.

A draft's key is made here, is unguessable, and becomes the case's client key: sent twice, it is one case.
"""

import secrets
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from django.http import HttpRequest

_STORE = "drafts"
MOST_DRAFTS = 5


@dataclass(slots=True)
class Draft:
    """A report on its way. `photos` are ids of stored files; `number` and `secret` are set once it was sent."""

    key: str
    item: str = ""
    scheme: str = ""
    text: str = ""
    photos: list[str] = field(default_factory=list)
    # Whether the place that photos name may be used; whether the point was taken from one.
    photo_place: bool = True
    from_photo: bool = False
    lon: str = ""
    lat: str = ""
    address: str = ""
    near: str = ""
    area: str = ""
    outside: bool = False
    facts: dict[str, Any] = field(default_factory=dict)
    about: str = ""
    who: str = ""
    name: str = ""
    phone: str = ""
    number: str = ""
    secret: str = ""
    # The reporter has seen what others reported nearby, and it is something else.
    own_matter: bool = False

    @property
    def anonymous(self) -> bool:
        """Whether the reporter chose to stay unnamed."""
        return self.who == "anonymous"

    @property
    def has_point(self) -> bool:
        """Whether a point was given."""
        return bool(self.lon and self.lat)

    @property
    def has_place(self) -> bool:
        """Whether anything says where it is."""
        return self.has_point or bool(self.area or self.address)


def begin(*, item: str = "", area: str = "") -> Draft:
    """Return a new draft, perhaps with an item or a grid that a link or a notice board gave."""
    return Draft(key=secrets.token_urlsafe(18), item=item, area=area)


def find(request: HttpRequest, key: str) -> Draft | None:
    """Return the browser's draft of that key; None when there is none (any more)."""
    kept = request.session.get(_STORE, {}).get(key)
    known = {one.name for one in fields(Draft)}
    return Draft(**{name: value for name, value in kept.items() if name in known}) if kept else None


def keep(request: HttpRequest, draft: Draft) -> None:
    """Keep a draft; of several only the newest few."""
    store: dict[str, Any] = {**request.session.get(_STORE, {})}
    store.pop(draft.key, None)
    store[draft.key] = asdict(draft)
    request.session[_STORE] = dict(list(store.items())[-MOST_DRAFTS:])


def carried(request: HttpRequest) -> dict[str, Any]:
    """Return what goes on when the session of a resident ends: every report on its way, without who reports."""
    store: dict[str, Any] = request.session.get(_STORE, {})
    return {key: {**kept, "who": "", "name": "", "phone": ""} for key, kept in store.items() if not kept.get("number")}


def carry(request: HttpRequest, store: dict[str, Any]) -> None:
    """Go on with reports in the session that follows."""
    if store:
        request.session[_STORE] = store
