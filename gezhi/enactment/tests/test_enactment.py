"""A scheme is put into force once, on a day, by somebody who may; what is in force is never edited."""

from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from pytest_django import DjangoAssertNumQueries

from gezhi.enactment import operations, queries
from gezhi.enactment.models import SchemeVersion
from gezhi.foundation import journal
from gezhi.people import access
from gezhi.people.models import Department
from gezhi.people.tests.cast import Cast
from gezhi.schemes.source import gather, shipped

NOW = datetime(2026, 5, 8, 17, 0, tzinfo=UTC)  # 01:00 on 9 May here
TODAY = date(2026, 5, 9)


def _files(version: str = "1", limit: str = "3 workdays", scheme: str = "small", item: str = "") -> dict[str, str]:
    text = f"""
scheme = "{scheme}"
version = "{version}"
title = {{zh = "小方案", en = "Small scheme"}}
timezone = "Asia/Shanghai"
[[levels]]
id = "district"
title = "区"
[[levels]]
id = "grid"
title = "网格"
[posts.grid_worker]
title = {{zh = "网格员", en = "Grid worker"}}
at = "grid"
rights = ["see_contact"]
[procedures.simple]
title = "简单"
first = "scene"
clause = "X1"
[procedures.simple.steps.scene]
title = "现场"
holder = "grid_worker"
limit = "{limit}"
clause = "X1"
[procedures.simple.actions.settle]
title = "办结"
from = "scene"
to = "closed"
clause = "X1"
"""
    item = item or f"{scheme}_litter"
    catalogue = f"id,title,parent,procedure,department,urgency,limit\n{item},垃圾,,simple,parks,,\n"
    departments = "id,title,title_en,level\nparks,园林局,Parks,district\n"
    return {
        f"{scheme}/scheme.toml": text,
        f"{scheme}/catalogue.csv": catalogue,
        f"{scheme}/departments.csv": departments,
    }


def _enact(files: dict[str, str], on: date = TODAY, accepted: dict[str, str] | None = None) -> operations.Enacted:
    return operations.enact(files=files, actor=None, on=on, now=NOW, accepted=accepted)


def test_the_version_of_the_day_applies_and_the_earlier_one_stays(db: None) -> None:
    first = _enact(_files("1"))
    second = _enact(_files("2", "2 workdays"), TODAY + timedelta(days=10))
    assert queries.in_force("small", TODAY)[0].pk == first.row.pk
    assert queries.in_force("small", TODAY + timedelta(days=9))[0].version == "1"
    row, scheme = queries.in_force("small", TODAY + timedelta(days=10))
    assert row.pk == second.row.pk
    assert scheme.version == "2"
    assert queries.scheme(first.row.pk).version == "1"


def test_a_correction_of_the_same_day_replaces_for_what_begins(db: None) -> None:
    _enact(_files("1"))
    later = operations.enact(files=_files("1.1"), actor=None, on=TODAY, now=NOW + timedelta(hours=1))
    assert queries.in_force("small", TODAY)[0].pk == later.row.pk


def test_several_schemes_are_in_force_over_one_territory(db: None) -> None:
    _enact(_files("1"))
    _enact(_files("1", scheme="other"))
    _enact(_files("2", scheme="other"), TODAY + timedelta(days=1))
    assert [(row.scheme, row.version) for row, _scheme in queries.all_in_force(TODAY)] == [
        ("other", "1"),
        ("small", "1"),
    ]
    assert [row.version for row, _scheme in queries.all_in_force(TODAY + timedelta(days=1))] == ["2", "1"]


def test_before_its_day_nothing_is_in_force(db: None) -> None:
    _enact(_files("1"), TODAY + timedelta(days=1))
    with pytest.raises(queries.NotInForce, match="small"):
        queries.in_force("small", TODAY)


def test_a_version_is_never_edited(db: None) -> None:
    first = _enact(_files("1"))
    with pytest.raises(ValidationError, match="1"):
        _enact(_files("1", "9 workdays"))
    assert SchemeVersion.objects.get().sha256 == first.row.sha256


def test_a_past_day_is_refused_by_the_local_calendar(db: None) -> None:
    with pytest.raises(ValidationError, match="2026-05-08"):
        _enact(_files("1"), date(2026, 5, 8))
    assert not SchemeVersion.objects.exists()


