"""Words for people: placeholders that exist, and both languages."""

import re

from gezhi.schemes.check.forms import places
from gezhi.schemes.check.judge import Judge, Where
from gezhi.schemes.text import Text

PLACEHOLDERS = frozenset(
    {
        "number", "code", "title", "item", "step", "holder", "due", "case_due", "limit", "clause", "area", "url",
        "action", "part_task",
    }
)  # fmt: skip
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def look(judge: Judge) -> None:
    """Report unknown placeholders, and remind of words that are missing in one language."""
    known = PLACEHOLDERS | set(judge.scheme.questions)
    for notice in judge.scheme.notices.values():
        for key, text in (("subject", notice.subject), ("body", notice.body)):
            for name in {found for words in (text.zh, text.en) for found in _PLACEHOLDER.findall(words)}:
                if name not in known:
                    judge.unknown(("notices", notice.id, key), ("占位符", "placeholder"), name, known)
    silent = [where for where, text in _titles(judge) if not (text.zh and text.en)]
    if silent:
        names = [".".join(where) for where in silent]
        shown = "、".join(names[:5]) + ("…" if len(names) > 5 else "")
        zh, en = f"{len(names)} 处文字缺一种语言：{shown}", f"{len(names)} wordings lack one language: {shown}"
        judge.remind("one_language", silent[0], zh, en)


def _titles(judge: Judge) -> list[tuple[Where, Text]]:
    scheme = judge.scheme
    found: list[tuple[Where, Text]] = [(("title",), scheme.title)]
    found += [(("levels", str(number)), level.title) for number, level in enumerate(scheme.levels.values())]
    tables = (
        ("posts", scheme.posts),
        ("departments", scheme.departments),
        ("urgencies", scheme.urgencies),
        ("questions", scheme.questions),
        ("catalogue", scheme.items),
    )
    for table, things in tables:
        found += [((table, key), thing.title) for key, thing in things.items()]
    for table, named in (("registers", scheme.registers), ("phases", scheme.phases), ("duties", scheme.duties)):
        found += [((table, key), one.title) for key, one in named.items()]
    for key, form in scheme.forms.items():
        found.append((("forms", key), form.title))
        for where, field in places(("forms", key), form.fields):
            found.append((where, field.title))
            found += [((*where, "choices", option.id), option.title) for option in field.choices]
    for where, procedure in judge.procedures():
        found.append((where, procedure.title))
        found += [((*where, "steps", key), step.title) for key, step in procedure.steps.items()]
        found += [((*where, "actions", key), action.title) for key, action in procedure.actions.items()]
    found += [(("notices", key, "body"), notice.body) for key, notice in scheme.notices.items()]
    return found
