"""What of a case everybody may read: the plan says it for each item; what touches persons is kept back anyway."""

from enum import StrEnum

from gezhi.schemes.model import Procedure, Scheme


class Disclosure(StrEnum):
    """How much of a case is public; each includes the one before."""

    NOTHING = "nothing"
    FACTS = "facts"
    """Item, grid and village, dates, time against its limit, how it ended: no name, no address, nobody's own words."""
    PHOTOS = "photos"
    """And the photos of public actions."""


PUBLISH = tuple(Disclosure)


def disclosure(scheme: Scheme, item_id: str) -> Disclosure:
    """Return how much of the cases of an item is public."""
    item = scheme.items.get(item_id)
    if item is None or is_kept_back(scheme, item_id):
        return Disclosure.NOTHING
    said = next((word for one in scheme.lineage(item_id) if (word := scheme.items[one].publish) in PUBLISH), "")
    if said:
        return Disclosure(said)
    procedure = scheme.procedures.get(item.procedure)
    return Disclosure.NOTHING if procedure is None or asks_for_papers(procedure) else Disclosure.FACTS


def is_kept_back(scheme: Scheme, item_id: str) -> bool:
    """Say whether an item, or a heading above it, is confidential or complains about officials."""
    return any(
        (one := scheme.items.get(word)) is not None and (one.confidential or one.about_staff)
        for word in scheme.lineage(item_id)
    )


def asks_for_papers(procedure: Procedure) -> bool:
    """Say whether something is applied for here: then the plan can tell what is missing, and the clocks stand still."""
    return any(action.pauses and action.public for action in procedure.actions.values())
