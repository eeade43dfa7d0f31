"""Saved views: who has one may change it; who no longer acts for a desk has none of its views."""

from datetime import timedelta

import pytest

from gezhi.cases import operations, queries
from gezhi.cases.errors import BadInput, Forbidden, ViewGone
from gezhi.cases.models import SavedView
from gezhi.cases.tests.conftest import District
from gezhi.foundation.models import JournalEntry
from gezhi.people.access import desks_of, forget
from gezhi.people.models import Account, Appointment

pytestmark = pytest.mark.django_db


def desk(district: District, who: Account) -> str:
    return desks_of(who, district.now)[0].key


def names(district: District, who: Account) -> list[str]:
    forget(who)
    return [view.name for view in queries.views(account=who, now=district.now)]


def save(district: District, who: Account, name: str, **more: str) -> SavedView:
    query = {"light": "red"}
    return operations.save_view(actor=who, name=name, page="queue", query=query, now=district.now, **more)


def test_a_private_view_is_its_makers_only(district: District) -> None:
    view = save(district, district.cast.head, "超期的")
    assert names(district, district.cast.head) == ["超期的"]
    assert names(district, district.cast.worker) == []
    for stranger in (district.cast.worker, district.cast.other_head):
        with pytest.raises(ViewGone):
            operations.delete_view(actor=stranger, view=view.pk, now=district.now)
        with pytest.raises(ViewGone):
            operations.change_view(actor=stranger, view=view.pk, name="我的", now=district.now)


def test_a_shared_view_is_had_and_changed_by_whoever_acts_for_the_desk(district: District) -> None:
    cast = district.cast
    office = desk(district, cast.clerk)
    view = save(district, cast.clerk, "急件", desk_key=office)
    colleague = cast.other_clerk
    assert names(district, colleague) == []
    own = Appointment.objects.get(account=cast.clerk)
    Appointment.objects.create(
        account=colleague, post=own.post, department=own.department, since=district.now - timedelta(days=1)
    )
    assert names(district, colleague) == ["急件"]
    operations.change_view(actor=colleague, view=view.pk, name="最急的", desk_key=office, now=district.now)
    Appointment.objects.filter(pk=own.pk).update(until=district.now)
    assert names(district, cast.clerk) == []
    assert names(district, colleague) == ["最急的"]
    with pytest.raises(ViewGone):
        operations.delete_view(actor=cast.clerk, view=view.pk, now=district.now)
    assert [row.action for row in JournalEntry.objects.filter(book="views").order_by("seq")] == ["save", "change"]


def test_nobody_shares_with_a_desk_of_others(district: District) -> None:
    cast = district.cast
    for who in (cast.worker, cast.dispatcher, cast.outsider, cast.resident):
        with pytest.raises(Forbidden):
            save(district, who, "全站", desk_key=desk(district, cast.head))
    assert not SavedView.objects.exists()


def test_views_stand_in_the_order_that_they_are_given(district: District) -> None:
    head = district.cast.head
    first, second = save(district, head, "一"), save(district, head, "二")
    operations.move_view(actor=head, view=second.pk, up=True, now=district.now)
    assert names(district, head) == ["二", "一"]
    operations.move_view(actor=head, view=second.pk, up=True, now=district.now)
    assert names(district, head) == ["二", "一"]
    operations.delete_view(actor=head, view=first.pk, now=district.now)
    assert names(district, head) == ["二"]


@pytest.mark.parametrize("name", ["", "  \n ", "长" * 41, "一"])
def test_a_name_is_given_short_and_once(district: District, name: str) -> None:
    save(district, district.cast.head, "一")
    with pytest.raises(BadInput):
        save(district, district.cast.head, name)
    assert names(district, district.cast.head) == ["一"]


def test_what_is_not_a_list_and_what_is_too_long_is_not_kept(district: District) -> None:
    head = district.cast.head
    with pytest.raises(BadInput):
        operations.save_view(actor=head, name="页", page="setup", query={}, now=district.now)
    with pytest.raises(BadInput):
        operations.save_view(actor=head, name="页", page="queue", query={"q": "长" * 600}, now=district.now)
