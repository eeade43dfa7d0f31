"""Makes forms, registers, phases and duties of a document whose spelling is right; references are not judged here."""

from gezhi.schemes.documents import Document
from gezhi.schemes.duties import Duty, Phase, Rate, Selection
from gezhi.schemes.forms import ALWAYS_SENSITIVE, Field, Form, Register
from gezhi.schemes.model import Option
from gezhi.schemes.reading import Table, clause, wording, words
from gezhi.schemes.stretches import Stretch


def field(key: str, table: Table) -> Field:
    """Make a field with those inside it."""
    kind = table["kind"]
    return Field(
        id=key,
        kind=kind,
        title=wording(table["title"]),
        required=table.get("required", False),
        choices=tuple(Option(one, wording(title)) for one, title in table.get("choices", {}).items()),
        low=str(table.get("low", "")),
        high=str(table.get("high", "")),
        unit=wording(table.get("unit")),
        hint=wording(table.get("hint")),
        when=table.get("when", ""),
        check=table.get("check", ""),
        why_not=wording(table.get("why_not")),
        sensitive=table.get("sensitive", kind in ALWAYS_SENSITIVE) or kind in ALWAYS_SENSITIVE,
        register=table.get("register", ""),
        fields=tuple(field(one, inside) for one, inside in table.get("fields", {}).items()),
        clause=clause(table),
    )


def form(document: Document, key: str, table: Table) -> Form:
    """Make a form."""
    return Form(
        id=key,
        title=wording(table["title"]),
        fields=tuple(field(one, inside) for one, inside in table["fields"].items()),
        purpose=wording(table.get("purpose")),
        basis=wording(table.get("basis")),
        retention=table.get("retention", ""),
        clause=clause(table),
        place=document.place("forms", key),
    )


def register(document: Document, key: str, table: Table) -> Register:
    """Make a register."""
    return Register(
        id=key,
        title=wording(table["title"]),
        form=table["form"],
        name=table["name"],
        address=table.get("address", ""),
        place=table.get("place", ""),
        facets=words(table.get("facets")),
        code=table.get("code", "{area}-{n:05}"),
        collect=words(table.get("collect")),
        decides=table.get("decides", ""),
        part_of=table.get("part_of", ""),
        care=table.get("care", False),
        clause=clause(table),
        at=document.place("registers", key),
    )


def phase(key: str, table: Table) -> Phase:
    """Make a phase."""
    return Phase(key, wording(table["title"]), table["first"], table["last"], clause(table))


def duty(document: Document, key: str, table: Table) -> Duty:
    """Make a duty. `at_least` and `sample` are both rates; a sample is of a share."""
    rate = table.get("at_least") or table.get("sample")
    return Duty(
        id=key,
        title=wording(table["title"]),
        activity=table["activity"],
        who=words(table["who"]),
        of=Selection.parse(table["of"]),
        rate=Rate.parse(rate) if rate else None,
        on=table.get("on", ""),
        if_holiday=table.get("if_holiday", "same day"),
        hours=tuple(Stretch.parse(one) for one in words(table.get("hours"))),
        starts_on=words(table.get("starts_on")),
        within=table.get("within", ""),
        notice=table.get("notice", ""),
        phases=words(table.get("phases")),
        together=table.get("together", False),
        verifies=table.get("verifies", ""),
        form=table.get("form", ""),
        closes=table.get("closes", "activity"),
        signed_by=table.get("signed_by", ""),
        received_by=table.get("received_by", ""),
        nil=table.get("nil", False),
        on_site=table.get("on_site", False),
        photos=table.get("photos", "none"),
        items=words(table.get("items")),
        minutes=table.get("minutes", 0),
        note=wording(table.get("note")),
        clause=clause(table),
        place=document.place("duties", key),
    )
