"""A plan clause by clause: which rules carry each clause out, and which rules name none."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext

from gezhi.schemes.model import Scheme
from gezhi.web import wording
from gezhi.web.setup.notices import bare


@dataclass(frozen=True, slots=True)
class Carried:
    """A rule that carries a clause: what kind of thing, which, and where on the pages it stands (a query string)."""

    kind: str
    title: str
    at: str = ""


@dataclass(frozen=True, slots=True)
class ClauseRow:
    """A clause of the plan's document with its rules."""

    name: str
    rules: tuple[Carried, ...]


def by_clause(scheme: Scheme) -> tuple[list[ClauseRow], list[Carried]]:
    """Return each clause with the rules that carry it, in the document's order; and the rules that name no clause."""
    found: dict[str, list[Carried]] = {}
    without: list[Carried] = []
    for clause, rule in _rules(scheme):
        names = clause.split()
        for name in names:
            found.setdefault(name, []).append(rule)
        if not names:
            without.append(rule)
    rows = [ClauseRow(name, tuple(found[name])) for name in sorted(found, key=_numbers)]
    return rows, without


def _rules(scheme: Scheme) -> Iterator[tuple[str, Carried]]:
    for level in scheme.levels.values():
        yield level.clause, Carried(gettext("Level"), wording.say(level.title), "?part=overview#levels")
    for post in scheme.posts.values():
        yield post.clause, Carried(gettext("Post"), wording.say(post.title), "?part=overview#posts")
    for office in scheme.departments.values():
        yield office.clause, Carried(gettext("Department"), wording.say(office.title), "?part=overview#departments")
    yield from _of_procedures(scheme)
    for item in scheme.items.values():
        if item.procedure:
            yield item.clause, Carried(gettext("Item"), wording.say(item.title), f"?part=items#i-{item.id}")
    yield from _of_duties(scheme)
    for notice in scheme.notices.values():
        title = bare(wording.say(notice.subject))
        yield notice.clause, Carried(gettext("Notice"), title, f"?part=notices#n-{notice.id}")


def _of_duties(scheme: Scheme) -> Iterator[tuple[str, Carried]]:
    for phase in scheme.phases.values():
        yield phase.clause, Carried(gettext("Phase"), wording.say(phase.title), "?part=duties#phases")
    for duty in scheme.duties.values():
        yield duty.clause, Carried(gettext("Duty"), wording.say(duty.title), f"?part=duties#d-{duty.id}")
    for register in scheme.registers.values():
        yield (
            register.clause,
            Carried(gettext("Register"), wording.say(register.title), f"?part=registers#r-{register.id}"),
        )
    for form in scheme.forms.values():
        yield form.clause, Carried(gettext("Form"), wording.say(form.title), f"?part=forms&form={form.id}")


def _of_procedures(scheme: Scheme) -> Iterator[tuple[str, Carried]]:
    for procedure in scheme.procedures.values():
        at, name = f"?part=flow&flow={procedure.id}", wording.say(procedure.title)
        yield procedure.clause, Carried(gettext("Flow"), name, at)
        for step in procedure.steps.values():
            title = f"{name} · {wording.say(step.title)}"
            yield step.clause or procedure.clause, Carried(gettext("Step"), title, f"{at}#s-{step.id}")
        for action in procedure.actions.values():
            title = f"{name} · {wording.say(action.title)}"
            yield action.clause or procedure.clause, Carried(gettext("Action"), title, f"{at}#a-{action.id}")


def _numbers(clause: str) -> tuple[tuple[int, str], ...]:
    """Sort P25.10 after P25.9."""
    return tuple((int(part), "") if part.isdigit() else (0, part) for part in re.split(r"(\d+)", clause) if part)
