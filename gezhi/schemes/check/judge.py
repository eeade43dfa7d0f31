"""What every part of the check works with: the document for places, the scheme for meaning, the findings."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from gezhi.schemes.documents import Document
from gezhi.schemes.model import Action, Either, Procedure, Rule, Scheme

type Where = tuple[str, ...]


@dataclass
class Judge:
    """Collects findings about one scheme."""

    document: Document
    scheme: Scheme

    def error(self, code: str, where: Where, zh: str, en: str) -> None:
        """Note what keeps the scheme from being put into force."""
        self.document.error(code, where, zh, en)

    def remind(self, code: str, where: Where, zh: str, en: str) -> None:
        """Note what an office may accept with a reason."""
        self.document.error(code, where, zh, en, severity="reminder")

    def unknown(self, where: Where, what: tuple[str, str], name: str, known: Iterable[str]) -> None:
        """Note a reference to something that does not exist; `what` names the kind of thing in Chinese and English."""
        near = get_close_matches(name, list(known), 1, 0.6)
        zh = f"没有{what[0]}“{name}”。" + (f"是否想写“{near[0]}”？" if near else "")
        en = f"There is no {what[1]} “{name}”." + (f" Did you mean “{near[0]}”?" if near else "")
        self.error("unknown_reference", where, zh, en)

    def procedures(self) -> Iterator[tuple[Where, Procedure]]:
        """Yield each procedure with its path."""
        for key, procedure in self.scheme.procedures.items():
            yield ("procedures", key), procedure


def rules(where: Where, procedure: Procedure) -> Iterator[tuple[Where, Rule]]:
    """Yield every clock rule of a procedure with its path."""
    if procedure.clock:
        yield where, procedure.clock
    for step in procedure.steps.values():
        here = (*where, "steps", step.id)
        found = [(here, step.clock), ((*here, "response"), step.response)]
        found += [((*here, "stages"), stage) for stage in step.stages]
        yield from ((path, rule) for path, rule in found if rule)
    for action in procedure.actions.values():
        yield from _action_rules((*where, "actions", action.id), action)


def _action_rules(here: Where, action: Action) -> Iterator[tuple[Where, Rule]]:
    for rule in action.sets_limit:
        yield (*here, "sets_limit"), rule
    if action.joint:
        found = (((*here, "joint"), action.joint.clock), ((*here, "joint", "response"), action.joint.response))
        yield from ((path, rule) for path, rule in found if rule)


def eithers(where: Where, procedure: Procedure) -> Iterator[tuple[Where, Either]]:
    """Yield every place of a procedure where alternatives stand."""
    yield (*where, "first"), procedure.first
    for step in procedure.steps.values():
        yield (*where, "steps", step.id, "holder"), step.holder
    for action in procedure.actions.values():
        here = (*where, "actions", action.id)
        yield (*here, "holder"), action.holder
        for ways in action.ways.values():
            yield (*here, "to"), ways
    for path, rule in rules(where, procedure):
        yield (*path, "limit"), rule.limit
