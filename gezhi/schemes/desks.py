"""From the desk words of a scheme to the desks of a case: who holds, who may act, who is told."""

from collections.abc import Iterable
from typing import Any

from gezhi.schemes.model import Post, Scheme
from gezhi.schemes.state import REPORTER, SYSTEM, CaseState, Desk

# words with a meaning of their own; every other word is a post or names a department, an answer or a fact
SPOKEN = (
    "department", "receiver", "reporter", "doer", "previous", "holder", "caller", "superior", "parts", "system",
)  # fmt: skip


def desks_of(word: str, scheme: Scheme, state: CaseState) -> tuple[Desk, ...]:
    """Return the desks that a word means in this case, none if it means nobody yet."""
    if word in scheme.posts:
        return (post_desk(scheme, scheme.posts[word], state),)
    kind, separator, name = word.partition(":")
    if separator and kind == "department":
        return (Desk("department", name),)
    kind, separator, name = word.partition(".")
    if separator and kind in ("answer", "fact"):
        return _named_in_answer(name, state.answers if kind == "answer" else state.facts, scheme, state)
    return _spoken(word, scheme, state)


def _spoken(word: str, scheme: Scheme, state: CaseState) -> tuple[Desk, ...]:
    match word:
        case "reporter":
            return (REPORTER,)
        case "system":
            return (SYSTEM,)
        case "department":
            item = scheme.items.get(state.item)
            return (Desk("department", item.department),) if item and item.department else ()
        case "superior":
            return superiors(scheme, state, state.desk)
        case "parts":
            return tuple(part.desk for part in state.parts if part.state == "open")
        case _:
            desk = _remembered(word, state)
            return (desk,) if desk else ()


def _remembered(word: str, state: CaseState) -> Desk | None:
    match word:
        case "receiver":
            return state.received_by
        case "doer":
            return state.doer_desk
        case "holder":
            return state.desk
        case "caller":
            return state.caller
        case "previous":
            line = [hold.desk for hold in state.holds if not hold.part]
            return line[-2] if len(line) > 1 else None
        case _:
            return None


def _named_in_answer(name: str, answers: dict[str, Any], scheme: Scheme, state: CaseState) -> tuple[Desk, ...]:
    question = scheme.questions.get(name)
    value = answers.get(name)
    if question is None or not value:
        return ()
    if question.kind == "person":
        return (Desk("person", str(value)),)
    if question.kind == "choice":
        return desks_of(str(value), scheme, state)
    named: Iterable[str] = value if isinstance(value, list) else [str(value)]
    return tuple(Desk("department", one) for one in dict.fromkeys(named))


def post_desk(scheme: Scheme, post: Post, state: CaseState) -> Desk:
    """Return the post at the case's own area of the post's level.

    A case whose place is known only at a higher level goes to the nearest superior post of a level that is known.
    """
    if post.at == "department":
        return Desk("post", post.id, _department_at_hand(scheme, state))
    seen: set[str] = set()
    while state.areas and post.at not in state.areas and post.superior in scheme.posts and post.id not in seen:
        seen.add(post.id)
        post = scheme.posts[post.superior]
    return Desk("post", post.id, state.areas.get(post.at, ""))


def _department_at_hand(scheme: Scheme, state: CaseState) -> str:
    if state.desk and state.desk.kind == "department":
        return state.desk.id
    item = scheme.items.get(state.item)
    return item.department if item else ""


def superior(scheme: Scheme, state: CaseState, desk: Desk) -> Desk | None:
    """Return the desk above one, or None at the top."""
    above = ""
    if desk.kind == "post" and desk.id in scheme.posts:
        above = scheme.posts[desk.id].superior
    elif desk.kind == "department" and desk.id in scheme.departments:
        above = scheme.departments[desk.id].superior
    return post_desk(scheme, scheme.posts[above], state) if above in scheme.posts else None


def superiors(scheme: Scheme, state: CaseState, desk: Desk | None) -> tuple[Desk, ...]:
    """Return the desks above one, nearest first."""
    chain: list[Desk] = []
    above = superior(scheme, state, desk) if desk else None
    while above and above not in chain:
        chain.append(above)
        above = superior(scheme, state, above)
    return tuple(chain)


def concerned(state: CaseState, desk: Desk) -> bool:
    """Tell whether the case is about this desk; an `about` without an area means the desk wherever it is."""
    return any(one.kind == desk.kind and one.id == desk.id and one.area in ("", desk.area) for one in state.about)


def clear(scheme: Scheme, state: CaseState, desk: Desk, avoid: Desk | None = None) -> Desk:
    """Return the desk, or the nearest above it that the case is not about and that is not `avoid`.

    When everyone up the line is concerned it is the scheme's `conflict_desk` or who is above that; without one the
    system itself keeps the case, so that nobody concerned ever holds it.
    """
    found = _upwards(scheme, state, desk, avoid)
    if found is None and scheme.conflict_desk in scheme.posts:
        found = _upwards(scheme, state, post_desk(scheme, scheme.posts[scheme.conflict_desk], state), avoid)
    return found or SYSTEM


def _upwards(scheme: Scheme, state: CaseState, desk: Desk, avoid: Desk | None) -> Desk | None:
    """Return the desk or the nearest above it that is neither concerned nor to be avoided, None at the top."""
    for above in (desk, *superiors(scheme, state, desk)):
        if not concerned(state, above) and above != avoid:
            return above
    return None


def told(words: Iterable[str], scheme: Scheme, state: CaseState) -> tuple[Desk, ...]:
    """Return the desks that words mean as those to be told: each once, nobody whom the case is about."""
    found = [desk for word in words for desk in desks_of(word, scheme, state)]
    return tuple(dict.fromkeys(desk for desk in found if desk != SYSTEM and not concerned(state, desk)))
