"""Whom a complaint may be about: the desks of the place, and the departments. What it names never handles it."""

from datetime import datetime

from django.utils import timezone

from gezhi.schemes.model import Scheme
from gezhi.territory import queries as territory
from gezhi.web import wording
from gezhi.web.questions import Offer


def complained_about(scheme: Scheme, area: str, now: datetime) -> list[Offer]:
    """Return the desks that a complaint at this place may name, nearest first, then the departments."""
    chain = territory.chain(area, timezone.localdate(now)) if area else []
    posts = [
        Offer(f"{post.id}@{one.code}", f"{territory.short_name(one.name)} {wording.say(post.title)}")
        for one in reversed(chain)
        for post in scheme.posts.values()
        if post.at == one.level
    ]
    departments = [Offer(f"department:{one.id}", wording.say(one.title)) for one in scheme.departments.values()]
    return posts + departments