@pytest.mark.parametrize("broken", ["scheme = ", 'scheme = "small"\nscheme = "twice"', 'colour = "red"'])
def test_a_scheme_with_errors_changes_nothing_and_says_where(db: None, broken: str) -> None:
    with pytest.raises(operations.NotEnacted) as refused:
        _enact({**_files("1"), "small/scheme.toml": broken})
    assert refused.value.findings[0].place.file == "small/scheme.toml"
    assert not SchemeVersion.objects.exists()
    assert journal.broken_entry("schemes") is None


@pytest.mark.parametrize("role", ["resident", "worker", "head", "clerk", "leader", "outsider"])
def test_only_who_may_enact_does(cast: Cast, role: str) -> None:
    with pytest.raises(access.Denied):
        operations.enact(files=_files(), actor=cast.role(role), on=TODAY, now=NOW)
    enacted = operations.enact(files=_files(), actor=cast.dispatcher, on=TODAY, now=NOW, note=" 首版 ")
    assert enacted.row.enacted_by == cast.dispatcher
    assert enacted.row.note == "首版"


def test_posts_and_departments_become_known_with_their_rights(cast: Cast) -> None:
    assert not access.holds(cast.worker, "see_contact", NOW)
    _enact(_files("1"))
    access.forget(cast.worker)
    assert access.holds(cast.worker, "see_contact", NOW)
    assert Department.objects.get(code="parks").say("en") == "Parks"


def test_a_reason_for_a_reminder_that_is_not_there_is_refused(db: None) -> None:
    with pytest.raises(ValidationError, match="no_such"):
        _enact(_files("1"), accepted={"no_such rule": "because"})


def test_an_accepted_reminder_is_kept_with_its_reason(cast: Cast) -> None:
    first = _enact(_files("1"))
    assert "unfilled_post" not in {one.code for one in first.reminders}, "the cast has grid workers"
    spare = '[posts.spare]\ntitle = "后备"\nat = "district"\n'
    files = {name: text + (spare if name.endswith(".toml") else "") for name, text in _files("2").items()}
    reason = {"unfilled_post posts.spare": " 年内招聘 "}
    second = _enact(files, accepted=reason)
    assert [(one["path"], one["reason"]) for one in second.row.accepted] == [("posts.spare", "年内招聘")]
    with pytest.raises(ValidationError, match="unfilled_post"):
        _enact(
            {**files, "small/scheme.toml": files["small/scheme.toml"].replace('"2"', '"3"')},
            accepted={"unfilled_post posts.spare": " "},
        )


def test_the_check_stands_before_the_door(db: None) -> None:
    """A scheme that can be read but leads nowhere is refused by the check, not only by its spelling."""
    files = _files("1")
    files["small/scheme.toml"] = files["small/scheme.toml"].replace('to = "closed"', 'to = "scene"')
    with pytest.raises(operations.NotEnacted):
        _enact(files)
    assert not SchemeVersion.objects.exists()


def test_the_parsed_scheme_is_read_once(db: None, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    _enact(_files("1"))
    queries.in_force("small", TODAY)
    with django_assert_num_queries(1):
        queries.in_force("small", TODAY)


@pytest.mark.parametrize("name", [path.parent.name for path in sorted(shipped().glob("*/scheme.toml"))])
def test_every_shipped_scheme_can_be_put_into_force_and_read_back(db: None, name: str) -> None:
    enacted = operations.enact(files=shipped() / name, actor=None, on=TODAY, now=NOW)
    kept = queries.scheme(enacted.row.pk)
    for part in fields(kept):
        assert getattr(kept, part.name) == getattr(enacted.scheme, part.name), part.name
    assert enacted.row.sha256 == operations.fingerprint(gather(Path(shipped() / name)))


@pytest.mark.django_db
def test_an_item_belongs_to_one_plan_at_a_time() -> None:
    operations.enact(files=_files(item="litter"), actor=None, on=TODAY + timedelta(days=5), now=NOW)
    with pytest.raises(ValidationError, match="litter"):
        operations.enact(files=_files(scheme="second", item="litter"), actor=None, on=TODAY, now=NOW)
    assert not SchemeVersion.objects.filter(scheme="second").exists()
    operations.enact(files=_files(scheme="second", item="leaves"), actor=None, on=TODAY, now=NOW)
    operations.enact(files=_files(version="2", item="litter"), actor=None, on=TODAY + timedelta(days=6), now=NOW)
