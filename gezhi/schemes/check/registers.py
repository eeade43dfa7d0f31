"""Registers: found by fields that lists may show, collected by known sides, settled by one post."""

import re
from collections.abc import Mapping

from gezhi.schemes.check.forms import REGISTER, needs_grounds
from gezhi.schemes.check.judge import Judge, Where
from gezhi.schemes.check.references import DEPARTMENT, POST
from gezhi.schemes.forms import Form, Register
from gezhi.schemes.text import Text

FORM = ("表单", "form")
FIELD = ("字段", "field")
FACETS = ("choice", "choices", "yes_no")
NAMES = ("text", "long_text", "address", "choice", "entry")
_CODE = re.compile(r"[A-Za-z0-9_./-]*")
_PLACEHOLDER = re.compile(r"\{(?:area|n(?::0[1-9])?)\}")


def look(judge: Judge) -> None:
    """Report what is wrong with registers."""
    for key, register in judge.scheme.registers.items():
        _register(judge, ("registers", key), register)
    _codes(judge)
    _handbook(judge)


def _handbook(judge: Judge) -> None:
    """Each page of the handbook is a form that something fills: a register, or a duty."""
    scheme = judge.scheme
    used = {one.form for one in scheme.registers.values()} | {one.form for one in scheme.duties.values()}
    for name in scheme.handbook:
        if name not in scheme.forms:
            judge.unknown(("handbook",), FORM, name, scheme.forms)
        elif name not in used:
            zh, en = (
                f"手册页“{name}”没有台账或任务填写。",
                f"No register and no duty fills the page “{name}” of the handbook.",
            )
            judge.error("page_of_nothing", ("handbook",), zh, en)
    for name in {one for one in scheme.handbook if scheme.handbook.count(one) > 1}:
        zh, en = f"手册页“{name}”写了两次。", f"The page “{name}” stands twice in the handbook."
        judge.error("page_twice", ("handbook",), zh, en)


def _register(judge: Judge, where: Where, register: Register) -> None:
    scheme = judge.scheme
    if not register.clause:
        zh, en = f"台账“{register.id}”没有写依据（clause）。", f"The register “{register.id}” has no clause."
        judge.remind("no_clause", where, zh, en)
    _sides(judge, where, register)
    if register.part_of and register.part_of not in scheme.registers:
        judge.unknown((*where, "part_of"), REGISTER, register.part_of, scheme.registers)
    elif _in_circle(scheme.registers, register):
        zh, en = f"“{register.id}”的 part_of 成环。", f"“part_of” of “{register.id}” goes in a circle."
        judge.error("register_circle", (*where, "part_of"), zh, en)
    form = scheme.forms.get(register.form)
    if form is None:
        judge.unknown((*where, "form"), FORM, register.form, scheme.forms)
        return
    _found_by(judge, where, register, form)
    if register.care:
        needs_grounds(judge, ("forms", form.id), form, Text("用于帮扶（care）", "serves a care register"))


def _found_by(judge: Judge, where: Where, register: Register, form: Form) -> None:
    wanted: list[tuple[str, str, tuple[str, ...]]] = [("name", register.name, NAMES)]
    wanted += [("address", register.address, ("address", "text"))] if register.address else []
    wanted += [("place", register.place, ("place",))] if register.place else []
    wanted += [("facets", facet, FACETS) for facet in register.facets]
    for key, name, kinds in wanted:
        one = form.by_id.get(name)
        if one is None:
            judge.unknown((*where, key), FIELD, name, form.by_id)
        elif one.kind not in kinds:
            zh = f"“{name}”是“{one.kind}”字段；{key} 只能用：{'、'.join(kinds)}。"
            en = f"“{name}” is of kind {one.kind}; {key} takes {', '.join(kinds)}."
            judge.error("wrong_field", (*where, key), zh, en)
        elif one.sensitive:
            zh = f"“{name}”是敏感信息，不能用作 {key}：清单上人人看得到。请换一个字段，如门牌或编号。"
            en = f"“{name}” is sensitive and can't be {key}, which lists show: take another, such as a door plate."
            judge.error("sensitive_in_lists", (*where, key), zh, en)


def _in_circle(registers: Mapping[str, Register], register: Register) -> bool:
    seen, above = {register.id}, register.part_of
    while above in registers and above not in seen:
        seen.add(above)
        above = registers[above].part_of
    return above == register.id


def _sides(judge: Judge, where: Where, register: Register) -> None:
    scheme = judge.scheme
    for side in register.collect:
        kind, colon, name = side.partition(":")
        if colon and kind == "department":
            if name not in scheme.departments:
                judge.unknown((*where, "collect"), DEPARTMENT, name, scheme.departments)
        elif side != "departments" and side not in scheme.posts:
            judge.unknown((*where, "collect"), POST, side, (*scheme.posts, "departments"))
    if not register.collect:
        zh, en = f"台账“{register.id}”没有写由谁采集（collect）。", f"Nobody collects the register “{register.id}”."
        judge.error("no_collector", where, zh, en)
    if register.decides and register.decides not in scheme.posts:
        judge.unknown((*where, "decides"), POST, register.decides, scheme.posts)
    if not register.decides and (len(register.collect) > 1 or "departments" in register.collect):
        zh = f"台账“{register.id}”由多方采集，须写明不一致时由谁认定（decides）。"
        en = f"Several sides collect the register “{register.id}”: say who settles where they differ (decides)."
        judge.error("nobody_decides", where, zh, en)


def _codes(judge: Judge) -> None:
    seen: dict[str, str] = {}
    for key, register in judge.scheme.registers.items():
        where = ("registers", key, "code")
        plain = _PLACEHOLDER.sub("", register.code)
        if not _CODE.fullmatch(plain) or not re.search(r"\{n[:}]", register.code):
            zh = f"编号“{register.code}”须含 {{n}}（如 {{n:05}}），可含 {{area}}、字母、数字和 - _ . /。"
            en = f"The code “{register.code}” needs {{n}} or {{n:05}}; {{area}}, letters, digits, - _ . / may be there."
            judge.error("bad_code", where, zh, en)
        bare = re.sub(r"\{n:0\d\}", "{n}", register.code)
        if bare in seen:
            zh = f"编号与台账“{seen[bare]}”相同，两个台账的编号会混淆。"
            en = f"Its codes are like those of “{seen[bare]}”: entries of the two could not be told apart."
            judge.remind("same_codes", where, zh, en)
        seen.setdefault(bare, key)
