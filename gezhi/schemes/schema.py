"""The JSON Schema of the scheme language, made from the same grammar that the reader uses, so the two cannot differ."""

from typing import Any

from gezhi.schemes.shapes import CHOICES, REQUIRED, SHAPES

_TEXT = {"type": "string", "minLength": 1}
_WORDS = {"anyOf": [_TEXT, {"type": "array", "items": {"type": "string"}}]}
_WORDING = {
    "anyOf": [
        _TEXT,
        {
            "type": "object",
            "properties": {"zh": {"type": "string"}, "en": {"type": "string"}},
            "additionalProperties": False,
            "minProperties": 1,
        },
    ]
}
_DURATION = r"^\s*[0-9]+\s*(minute|hour|workhour|day|workday|month)s?\s*$"
_STRETCH = {"type": "string", "pattern": r"^\s*([01][0-9]|2[0-4]):[0-5][0-9]-([01][0-9]|2[0-4]):[0-5][0-9]\s*$"}
_PLAIN: dict[str, dict[str, Any]] = {
    "word": _TEXT,
    "words": _WORDS,
    "wording": _WORDING,
    "flag": {"type": "boolean"},
    "count": {"type": "integer", "minimum": 1},
    "bound": {"type": ["number", "string"]},
    "band": {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2},
    "duration": {"type": "string", "pattern": _DURATION},
    "span": {"type": "string", "pattern": rf"{_DURATION}|^\s*[0-9]+\s*%\s*$"},
    "rate": {"type": "string", "pattern": r"^\s*[0-9]{1,4}\s*%?\s+per\s+[a-z_]+\s*$"},
    "selection": {"type": "string", "pattern": r"^\s*[a-z][a-z0-9_]*\s*(\[.*\])?\s*$"},
    "hours": {"anyOf": [_STRETCH, {"type": "array", "items": _STRETCH}]},
    "date": {"type": "string", "format": "date"},
    "condition": {"type": "string", "description": "CEL"},
    "from": {"anyOf": [*_WORDS["anyOf"], {"type": "object"}]},
    "asks": {"type": "array", "items": {"anyOf": [_TEXT, {"$ref": "#/$defs/asked"}]}},
    "channel": _WORDING,
}


def json_schema() -> dict[str, Any]:
    """Return the schema of `scheme.toml` as editors read it (draft 2020-12)."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Gezhi scheme",
        "$defs": {name: _table(name, required=name != "scheme") for name in SHAPES if name != "scheme"},
        # a file beside scheme.toml, or one that others extend, holds only some of the tables
        **_table("scheme", required=False),
    }


def _table(name: str, *, required: bool) -> dict[str, Any]:
    table: dict[str, Any] = {
        "type": "object",
        "properties": {key: _value(kind) for key, kind in SHAPES[name].items()},
        "additionalProperties": False,
    }
    # what extends another scheme may give single keys of a table, so only list entries must be complete by themselves
    if required and name in ("level", "stage", "asked", "extension"):
        table["required"] = list(REQUIRED[name])
    return table


def _value(kind: str) -> dict[str, Any]:
    family, _, detail = kind.partition(":")
    match family:
        case "table":
            return {"anyOf": [{"$ref": f"#/$defs/{detail}"}, {"const": False}]}
        case "map":
            inside = _either(detail[7:]) if detail.startswith("either:") else _inside(detail)
            return {"type": "object", "additionalProperties": {"anyOf": [inside, {"const": False}]}}
        case "list":
            return {"type": "array", "items": _inside(detail)}
        case "either":
            return _either(detail)
        case "one_of":
            return {"enum": list(CHOICES[detail])}
        case _:
            return _PLAIN[family]


def _inside(detail: str) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{detail}"} if detail in SHAPES else _PLAIN[detail]


def _either(key: str) -> dict[str, Any]:
    one = {
        "anyOf": [
            _TEXT,
            {
                "type": "object",
                "properties": {"when": {"type": "string"}, key: _TEXT},
                "required": [key],
                "additionalProperties": False,
            },
        ]
    }
    return {"anyOf": [*one["anyOf"], {"type": "array", "items": one}]}
