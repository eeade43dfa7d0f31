"""One predicate for lists and single pages; what moves away is lost from sight; nobody sees a complaint about
themselves.
"""

import pytest

from gezhi.cases import access, operations, queries
from gezhi.cases.access import Unscoped
from gezhi.cases.errors import BadInput, Forbidden, NotFound
from gezhi.cases.models import Case, CaseEvent, ContactLook, LogClosed
from gezhi.cases.tests.conftest import District
from gezhi.cases.tests.test_door import ROLES, to_department, to_district
from gezhi.people import operations as people
from gezhi.people.models import Account

PEOPLE = [role for role in ROLES if role not in {"reporter", "stranger"}]


def sees(district: District, who: Account, number: str) -> bool:
    """Say whether somebody sees a case, and hold every way of reading to the same answer."""
    now = district.now
    case = district.case(number)
    listed = number in {one.number for one in queries.cases(account=who, now=now).rows}
    searched = number in {one.number for one in queries.search(account=who, query=number, now=now)}
    worded = number in {one.number for one in queries.search(account=who, query="积水", now=now)}
    counted = queries.count(account=who, now=now) == len(queries.cases(account=who, now=now, size=500).rows)
    try:
        queries.case_page(account=who, number=number, now=now)
        opened = True
    except NotFound:
        opened = False
    assert counted
    assert listed == searched == worded == opened == access.can_see(who, case, now)
    return opened


def who_sees(district: District, number: str) -> set[str]:
    return {role for role in PEOPLE if sees(district, getattr(district.cast, role), number)}


def test_the_line_of_areas_sees_it_and_nobody_beside(district: District) -> None:
    opened = district.open()
    assert who_sees(district, opened.number) == {"worker", "head", "centre", "dispatcher", "leader"}


def test_a_department_sees_it_while_it_is_there(district: District) -> None:
    opened = district.open()
    to_department(district, opened.number)
    assert {"clerk", "other_clerk"} <= who_sees(district, opened.number)
    district.act(district.cast.clerk, opened.number, "send_back", answers={"reason": "不归我们"})
    assert not {"clerk", "other_clerk"} & who_sees(district, opened.number)
    with pytest.raises(NotFound):
        district.act(district.cast.clerk, opened.number, "finish", answers={"result": "晚了"})


def test_a_case_handed_over_leaves_the_first_departments_sight(district: District) -> None:
    opened = district.open()
    to_district(district, opened.number)
    district.act(district.cast.dispatcher, opened.number, "dispatch", answers={"lead": "city_management"})
    assert "clerk" in who_sees(district, opened.number)
    district.act(district.cast.dispatcher, opened.number, "hand_over", answers={"lead": "water", "reason": "是水务的"})
    seen = who_sees(district, opened.number)
    assert ("clerk" in seen, "other_clerk" in seen) == (False, True)
    assert queries.queue(account=district.cast.other_clerk, now=district.now).rows
    assert not queries.queue(account=district.cast.clerk, now=district.now).rows


def test_who_did_the_work_sees_how_it_ends(district: District) -> None:
    opened = district.open()
    to_district(district, opened.number)
    district.act(district.cast.dispatcher, opened.number, "dispatch", answers={"lead": "water"})
    district.act(district.cast.other_clerk, opened.number, "finish", answers={"result": "修好了"})
    assert "other_clerk" in who_sees(district, opened.number)
    district.act(district.cast.worker, opened.number, "confirm")
    district.act(None, opened.number, "accept", answers={"rating": "satisfied"}, secret=opened.secret)
    assert "other_clerk" in who_sees(district, opened.number)
    assert "clerk" not in who_sees(district, opened.number)


def test_a_complaint_about_an_official_is_never_held_or_seen_by_that_official(district: District) -> None:
    cast = district.cast
    opened = district.open(about=(f"person:{cast.worker.pk}",))
    assert opened.desk_key == f"station_head@{cast.villages[0].code}"
    assert who_sees(district, opened.number) == {"head", "centre", "dispatcher", "leader"}
    with pytest.raises(NotFound):
        district.act(cast.worker, opened.number, "settle", answers={"result": "没事"})
    assert queries.counts(account=cast.worker, now=district.now).total == 0


def test_a_complaint_about_a_post_means_its_holder_also_after_a_transfer(district: District) -> None:
    cast = district.cast
    opened = district.open(about=(f"grid_worker@{cast.grids[0].code}",))
    people.appoint(
        actor=None, account=cast.worker, post="station_head", area=cast.villages[0], department=None, stand_in=True,
        since=district.now, now=district.now,
    )  # fmt: skip
    district.later(minutes=1)
    assert "worker" not in who_sees(district, opened.number)
    assert "head" in who_sees(district, opened.number)


