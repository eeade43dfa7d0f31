"""Duties and phases: every name means something, one rule says when, and nobody verifies their own work."""

from datetime import datetime

from gezhi.schemes.check.forms import REGISTER
from gezhi.schemes.check.judge import Judge, Where
from gezhi.schemes.check.references import ITEM, POST
from gezhi.schemes.check.registers import FORM
from gezhi.schemes.durations import BadDuration, Duration, Unit
from gezhi.schemes.duties import Duty
from gezhi.schemes.rounds import ANCHOR, parse_rule
from gezhi.schemes.stretches import faults

DUTY = ("任务", "duty")
PHASE = ("阶段", "phase")
FACET = ("筛选字段", "facet")
WHENS = ("at_least", "sample", "on", "starts_on")
ENTRY = "entry:"
_MOST_AHEAD = {Unit.DAYS: 366, Unit.WORKDAYS: 250, Unit.MONTHS: 12}


def look(judge: Judge) -> None:
    """Report what is wrong with phases and duties."""
    for key, phase in judge.scheme.phases.items():
        if phase.first > phase.last:
            zh, en = (
                f"开始日 {phase.first} 晚于结束日 {phase.last}。",
                f"It begins on {phase.first}, after its last day {phase.last}.",
            )
            judge.error("phase_backwards", ("phases", key), zh, en)
        _clause(judge, ("phases", key), ("阶段", "phase"), key, phase.clause)
    for key, duty in judge.scheme.duties.items():
        where = ("duties", key)
        _clause(judge, where, ("任务", "duty"), key, duty.clause)
        _names(judge, where, duty)
        _about(judge, where, duty)
        _reach(judge, where, duty)
        _when(judge, where, duty)
        _hours(judge, where, duty)
        _verified(judge, where, duty)
        _closed(judge, where, duty)
        _announced(judge, where, duty)
        _care(judge, where, duty)


def _clause(judge: Judge, where: Where, kind: tuple[str, str], key: str, clause: str) -> None:
    if not clause:
        zh, en = f"{kind[0]}“{key}”没有写依据（clause）。", f"The {kind[1]} “{key}” has no clause."
        judge.remind("no_clause", where, zh, en)


def _names(judge: Judge, where: Where, duty: Duty) -> None:
    scheme = judge.scheme
    named = (
        ("who", duty.who, POST, scheme.posts),
        ("phases", duty.phases, PHASE, scheme.phases),
        ("items", duty.items, ITEM, scheme.items),
        ("form", (duty.form,) if duty.form else (), FORM, scheme.forms),
        ("signed_by", (duty.signed_by,) if duty.signed_by else (), POST, scheme.posts),
        ("received_by", (duty.received_by,) if duty.received_by else (), POST, scheme.posts),
        ("verifies", (duty.verifies,) if duty.verifies else (), DUTY, scheme.duties),
    )
    for key, names, kind, known in named:
        for name in names:
            if name not in known:
                judge.unknown((*where, key), kind, name, known)
    if not duty.who:
        zh, en = f"任务“{duty.id}”没有写由谁做（who）。", f"Nobody does the duty “{duty.id}” (who)."
        judge.error("nobody_does_it", where, zh, en)
    if duty.together and len(duty.who) < 2:
        zh, en = "together 须写两个以上岗位。", "“together” needs two posts or more."
        judge.error("not_together", (*where, "together"), zh, en)


def _about(judge: Judge, where: Where, duty: Duty) -> None:
    scheme, here = judge.scheme, (*where, "of")
    register = scheme.registers.get(duty.of.of)
    if register is None:
        if duty.of.of not in scheme.levels:
            zh, en = "层级或台账", "level or register"
            judge.unknown(here, (zh, en), duty.of.of, (*scheme.levels, *scheme.registers))
        elif duty.of.tests:
            zh = f"“{duty.of.of}”是层级，不能加条件；条件只用于台账。"
            en = f"“{duty.of.of}” is a level; only entries of a register are selected by facets."
            judge.error("facets_of_level", here, zh, en)
        return
    form = scheme.forms.get(register.form)
    for facet, values in duty.of.tests:
        if facet not in register.facets:
            judge.unknown(here, FACET, facet, register.facets)
            continue
        field = form.by_id.get(facet) if form else None
        known = [option.id for option in field.choices] if field and field.choices else ["true", "false"]
        for value in values:
            if field and value not in known:
                judge.unknown(here, (f"“{facet}”的选项", f"choice of “{facet}”"), value, known)


