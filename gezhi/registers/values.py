"""What a form's answers become in an entry: plain and sensitive apart, masked to be shown, made findable."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError

from gezhi.foundation import crypto, words
from gezhi.people import phones
from gezhi.schemes.forms import ALWAYS_SENSITIVE, NESTING, SILENT, Field, Form, Register

type Values = dict[str, Any]
_DOTS = "••••"
# The family name of somebody, as `mask` shows it: 王*, 王**.
_SHORT_MASK = re.compile(r"[\u4e00-\u9fff]\*{1,3}")


def fields_of(form: Form) -> dict[str, Field]:
    """Return the fields that keep something, by id."""
    return {key: one for key, one in form.by_id.items() if one.kind not in SILENT}


def is_sensitive(field: Field) -> bool:
    """Say whether any of a field must be sealed: its own value, or one inside each round of it."""
    return field.sensitive or field.kind in ALWAYS_SENSITIVE or any(is_sensitive(one) for one in field.fields)


def sensitive_ids(form: Form) -> frozenset[str]:
    """Return the ids of a form's sensitive fields."""
    return frozenset(key for key, one in fields_of(form).items() if is_sensitive(one))


def plain(value: Any) -> Any:
    """Return a value as JSON keeps it."""
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(one) for one in value]
    return value


def is_blank(value: Any) -> bool:
    """Say whether an answer says nothing. `False` and 0 say something."""
    return value is None or value in ("", [], {})


@dataclass(frozen=True, slots=True)
class Point:
    """A place in degrees, WGS-84."""

    lon: float
    lat: float


def point_of(value: Any) -> Point | None:
    """Return the point of a place's answer: `{lon, lat}`, a pair, or words with a comma between."""
    if isinstance(value, str):
        value = value.split(",")
    if isinstance(value, Mapping):
        value = (value.get("lon"), value.get("lat"))
    if not isinstance(value, list | tuple) or len(value) < 2:
        return None
    try:
        lon, lat = float(value[0]), float(value[1])
    except (TypeError, ValueError):
        return None
    return Point(lon, lat) if -180 <= lon <= 180 and -90 <= lat <= 90 else None


def has_photos(field: Field) -> bool:
    """Say whether a field asks for photos, itself or inside each round of it."""
    return field.kind == "photos" or any(has_photos(one) for one in field.fields)


def photos_in(form: Form, values: Mapping[str, Any]) -> dict[str, str]:
    """Return the files that answers name by their ids, each with the field of the form's first level that named it."""
    known = fields_of(form)
    return {file: key for key, value in values.items() if key in known for file in _files(known[key], value)}


def _files(field: Field, value: Any) -> list[str]:
    rounds = value if isinstance(value, list | tuple) else [value]
    if field.kind == "photos":
        return [_as_written(str(one)) for one in rounds if not is_blank(one)]
    known = {one.id: one for one in field.fields} if field.kind in NESTING else {}
    return [
        file
        for one in rounds
        if isinstance(one, Mapping)
        for key, inner in known.items()
        for file in _files(inner, one.get(key))
    ]


def _as_written(file: str) -> str:
    """Return a file's id as it is kept: programs write it in capitals, too."""
    try:
        return str(UUID(file))
    except ValueError:
        return file


def title_of(register: Register, form: Form, values: Mapping[str, Any]) -> str:
    """Return what an entry is called in lists; masked where the name is sensitive."""
    field = form.by_id.get(register.name)
    value = values.get(register.name)
    if field is None or is_blank(value):
        return ""
    said = str(plain(value))
    return mask(field, said) if is_sensitive(field) else said


def address_of(register: Register, form: Form, values: Mapping[str, Any]) -> str:
    """Return the address by which an entry is found; none where it is sensitive."""
    field = form.by_id.get(register.address)
    value = values.get(register.address)
    if field is None or is_sensitive(field) or is_blank(value):
        return ""
    return str(value.get("text", "")) if isinstance(value, Mapping) else str(value)


def facets_of(register: Register, form: Form, values: Mapping[str, Any]) -> Values:
    """Return what lists and duties select by; never what is sensitive."""
    known = form.by_id
    return {
        key: plain(values[key])
        for key in register.facets
        if key in known and not is_sensitive(known[key]) and not is_blank(values.get(key))
    }


def mask(field: Field, value: Any) -> str:
    """Return a sensitive value as it is shown to everybody: enough to tell two apart, not enough to use."""
    if is_blank(value):
        return ""
    said = str(value)
    if field.kind == "phone":
        return f"{said[:3]}****{said[-4:]}" if len(said) >= 9 else _DOTS
    if field.kind == "id_number":
        return f"{said[:1]}{'*' * 16}{said[-1:]}" if len(said) >= 15 else _DOTS
    if field.kind == "text" and 2 <= len(said) <= 4 and re.fullmatch(r"[\u4e00-\u9fff]+", said):
        return said[:1] + "*" * (len(said) - 1)
    return _DOTS


def is_mask(value: Any) -> bool:
    """Say whether a value is no value but what `mask` shows of one."""
    said = str(value).strip()
    return _DOTS[:2] in said or "****" in said or bool(_SHORT_MASK.fullmatch(said))


def masked(form: Form, sealed: Mapping[str, Any]) -> Values:
    """Return sensitive values as they are shown."""
    known = fields_of(form)
    return {key: mask(known[key], value) if key in known else _DOTS for key, value in sealed.items()}


def digests_of(form: Form, values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the keyed hashes by which whoever knows a sealed value whole finds its entry, also inside repeats."""
    found: dict[tuple[str, str], None] = {}
    for key, field in fields_of(form).items():
        for inner, value in _inside(field, values.get(key)):
            if hashed := digest(inner, value):
                found[key, hashed] = None
    return list(found)


def digest(field: Field | None, value: Any) -> str:
    """Return the keyed hash of one sealed value: of a telephone number in its one spelling."""
    said = str(value or "").strip()
    if not said or field is None:
        return ""
    if field.kind == "phone":
        return phone_digest(said)
    return crypto.hash_secret(f"entry:{said.casefold()}") if is_sensitive(field) and len(said) <= 60 else ""


def phone_digest(said: str) -> str:
    """Return the keyed hash of a telephone number; empty for what is none."""
    try:
        return phones.key(phones.normal(said))
    except ValidationError:
        return ""


def _inside(field: Field, value: Any) -> list[tuple[Field, Any]]:
    if field.kind not in NESTING:
        return [(field, value)] if is_sensitive(field) and not is_blank(value) else []
    rounds = value if isinstance(value, list) else [value]
    known = {one.id: one for one in field.fields}
    return [
        pair
        for one in rounds
        if isinstance(one, Mapping)
        for key, inner in known.items()
        for pair in _inside(inner, one.get(key))
    ]


def codes_on(path: str) -> list[str]:
    """Return the codes of the areas on an area's path, the top first."""
    return [one for one in path.split("/") if one]


def searched(code: str, name: str, address: str) -> tuple[str, str]:
    """Return what an entry is found by, as written and as it sounds."""
    return words.stored("\n".join(part for part in (name, address, code) if part)), words.sound(f"{name} {address}")