def test_a_complaint_about_a_department_goes_past_it(district: District) -> None:
    opened = district.open(about=("department:city_management",))
    to_district(district, opened.number)
    district.act(district.cast.dispatcher, opened.number, "dispatch", answers={"lead": "city_management"})
    assert district.case(opened.number).desk_key != "department:city_management"
    assert "clerk" not in who_sees(district, opened.number)


def test_a_shared_desk_stays_with_the_colleagues(district: District) -> None:
    cast = district.cast
    people.appoint(
        actor=None, account=cast.outsider, post="grid_worker", area=cast.grids[0], department=None, stand_in=True,
        since=district.now, now=district.now,
    )  # fmt: skip
    district.later(minutes=1)
    opened = district.open(about=(f"person:{cast.worker.pk}",))
    assert opened.desk_key == f"grid_worker@{cast.grids[0].code}"
    seen = who_sees(district, opened.number)
    assert ("outsider" in seen, "worker" in seen) == (True, False)
    assert queries.queue(account=cast.outsider, now=district.now).rows
    assert not queries.queue(account=cast.worker, now=district.now).rows


def test_who_reported_sees_it_unless_anonymous(district: District) -> None:
    resident = district.cast.resident
    named = district.open(resident, reporter=resident)
    hidden = district.open(resident, reporter=resident, anonymous=True)
    mine = queries.cases(account=resident, now=district.now).rows
    assert [case.number for case in mine] == [named.number]
    assert queries.track_own(account=resident, number=named.number, now=district.now) is not None
    assert queries.track_own(account=resident, number=hidden.number, now=district.now) is None


def test_the_contact_is_shown_to_who_must_call_and_each_look_is_noted(district: District) -> None:
    cast = district.cast
    opened = district.open(contact="何女士 13900001234")
    shown = operations.look_at_contact(actor=cast.worker, number=opened.number, purpose="约时间上门", now=district.now)
    assert shown == "何女士 13900001234"
    with pytest.raises(Forbidden):
        operations.look_at_contact(actor=cast.leader, number=opened.number, purpose="看看", now=district.now)
    with pytest.raises(NotFound):
        operations.look_at_contact(actor=cast.clerk, number=opened.number, purpose="看看", now=district.now)
    with pytest.raises(BadInput):
        operations.look_at_contact(actor=cast.worker, number=opened.number, purpose=" ", now=district.now)
    look = ContactLook.objects.get()
    assert (look.account, look.purpose) == (cast.worker, "约时间上门")
    assert operations.verify_log(district.case(opened.number)).entries == 2
    page = queries.case_page(account=cast.leader, number=opened.number, now=district.now)
    assert (page.has_contact, page.can_see_contact) == (True, False)
    assert "13900001234" not in repr(page.story) + repr(page.state)


def test_reads_must_say_for_whom() -> None:
    for read in (
        Case.objects.all,
        Case.objects.count,
        lambda: Case.objects.filter(number="1"),
        lambda: Case.objects.get(number="1"),
    ):
        with pytest.raises(Unscoped):
            read()
    with pytest.raises(Unscoped):
        Case.objects.unscoped(reason="")


def test_nobody_sees_nothing(district: District) -> None:
    district.open()
    assert queries.cases(account=None, now=district.now).rows == ()


def test_the_log_can_be_appended_only(district: District) -> None:
    opened = district.open()
    rows = CaseEvent.objects.filter(case_id=opened.case_id)
    row = rows.get()
    for change in (
        row.save,
        row.delete,
        rows.delete,
        lambda: rows.update(body=""),
        lambda: rows.bulk_update([row], ["body"]),
    ):
        with pytest.raises(LogClosed):
            change()


def test_a_complaint_that_names_nobody_is_kept_from_every_post_of_its_place(district: District) -> None:
    cast = district.cast
    opened = district.open(item="staff.grid")
    case = district.case(opened.number)
    assert case.desk_key.startswith("centre_staff@")
    for official in (cast.worker, cast.head):
        assert not Case.objects.visible_to(official, now=district.now).filter(pk=case.pk).exists()
    assert Case.objects.visible_to(cast.centre, now=district.now).filter(pk=case.pk).exists()


def test_a_complaint_without_a_place_is_kept_from_the_posts_of_the_place_it_is_given(district: District) -> None:
    cast = district.cast
    opened = district.open(item="staff.grid", lon=None, lat=None)
    operations.place(
        actor=cast.dispatcher, number=opened.number, area=cast.grids[0].code, now=district.later(minutes=5)
    )
    case = district.case(opened.number)
    assert not Case.objects.visible_to(cast.worker, now=district.now).filter(pk=case.pk).exists()
    assert Case.objects.visible_to(cast.centre, now=district.now).filter(pk=case.pk).exists()