def _reach(judge: Judge, where: Where, duty: Duty) -> None:
    """Whoever owes a duty holds a post of an area that what it is about lies in: else nobody ever owes it."""
    posts = [judge.scheme.posts[name] for name in duty.who if name in judge.scheme.posts]
    order = list(judge.scheme.levels)
    depth = order.index(duty.of.of) if duty.of.of in order else len(order)
    far = [one for one in posts if one.at not in order or order.index(one.at) > depth]
    if far and (duty.together or len(far) == len(posts)):
        names = "、".join(one.id for one in far)
        zh = f"“{names}”够不到“{duty.of}”：部门岗位没有辖区，岗位的层级也不能低于对象。"
        en = (
            f"“{names.replace('、', ', ')}” can't reach “{duty.of}”: a post of a department has no area, and a post "
            f"below the object's level doesn't see it."
        )
        judge.error("out_of_reach", (*where, "who"), zh, en)


def _when(judge: Judge, where: Where, duty: Duty) -> None:
    written = [key for key in WHENS if key in judge.document.rules["duties"][duty.id]]
    if len(written) != 1:
        zh = f"任务须写且只写一项：{'、'.join(WHENS)}；这里写了 {'、'.join(written) or '零项'}。"
        en = f"A duty has exactly one of {', '.join(WHENS)}; this has {', '.join(written) or 'none'}."
        judge.error("when_is_it_due", where, zh, en)
    if duty.on:
        _rule(judge, (*where, "on"), duty.on)
    if bool(duty.within) != bool(duty.starts_on):
        zh, en = (
            "within 与 starts_on 须同时写：何事之后、多久之内。",
            "within and starts_on go together: after what, how soon.",
        )
        judge.error("within_what", where, zh, en)
    for event in duty.starts_on:
        if event.startswith(ENTRY):
            if event.removeprefix(ENTRY) not in judge.scheme.registers:
                judge.unknown((*where, "starts_on"), REGISTER, event.removeprefix(ENTRY), judge.scheme.registers)
        elif event not in judge.scheme.follow_ups:
            known = (*judge.scheme.follow_ups, *(f"{ENTRY}{one}" for one in judge.scheme.registers))
            judge.unknown((*where, "starts_on"), ("后续任务", "follow-up"), event, known)


def _hours(judge: Judge, where: Where, duty: Duty) -> None:
    """Stretches stand in order; several are filled by as many activities a day; each has room for one."""
    here = (*where, "hours")
    if duty.hours and duty.starts_on:
        zh = "由事件触发的任务（starts_on）随时可办，不能写 hours；多久之内写在 within。"
        en = "What an event starts is done at any hour: no hours beside starts_on; within says how soon."
        judge.error("hours_of_event", here, zh, en)
        return
    for code, text in faults(duty.hours, a_day=duty.a_day, minutes=duty.minutes):
        judge.error(code, here, text.zh, text.en)


def _announced(judge: Judge, where: Where, duty: Duty) -> None:
    """What residents read ahead has its day and takes place in an area: nobody reads whose home is visited."""
    if not duty.notice:
        return
    here = (*where, "notice")
    if not duty.on:
        zh = "提前公告（notice）只用于有固定日期的任务：请写 on（RFC 5545 规则）。"
        en = "Only what has its day can be announced ahead (notice): write on, an RFC 5545 rule."
        judge.error("notice_without_day", here, zh, en)
    if duty.of.of in judge.scheme.registers:
        zh = f"“{duty.of}”是台账条目，不能向居民公告走访谁；notice 只用于按层级（如 community）的任务。"
        en = f"“{duty.of}” are entries: residents never read who is visited. notice is for areas of a level."
        judge.error("notice_of_entries", here, zh, en)
    try:
        ahead = Duration.parse(duty.notice)
    except BadDuration:
        return  # said already, where the spelling is looked at
    if ahead.unit.by_seconds or not 0 < ahead.amount <= _MOST_AHEAD[ahead.unit]:
        zh = f"“{duty.notice}”不能用作提前公告：请写 1 到 366 天、1 到 250 个工作日或 1 到 12 个月，例如 7 days。"
        en = f"“{duty.notice}” is no notice ahead: write 1 to 366 days, 1 to 250 workdays or 1 to 12 months: 7 days."
        judge.error("notice_how_long", here, zh, en)


def _rule(judge: Judge, where: Where, written: str) -> None:
    try:
        rule = parse_rule(written)
    except ValueError as bad:
        zh = f"“{written}”不是 RFC 5545 规则，例如 FREQ=MONTHLY;BYMONTHDAY=1,15。（{bad}）"
        en = f"“{written}” is no RFC 5545 rule, such as FREQ=MONTHLY;BYMONTHDAY=1,15. ({bad})"
        judge.error("bad_rule", where, zh, en)
        return
    first = rule.after(ANCHOR, inc=True)
    if first is None or first > datetime(2101, 1, 1):  # noqa: DTZ001  rules name days
        zh, en = f"“{written}”一天也没有指到。", f"“{written}” names no day at all."
        judge.error("rule_without_days", where, zh, en)


