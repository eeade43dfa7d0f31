"""Taking in a table of staff: everything or nothing, the same way in a dry run."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from gezhi.foundation import journal
from gezhi.people import access, spans
from gezhi.people.models import Account, Department, Post
from gezhi.people.operations import _journal
from gezhi.people.operations.accounts import create_staff, normal_username
from gezhi.people.operations.passwords import Slip, issue_slip
from gezhi.people.operations.posts import appoint
from gezhi.people.staff_table import HEADINGS, Fault, StaffRow, StaffTable
from gezhi.territory.models import Area

type Progress = Callable[[int, int], None]


@dataclass(slots=True)
class StaffReport:
    """What came of an import: with any fault nothing was imported. `slips` are kept nowhere else: print them now."""

    accounts: int = 0
    appointments: int = 0
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    slips: list[Slip] = field(default_factory=list)


def import_staff(
    *,
    actor: Account | None,
    table: StaffTable,
    dry_run: bool,
    now: datetime,
    progress: Progress | None = None,
    hand_out: Callable[[Sequence[Slip]], None] | None = None,
) -> StaffReport:
    """Make the accounts and appointments of a table, and a slip for each new account.

    Nothing is imported when any row has a fault, or in a dry run, which otherwise does the same. `hand_out` gets the
    slips before the import is settled: if it fails (a full disk), nothing was imported.
    """
    access.require(actor, access.SETUP, now)
    report = StaffReport(faults=list(table.faults))
    places = _Places(table.rows)
    plans = [plan for row in table.rows if (plan := _plan(row, places, report)) is not None]
    _check_usernames(table.rows, report)
    if report.faults:
        return report
    with transaction.atomic():
        _carry_out(plans, actor, now, report, progress)
        if report.faults or dry_run:
            transaction.set_rollback(True)
            report.slips.clear()
            return report
        if hand_out is not None:
            hand_out(report.slips)
        journal.record(
            _journal.BOOK, "import_staff", actor=str(actor.pk) if actor else "", now=now,
            body={"accounts": report.accounts, "appointments": report.appointments},
        )  # fmt: skip
    return report


@dataclass(frozen=True, slots=True)
class _Plan:
    row: StaffRow
    username: str
    post: str = ""
    area: Area | None = None
    department: Department | None = None


class _Places:
    """What the table's words for areas, departments and posts mean, looked up together."""

    def __init__(self, rows: Sequence[StaffRow]) -> None:
        words = {row.area for row in rows if row.area}
        last = {word.split("/")[-1].strip() for word in words}
        found = Area.objects.filter(Q(code__in=words) | Q(name__in=last), until=None)
        self._areas = list(found.select_related("parent").defer("boundary", "parent__boundary"))
        self._departments = list(Department.objects.all())
        self._posts = list(Post.objects.order_by("since"))

    def areas(self, word: str) -> list[Area]:
        """Return the open areas that a code, a name, or the one above and a name mean."""
        *above, name = (part.strip() for part in word.split("/"))
        named = [area for area in self._areas if area.name == name and self._lies_below(area, above)]
        return [area for area in self._areas if area.code == word] or named

    def department(self, word: str) -> Department | None:
        """Return the department with a code or title."""
        return next((one for one in self._departments if word in {one.code, one.title, one.title_en}), None)

    def posts(self, word: str) -> list[Post]:
        """Return what the schemes say of the posts with an id or title."""
        return [post for post in self._posts if word in {post.post, post.title, post.title_en}]

    @staticmethod
    def _lies_below(area: Area, above: Sequence[str]) -> bool:
        return not above or (area.parent is not None and area.parent.name == above[-1])


def _plan(row: StaffRow, places: _Places, report: StaffReport) -> _Plan | None:
    before = len(report.faults)
    username = _username(row, report)
    if not row.post:
        return _Plan(row, username) if len(report.faults) == before else None
    area = _area(row, places, report) if row.area else None
    department = places.department(row.department) if row.department else None
    if row.department and department is None:
        _fault(report, row, "department", _("There is no department “%(word)s”.") % {"word": row.department})
    posts = places.posts(row.post)
    if not posts:
        _fault(report, row, "post", _("No scheme has the post “%(word)s”.") % {"word": row.post})
    if len(report.faults) > before:
        return None
    # One title may be borne by posts of several levels: the one of this place is meant.
    fitting = [post for post in posts if area is None or post.level == area.level] or posts
    return _Plan(row, username, fitting[-1].post, area, department)


def _username(row: StaffRow, report: StaffReport) -> str:
    try:
        return normal_username(row.username)
    except ValidationError as error:
        _fault(report, row, "username", " ".join(error.messages))
        return ""


def _area(row: StaffRow, places: _Places, report: StaffReport) -> Area | None:
    found = places.areas(row.area)
    if len(found) == 1:
        return found[0]
    if found:
        message = _("“%(word)s” is the name of %(count)d areas: write the code, or the one above and the name.")
    else:
        message = _("There is no area “%(word)s”.")
    _fault(report, row, "area", message % {"word": row.area, "count": len(found)})
    return None


def _check_usernames(rows: Sequence[StaffRow], report: StaffReport) -> None:
    """Note usernames that are taken, and those under which the table has two people."""
    wanted = {row.username.strip().lower() for row in rows}
    taken = set(Account.objects.filter(username__in=wanted).values_list("username", flat=True))
    names: dict[str, str] = {}
    for row in rows:
        username = row.username.strip().lower()
        if username in taken:
            _fault(report, row, "username", _("The username “%(name)s” is taken.") % {"name": username})
        elif names.setdefault(username, row.name) != row.name:
            _fault(
                report, row, "username",
                _("The username “%(name)s” is given to two people: %(first)s and %(second)s.")
                % {"name": username, "first": names[username], "second": row.name},
            )  # fmt: skip


def _carry_out(
    plans: Sequence[_Plan], actor: Account | None, now: datetime, report: StaffReport, progress: Progress | None
) -> None:
    accounts: dict[str, Account] = {}
    for done, plan in enumerate(plans, start=1):
        try:
            with transaction.atomic():
                account = accounts.get(plan.username) or _account(plan, actor, now, report)
                accounts[plan.username] = account
                _appoint(plan, account, actor, now, report)
        except ValidationError as error:
            _fault(report, plan.row, "post", " ".join(error.messages))
        except access.Denied as denied:
            # a row beyond the reach of whoever imports is a fault of that row, not the end of the whole table
            _fault(report, plan.row, "area", str(denied))
        if progress is not None:
            progress(done, len(plans))
    report.accounts = len(accounts)


def _account(plan: _Plan, actor: Account | None, now: datetime, report: StaffReport) -> Account:
    row = plan.row
    account = create_staff(
        actor=actor, username=plan.username, name=row.name, phone=row.phone, email=row.email, now=now
    )
    report.slips.append(issue_slip(actor=actor, account=account, now=now))
    return account


def _appoint(plan: _Plan, account: Account, actor: Account | None, now: datetime, report: StaffReport) -> None:
    if not plan.post:
        return
    row = plan.row
    first: date = row.since or spans.day_of(now)
    made = appoint(
        actor=actor,
        account=account,
        post=plan.post,
        area=plan.area,
        department=plan.department,
        since=spans.begin_of(first),
        until=spans.end_of(row.until) if row.until else None,
        stand_in=row.stand_in,
        now=now,
    )
    report.appointments += 1
    report.warnings += [Fault(row.number, HEADINGS["post"][0], warning) for warning in made.warnings]


def _fault(report: StaffReport, row: StaffRow, column: str, message: str) -> None:
    report.faults.append(Fault(row.number, HEADINGS[column][0], message))
