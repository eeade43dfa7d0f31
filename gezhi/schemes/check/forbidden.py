"""What no scheme may ask, keep, filter or score by, in Chinese and English. The product serves people.

Not refused is what speaks about these without recording them of a person: a bureau's name, a service that a resident
asks for ("registration of a religious site" is business of an office). So catalogue titles and department names are
not searched; questions, conditions, degrees of urgency and steps are.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from gezhi.schemes.check.conditions import conditions_in
from gezhi.schemes.check.forms import all_texts
from gezhi.schemes.check.judge import Judge, Where
from gezhi.schemes.text import Text

# kind → words; Chinese words match anywhere, English ones (also with _ or nothing between) as parts of names and texts
FORBIDDEN = {
    ("宗教信仰", "religion or belief"): "宗教|信仰|教派|礼拜|religio|belief|faith|church|mosque|\\bsect\\b",
    (
        "政治观点",
        "political opinion",
    ): "政治观点|政治倾向|政治立场|政见|思想倾向|political[ _-]?(opinion|view|leaning|stance)",
    ("上访、抗议经历", "petitioning or protest history"): (
        "上访|信访史|信访记录|信访次数|缠访|闹访|抗议经历|维权经历|"
        "petition(er|ing|s)?|protest[ _-]?(history|record)|protester"
    ),
    (
        "民族、种族",
        "ethnic origin",
    ): "民族成[分份]|民族身份|少数民族|所属民族|种族|\\bethnic|\\brace\\b|nationality[ _-]?group",
    ("个人稳定风险评分", "a stability risk score of a person"): (
        "维稳|稳控|稳定风险|不稳定因素|不稳定人员|不放心人员|重点人员?评分|风险人员|个人风险|信用惩戒|"
        "stability|risk[ _-]?(score|person|level of)|person[a-z]*[ _-]?risk|troublemaker|social[ _-]?credit"
    ),
    ("人脸、声纹识别", "face or voice recognition"): (
        "人脸|面部识别|声纹|语音识别身份|步态|\\bface|facial|voice[ _-]?(print|recognition|id)|biometric|\\bgait\\b"
    ),
    ("孕情、计划生育", "pregnancy or family planning"): (
        "孕情|孕检|怀孕|计划生育|计生|避孕|节育|超生|pregnan|family[ _-]?planning|contracepti|birth[ _-]?control"
    ),
    ("居民行踪", "residents' location history"): (
        "行踪|轨迹|活动轨迹|location[ _-]?history|whereabouts|movement[ _-]?track"
    ),
    (
        "示众的黑名单",
        "a shaming list of people",
    ): "黑名单|红黑榜|曝光台|失信榜|blacklist|shaming|name[ _-]?and[ _-]?shame",
}
# items of the catalogue are searched for lists, checks and scores of such people only
_LISTED = re.compile(
    "(信教|宗教|信仰|教徒|上访|信访|缠访|闹访|维权|少数民族|民族成分|不稳定|不放心|重点稳控|孕情|育龄|孕妇|超生)"
    "[^，。；、]{0,6}(人员|人群|对象|重点户|名单|名册|排查|摸排|台账|档案|评分|打分|积分|监测|管控|稳控|盯防)|"
    r"(religious|believers?|petition\w*|ethnic|pregnan\w*|unstable)[ _-]"
    "(people|persons?|lists?|register|records?|scores?|watch)",
    re.IGNORECASE,
)
# a face-to-face talk is no face recognition, a prayer is not meant by good faith
_HARMLESS = re.compile(
    r"face[ _-]to[ _-]face|in good faith|surface|(slope|wall|structur\w*|ground|soil)[ _-]stability", re.IGNORECASE
)
_PATTERNS = {kind: re.compile(words, re.IGNORECASE) for kind, words in FORBIDDEN.items()}


# people in need of care are written down in care registers only; a ramp or a canteen is no person
_CARE = re.compile(
    r"刑满|刑释|释放人员|服刑|社区矫正|社矫|吸毒|戒毒|涉毒|精神障碍|精神病|精神疾病|艾滋|传染病人|病史|病情|患者|病人|慢性病|"
    r"残疾(?!人?(坡道|设施|停车|卫生间|通道))|失能|留守儿童|困境儿童|孤儿|孤寡|未成年人|"
    r"老年人(?!活动|食堂|之家|大学|日间)|空巢老人|独居老人|高龄老人|"
    r"\bex[ _-]?(convict|offender|prisoner)|(released|discharged)[ _-]?(prisoner|from custody)|"
    r"community[ _-]correction|\bprobation|parole|drug[ _-]?(addict|user|rehab)|psychiatric|"
    r"mental(ly)?[ _-](ill|disorder)|\bhiv\b|disabled?\b"
    r"(?![ _-](access|toilet|parking|ramp))|disabilit|left[ _-]behind[ _-]child|orphan|\bminors\b|juvenile|"
    r"\belder(s|ly)\b|medical[ _-]history|\bpatients?\b|diagnos[ie]s",
    re.IGNORECASE,
)


def look(judge: Judge) -> None:
    """Report every field, condition or grade that the product refuses."""
    for where, text in _searched(judge):
        for zh, en, word in _refused(text):
            judge.error(
                "forbidden",
                where,
                f"不得登记或使用“{zh}”（“{word}”）。本系统不记录、不筛选、不评分这类个人信息，请删去。",
                f"“{word}”: {en} must not be recorded or used: no such field, filter or score exists here.",
            )
    for item in judge.scheme.items.values():
        found = _LISTED.search("\n".join((item.id, item.title.zh, item.title.en, item.note.zh, item.note.en)))
        if found:
            zh = f"“{found[0]}”是对这类个人的登记、排查或评分，不得列入事项目录，请删去。"
            en = f"“{found[0]}” lists, checks or scores people for what must not be recorded of them; remove the item."
            judge.error("forbidden", ("catalogue", item.id), zh, en)

    _care(judge)


@lru_cache(maxsize=16384)
def _refused(text: str) -> tuple[tuple[str, str, str], ...]:
    """Return what is refused of a text: what it is in both languages, and its word. Drafts are checked often."""
    harmless = _HARMLESS.sub("", text)
    return tuple((zh, en, found[0]) for (zh, en), pattern in _PATTERNS.items() if (found := pattern.search(harmless)))


def _care(judge: Judge) -> None:
    """Report what only a care register may hold."""
    scheme = judge.scheme
    theirs = {one.form for one in scheme.registers.values() if one.care}
    others = {one.form for one in scheme.registers.values() if not one.care}
    searched = [
        found
        for key, form in scheme.forms.items()
        if key not in theirs or key in others
        for found in all_texts(("forms", key), form)
    ]
    searched += [(("registers", key), _named(key, one.title)) for key, one in scheme.registers.items() if not one.care]
    for where, text in searched:
        found = _CARE.search(text)
        if found:
            zh = f"“{found[0]}”只能记入帮扶台账（care = true），写明用途、依据和保存期限。"
            en = f"“{found[0]}” belongs in a care register only (care = true), with purpose, basis and retention."
            judge.error("only_as_care", where, zh, en)


def _named(key: str, title: Text) -> str:
    return "\n".join((key, title.zh, title.en))


def _searched(judge: Judge) -> Iterator[tuple[Where, str]]:
    scheme = judge.scheme
    for key, question in scheme.questions.items():
        texts = [key, question.title.zh, question.title.en, question.hint.zh, question.hint.en]
        texts += [words for option in question.choices for words in (option.id, option.title.zh, option.title.en)]
        yield ("questions", key), "\n".join(texts)
    for key, urgency in scheme.urgencies.items():
        yield ("urgencies", key), "\n".join((key, urgency.title.zh, urgency.title.en))
    for where, procedure in judge.procedures():
        yield from conditions_in(where, procedure)
        for key, step in procedure.steps.items():
            yield (*where, "steps", key), "\n".join((key, step.title.zh, step.title.en))
    for key, notice in scheme.notices.items():
        yield ("notices", key, "when"), notice.when
    yield from _kept(judge)


def _kept(judge: Judge) -> Iterator[tuple[Where, str]]:
    scheme = judge.scheme
    for key, form in scheme.forms.items():
        yield from all_texts(("forms", key), form)
    for key, register in scheme.registers.items():
        yield ("registers", key), _named(key, register.title)
    for key, duty in scheme.duties.items():
        yield ("duties", key), "\n".join((_named(key, duty.title), duty.note.zh, duty.note.en))