def _verified(judge: Judge, where: Where, duty: Duty) -> None:
    written = judge.document.rules["duties"][duty.id]
    if "sample" in written and not duty.verifies:
        zh, en = "抽样（sample）只用于核实：请写 verifies。", "A sample is drawn to verify: say what (verifies)."
        judge.error("sample_of_what", (*where, "sample"), zh, en)
    checked = judge.scheme.duties.get(duty.verifies)
    if checked is None:
        if duty.activity == "verification" and not duty.verifies:
            zh, en = "核实任务须写核实哪项任务（verifies）。", "A verification must say which duty it verifies."
            judge.error("verifies_what", where, zh, en)
        return
    if checked.id == duty.id:
        zh, en = "任务不能核实自己。", "A duty can't verify itself."
        judge.error("verifies_itself", (*where, "verifies"), zh, en)
    elif duty.who and set(duty.who) <= set(checked.who):
        zh = f"“{checked.id}”由{'、'.join(checked.who)}做，不能由同一岗位核实。"
        en = f"“{checked.id}” is done by {', '.join(checked.who)}; the same post can't verify it."
        judge.error("verified_by_doer", (*where, "who"), zh, en)


def _closed(judge: Judge, where: Where, duty: Duty) -> None:
    if (duty.closes == "signature") != bool(duty.signed_by):
        zh, en = 'closes = "signature" 与 signed_by 须同时写。', "closes = “signature” and signed_by go together."
        judge.error("signed_by_whom", where, zh, en)
    if duty.nil and duty.closes != "report":
        zh, en = '零报告（nil）只用于 closes = "report" 的任务。', "nil is for duties with closes = “report”."
        judge.error("nil_of_what", (*where, "nil"), zh, en)
    if duty.received_by and duty.activity != "report":
        zh, en = (
            'received_by 只用于 activity = "report" 的任务。',
            "received_by is for duties with activity = “report”.",
        )
        judge.error("received_what", (*where, "received_by"), zh, en)
    if duty.received_by and duty.received_by in duty.who:
        zh, en = "报告不能由报送的岗位自己接收。", "Whoever hands a report in can't receive it."
        judge.error("received_by_doer", (*where, "received_by"), zh, en)
    _received(judge, where, duty)
    if duty.signed_by and duty.who == (duty.signed_by,):
        zh, en = "做的人不能给自己签字。", "Whoever does it can't sign for it."
        judge.error("signed_by_doer", (*where, "signed_by"), zh, en)


def _received(judge: Judge, where: Where, duty: Duty) -> None:
    """Whoever receives a report stands over the area that it tells of: a post of the writer's level or above."""
    order, posts = list(judge.scheme.levels), judge.scheme.posts
    by = posts.get(duty.received_by)
    if by is None:
        return
    above = order[: order.index(by.at)] if by.at in order else order
    if any(posts[one].at in above for one in duty.who if one in posts):
        zh = f"“{by.id}”收不到这份报告：须是有辖区的岗位，且层级不低于报送的岗位。"
        en = f"“{by.id}” can't receive this report: it takes a post with an area, of the writer's level or above."
        judge.error("received_out_of_reach", (*where, "received_by"), zh, en)


def _care(judge: Judge, where: Where, duty: Duty) -> None:
    """Care cases are known to their worker and supervisor only: nobody draws, verifies or signs, none starts a duty."""
    register = judge.scheme.registers.get(duty.of.of)
    if register is not None and register.care and duty.verifies:
        zh = f"“{register.id}”是帮扶台账，只有负责人和督导人看得到，不能抽样或由他人核实。"
        en = f"“{register.id}” holds care cases, which only their worker and supervisor see: nobody verifies them."
        judge.error("care_not_drawn", (*where, "of"), zh, en)
    if register is not None and register.care and duty.closes == "signature":
        zh = f"“{register.id}”是帮扶台账，别人看不到走访记录，签不了字，这一轮永远结不了：请去掉 closes 和 signed_by。"
        en = (
            f"“{register.id}” holds care cases: nobody else sees the record, so nobody can sign it and no round would "
            f"ever end. Leave closes and signed_by out."
        )
        judge.error("care_not_signed", (*where, "closes"), zh, en)
    for event in duty.starts_on:
        started = judge.scheme.registers.get(event.removeprefix(ENTRY)) if event.startswith(ENTRY) else None
        if started is not None and started.care:
            zh = "新建帮扶对象不能触发任务：本区岗位都会看到。"
            en = "A new care case starts no duty: everybody at the post would see it."
            judge.error("care_starts_nothing", (*where, "starts_on"), zh, en)
