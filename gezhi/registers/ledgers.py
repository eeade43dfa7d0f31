"""Which registers there are on a day, with their forms: those of the schemes in force.

A register is named by its id alone. Where several schemes in force have one of the same id it is one ledger, so that
nobody types a household twice; the first scheme by id says what its form is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models.signals import post_save
from django.dispatch import receiver

from gezhi.enactment import queries as enactment
from gezhi.enactment.models import SchemeVersion
from gezhi.foundation.memory import Memory
from gezhi.registers.errors import NotFound
from gezhi.schemes.forms import Field, Form, Register
from gezhi.schemes.model import Scheme

_known: Memory[Mapping[str, "Ledger"]] = Memory()


@dataclass(frozen=True, slots=True)
class Ledger:
    """A register with its form, and the plan that has both."""

    register: Register
    form: Form
    scheme: Scheme
    version_id: UUID

    @property
    def id(self) -> str:
        """The register's id."""
        return self.register.id

    @property
    def facets(self) -> tuple[Field, ...]:
        """The fields that lists select by."""
        known = self.form.by_id
        return tuple(known[one] for one in self.register.facets if one in known)


def ledgers(on: date) -> Mapping[str, Ledger]:
    """Return the registers in force on a day by id, in the plans' order."""
    return _known.get(on, lambda: _read(on))


def ledger(register: str, on: date) -> Ledger:
    """Return one register; raise NotFound."""
    found = ledgers(on).get(register)
    if found is None:
        raise NotFound(
            f"没有名为“{register[:40]}”的台账在用。请查看台账一览。",
            f"No register “{register[:40]}” is in use. See the list of registers.",
        )
    return found


def is_care(register: str, on: date) -> bool:
    """Say whether a register holds care cases; one that nobody knows might."""
    found = ledgers(on).get(register)
    return found is None or found.register.care


def form_as_filled(ledger: Ledger, form_print: str, on: date) -> Form:
    """Return the form that answers were given under: by its print, from the version in force on a day, else today's."""
    if not form_print or form_print == ledger.form.print:
        return ledger.form
    for _version, scheme in enactment.all_in_force(on):
        register = scheme.registers.get(ledger.id)
        form = scheme.forms.get(register.form) if register else None
        if form is not None and form.print == form_print:
            return form
    return ledger.form


def _read(on: date) -> Mapping[str, Ledger]:
    found: dict[str, Ledger] = {}
    for version, scheme in enactment.all_in_force(on):
        for register in scheme.registers.values():
            form = scheme.forms.get(register.form)
            if form is not None:
                found.setdefault(register.id, Ledger(register, form, scheme, version.pk))
    return found


@receiver(post_save, sender=SchemeVersion)
def _forget(**_signal: Any) -> None:
    """Ask again at once in the process that put a version into force; others do within a second."""
    _known.forget()
