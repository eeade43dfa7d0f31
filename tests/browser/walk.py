"""The way through the product: how each address of the URL table is opened, by whom, and what there is to see.

An address that is no page says why; one that is missing fails `test_every_page`.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.urls import reverse

from tests.browser.lived_in import Lived
from tests.house.url_table import TABLE

type Arguments = Callable[[Lived], Mapping[str, Any]]
# those with most pages first, so that workers who share them end together
SURFACES = ("desk", "setup", "portal", "field", "account", "refusals")
STAFF = ("worker", "head", "centre", "dispatcher", "clerk", "leader")


@dataclass(frozen=True)
class Stop:
    """A page: who sees it (the first one as its main reader), its arguments, and the queries that show its states.

    A query may name cases of the district as `{joint}`. `first` is an address that this browser opens before; `begun`
    a draft that it holds; `status` what is expected.
    """

    roles: Sequence[str]
    args: Arguments = lambda _lived: {}
    queries: Sequence[str] = ("",)
    first: Callable[[Lived], str] = lambda _lived: ""
    begun: str = ""
    status: int = HTTPStatus.OK


@dataclass(frozen=True)
class NoPage:
    """An address that shows no page of its own."""

    why: str


def case(name: str) -> Arguments:
    """Name a case of the district in an address."""
    return lambda lived: {"number": lived.numbers[name]}


def register(name: str) -> Arguments:
    """Name a register in an address."""
    return lambda _lived: {"register": name}


def entry(name: str) -> Arguments:
    """Name an entry of the district in an address."""
    return lambda lived: dict(zip(("register", "code"), lived.entries[name], strict=True))


def _draft(step: str) -> Arguments:
    return lambda _lived: {"key": f"walked-{step}-walked-walked"}


def _slip(name: str) -> Callable[[Lived], str]:
    return lambda lived: f"/t/{lived.numbers[name]}/{lived.codes[name]}"


def grid(lived: Lived) -> Mapping[str, Any]:
    """Open the first grid."""
    return {"code": lived.cast.grids[0].code}


def duty(name: str) -> Arguments:
    """Name a duty in the first grid."""
    return lambda lived: {"duty": name, "code": lived.cast.grids[0].code}


def webhook(lived: Lived) -> Mapping[str, Any]:
    """Open the webhook of the district."""
    return {"endpoint": lived.endpoint}


def activity(name: str) -> Arguments:
    """Name an activity of the district."""
    return lambda lived: {"pk": lived.activities[name]}


def draw(name: str) -> Arguments:
    """Name a sample that was drawn in the district."""
    return lambda lived: {"pk": lived.draws[name]}


PART = NoPage("a part that a page loads")
FILE = NoPage("a file")
SENT = NoPage("what was found in a file that somebody sent: see test_setup_ground")
LEADS_ON = NoPage("leads on to a page")

WALK: dict[str, Stop | NoPage] = {
    "healthz": NoPage("for machines"),
    "web:outlines": NoPage("data of a map"),
    "web:pick_entries": NoPage("data of a list below a box"),
    "web:kept_file": FILE,
    "web:portal_result_photo": FILE,
    "web:portal_look": PART,
    "web:portal_photo": FILE,
    "web:field_file": FILE,
    "web:desk_file": FILE,
    "web:desk_aside": PART,
    "web:account_session": NoPage("data for the page's clock"),
    "web:portal_open": LEADS_ON,
    "web:account_end_sessions": NoPage("only sent to"),
    # ── account ──
    "web:login": Stop(["anonymous"], queries=("", "?next=/desk/")),
    "web:login_code": Stop(["halfway"]),
    "web:login_slip": Stop(["anonymous"]),
    "web:login_slip_code": Stop(["anonymous"], args=lambda _lived: {"code": "abcde"}),
    "web:register": Stop(["anonymous"]),
    "web:account": Stop(["worker", "resident"]),
    "web:account_password": Stop(["worker", "resident"]),
    "web:account_factor": Stop(["worker", "resident"]),
    "web:account_inbox": Stop(["worker", "resident", "head", "dispatcher", "clerk"]),
    "web:account_unread": NoPage("data of the frame"),
    "web:account_message": LEADS_ON,
    "web:account_mail": NoPage("only sent to"),
    "web:account_mail_stop": NoPage("opened from a mail: see its own tests"),
    "web:account_back": Stop(["worker", "resident"]),
    "web:desk_colleagues": PART,
    # ── portal ──
    "web:portal_home": Stop(["anonymous", "resident", "worker"]),
    "web:portal_report": Stop(["anonymous", "resident"]),
    "web:portal_what": Stop(["anonymous"], _draft("what"), begun="what"),
    "web:portal_where": Stop(["anonymous"], _draft("where"), ("", "?under=511111102"), begun="where"),
    "web:portal_similar": Stop(["anonymous"], _draft("contact"), begun="contact"),
    "web:portal_followed": Stop(["resident"], case("followed")),
    "web:portal_results": Stop(["anonymous"], queries=("", "?kind=env", "?area=511111102")),
    "web:portal_card": Stop(["anonymous"], lambda lived: {"code": lived.cast.grids[0].code}),
    "web:portal_contact": Stop(["anonymous", "resident"], _draft("contact"), begun="contact"),
    "web:portal_receipt": Stop(["anonymous", "resident"], _draft("receipt"), begun="receipt"),
    "web:portal_track": Stop(["anonymous", "resident"]),
    "web:portal_case": Stop(["anonymous"], case("joint"), first=_slip("joint")),
    "web:portal_slip": Stop(["anonymous"], case("joint"), first=_slip("joint")),
    "web:portal_my_grid": Stop(["anonymous"], queries=("", "?under=511111102")),
    "web:portal_grid": Stop(["anonymous", "resident"], lambda lived: {"code": lived.cast.grids[0].code}),
    "web:portal_services": Stop(["anonymous"], queries=("", "?q=医")),
    "web:portal_service": Stop(["anonymous"], lambda _lived: {"scheme": "shawan", "item": "agency.medical"}),
    # ── field ──
    "web:field_today": Stop(["worker", "head", "outsider"]),
    "web:field_waiting": NoPage("data of the dock"),
    "web:field_outbox": Stop(["worker"]),
    "web:field_entries": Stop(["worker"]),
    "web:field_entry": NoPage("an entry that the phone holds: see test_offline"),
    "web:field_worker": NoPage("the script that keeps the field on a phone: see test_offline"),
    "web:field_manifest": NoPage("what an installed app is called"),
    "web:field_shell": NoPage("the field without a network: see test_offline"),
    "web:field_report": Stop(["worker", "head"], queries=("", "?item=env.litter")),
    "web:field_registers": Stop(
        ["worker", "head"], queries=("", "?q=qxl", "?register=households", "?q=nothing-so-called")
    ),
    "web:field_sent": Stop(["worker"], case("seen")),
    "web:field_correct": Stop(["worker"], case("seen")),
    "web:field_cases": Stop(
        ["worker", "head"], queries=("", "?show=passed", "?show=closed", "?show=all", "?q=垃圾", "?q=nothing-so-called")
    ),
    "web:field_rounds": Stop(["worker", "head", "outsider"]),
    "web:field_route": Stop(["worker", "outsider"]),
    "web:field_away": Stop(["worker", "outsider"]),
    "web:field_round": Stop(["worker"], duty("shawan.visit_class_3"), ("", "?show=all", "?q=nothing-so-called")),
    "web:field_begin": Stop(["worker"], duty("shawan.patrol")),
    "web:field_activity": Stop(["worker", "head"], activity("done")),
    "web:field_finding": NoPage("only sent to"),
    "web:field_end": NoPage("only sent to"),
    "web:field_change": NoPage("only sent to"),
    "web:field_activity_file": FILE,
    "web:field_me": Stop(["worker", "head", "outsider"]),
    "web:field_diary": Stop(["worker"], queries=("", "?from=2020-01-06")),
    "web:field_case": Stop(["worker", "head"], case("new")),
    # ── desk ──
    "web:desk_queue": Stop(["dispatcher", *(who for who in STAFF if who != "dispatcher"), "outsider", "steward"]),
    "web:desk_cases": Stop(
        ["dispatcher", "head", "clerk", "leader"], queries=("", "?q=垃圾", "?q=nothing-is-so-called")
    ),
    "web:desk_bulk": Stop(
        ["dispatcher"], queries=("", "?case={district}&case={joint}&do=note", "?case={joint}&do=supervise")
    ),
    "web:desk_bulk_run": NoPage("what several cases came to, once it ran"),
    "web:desk_bulk_result": FILE,
    "web:desk_views": Stop(["dispatcher", "worker"]),
    "web:desk_whistles": Stop(["dispatcher", "clerk", "worker"]),
    "web:desk_export": FILE,
    "web:desk_counts": NoPage("data of the navigation"),
    "web:desk_rounds": Stop(["head", "leader", "outsider"], queries=("", "?duty=shawan.patrol")),
    "web:desk_draws": Stop(["head", "outsider"]),
    "web:desk_draw": Stop(["head"], draw("second"), ("", "?again=yes")),
    "web:desk_excuses": Stop(["head", "outsider"]),
    "web:desk_books": Stop(["worker", "head"], queries=("?book=week", "?book=day", "?book=notice", "?on=2020-01-06")),
    "web:desk_hazards": Stop(["head"], queries=("", "?state=closed")),
    "web:desk_handbook": Stop(["head", "outsider"], queries=("", "?page=shawan.care_need", "?page=cases")),
    "web:desk_reports": Stop(["head"], queries=("", "?which=waiting")),
    "web:desk_report": Stop(["head", "worker"], activity("report")),
    "web:desk_supervised": Stop(["dispatcher", "leader", "worker"]),
    "web:desk_triage": Stop(["dispatcher"]),
    "web:desk_proposals": Stop(["dispatcher", "clerk", "worker"]),
    "web:desk_inbox": Stop(["clerk", "worker", "dispatcher"]),
    "web:desk_intake": Stop(["head", "dispatcher"]),
    "web:desk_receipt": Stop(["head"], case("new"), status=HTTPStatus.FOUND),
    "web:desk_case": Stop(["clerk", "dispatcher", "leader", "worker"], case("joint")),
    "web:desk_nearby": Stop(["worker", "dispatcher"], case("new")),
    "web:desk_place": Stop(["dispatcher"], case("outside")),
    "web:desk_item": Stop(["head", "dispatcher"], case("station")),
    "web:desk_merge": Stop(["worker"], case("twin")),
    "web:desk_registers": Stop(["worker", "clerk", "leader"], queries=("", "?q=清溪路", "?q=nothing")),
    "web:desk_register": Stop(
        ["worker", "head"],
        register("households"),
        queries=("", "?q=qxl", "?f.class=1", "?waiting=yes", "?q=nothing", "?view=map"),
    ),
    "web:desk_entry": Stop(["head", "clerk", "leader"], entry("home")),
    "web:desk_entry_new": Stop(["worker", "clerk"], register("households")),
    "web:desk_entry_edit": Stop(["worker"], entry("home")),
    "web:desk_register_import": Stop(["worker"], register("households")),
    "web:desk_register_template": FILE,
    "web:desk_register_export": Stop(["worker"], register("households")),
    "web:desk_register_run": NoPage("a large table under way: see its own tests"),
    "web:desk_register_run_file": FILE,
    "web:desk_entry_file": FILE,
    "web:desk_held": Stop(["dispatcher"]),
    "web:desk_care": Stop(["worker", "dispatcher"]),
    # ── setup ──
    "web:setup_schemes": Stop(["dispatcher", "steward", "worker"]),
    "web:setup_scheme": Stop(
        ["dispatcher", "leader"],
        lambda lived: {"version": lived.version},
        tuple(
            f"?part={part}"
            for part in (
                "overview",
                "flow",
                "limits",
                "items",
                "duties",
                "registers",
                "forms",
                "calendar",
                "notices",
                "clauses",
                "check",
            )
        ),
    ),
    "web:setup_document": Stop(["dispatcher"], lambda lived: {"version": lived.version}),
    "web:setup_workbook": FILE,
    "web:setup_form_workbook": FILE,
    "web:setup_take_form": Stop(["dispatcher"], lambda lived: {"plan": lived.version}),
    "web:setup_folder": FILE,
    "web:setup_audit_export": FILE,
    "web:setup_change": Stop(
        ["dispatcher"],
        lambda lived: {"plan": lived.version},
        (
            "?what=item",
            "?what=department",
            "?what=rate&id=patrol",
            "?what=evidence&id=patrol",
            "?what=asks&at=procedures.report_up",
            "?what=asks&at=procedures.report_up.actions.settle",
            "?what=post&id=grid_worker",
            "?what=notice&id=late_department",
            "?what=hours",
            "?what=limit&at=procedures.report_up.steps.department",
        ),
    ),
    "web:setup_try": Stop(["dispatcher"], lambda lived: {"plan": lived.version}, ("?item=env.litter",)),
    "web:setup_enact": NoPage("needs a draft: walked in test_setup_plan"),
    "web:setup_upload": Stop(["dispatcher"]),
    "web:setup_compare": Stop(["dispatcher"]),
    "web:setup_catalogue": Stop(["clerk", "dispatcher"], queries=("", "?q=bllj", "?q=zzz")),
    "web:setup_calendars": Stop(["worker"], queries=("", "?amount=x", "?year=2030")),
    "web:setup_notices": Stop(["dispatcher"]),
    "web:setup_audit": Stop(["dispatcher"], queries=("", "?who=nobody")),
    "web:setup_begin": Stop(["steward"]),
    "web:setup_areas": Stop(["dispatcher", "steward"], queries=("", "?q=nowhere", "?on=2021-01-01")),
    "web:setup_ground": NoPage("data of a map"),
    "web:setup_branch": PART,
    "web:setup_area": Stop(["dispatcher"], grid, ("", "?on=2015-01-01")),
    "web:setup_area_edit": Stop(["dispatcher"], grid),
    "web:setup_area_split": Stop(["dispatcher"], grid),
    "web:setup_area_merge": Stop(["dispatcher"], grid),
    "web:setup_area_redraw": Stop(["dispatcher"], grid),
    "web:setup_borders": Stop(["dispatcher"]),
    "web:setup_areas_import": Stop(["dispatcher", "steward"]),
    "web:setup_areas_template": FILE,
    "web:setup_import_areas_run": SENT,
    "web:setup_import_areas_map": NoPage("data of a map"),
    "web:setup_people": Stop(["dispatcher", "steward"], queries=("", "?show=no_post", "?q=nobody")),
    "web:setup_person_new": Stop(["dispatcher"]),
    "web:setup_people_import": Stop(["dispatcher"]),
    "web:setup_people_template": FILE,
    "web:setup_people_import_run": SENT,
    "web:setup_appoint": Stop(["dispatcher"], queries=("", "?who=网格&post=grid_worker&area=网格")),
    "web:setup_coverage": Stop(["dispatcher"], queries=("", "?show=empty", "?level=department")),
    "web:setup_departments": Stop(["dispatcher"]),
    "web:setup_person": Stop(["dispatcher"], lambda lived: {"person": lived.cast.worker.pk}),
    "web:setup_person_edit": Stop(["dispatcher"], lambda lived: {"person": lived.cast.worker.pk}),
    "web:setup_person_transfer": Stop(
        ["dispatcher"],
        lambda lived: {"person": lived.cast.worker.pk, "held": lived.cast.worker.appointments.get().pk},
    ),
    "web:setup_doors": Stop(["dispatcher"]),
    "web:setup_webhook": Stop(["dispatcher"], webhook, ("", "?state=failed", "?state=held")),
    "web:setup_webhook_renew": NoPage("leads to the page of the webhook: see test_webhooks"),
}

# Pages that show something else for another matter: address name → the case's name → who looks.
ALSO: tuple[tuple[str, str, str], ...] = (
    ("web:portal_case", "new", "anonymous"),
    ("web:portal_case", "sign", "anonymous"),
    ("web:portal_case", "closed", "anonymous"),
    ("web:portal_case", "papers", "anonymous"),
    ("web:portal_case", "complaint", "anonymous"),
    ("web:field_case", "stuck", "worker"),
    ("web:field_case", "verify", "head"),
    ("web:field_case", "papers", "worker"),
    ("web:desk_case", "proposed", "dispatcher"),
    ("web:desk_case", "district", "dispatcher"),
    ("web:desk_case", "closed", "dispatcher"),
    ("web:desk_case", "complaint", "centre"),
    ("web:desk_case", "papers", "head"),
)

# What nobody asked for: the pages of refusals.
REFUSALS: tuple[tuple[str, str, int], ...] = (
    ("/nowhere", "anonymous", HTTPStatus.NOT_FOUND),
    ("/desk/case/260601-0000", "clerk", HTTPStatus.NOT_FOUND),
    ("/setup/begin", "clerk", HTTPStatus.FORBIDDEN),
    ("/desk/", "resident", HTTPStatus.FORBIDDEN),
)


def is_no_page(name: str) -> bool:
    """Say whether an address shows none by its nature: doors for machines, and what is only sent to."""
    return name.startswith("api:") or set(TABLE[name].answers.values()) == {HTTPStatus.METHOD_NOT_ALLOWED}


@dataclass(frozen=True)
class Visit:
    """One page to open as somebody; `name` is its picture's."""

    name: str
    address: str
    role: str
    main: bool = True
    status: int = HTTPStatus.OK
    first: str = ""
    begun: str = ""


def visits(lived: Lived, surface: str) -> list[Visit]:
    """Return everything to visit of a surface (`portal`, `field`, `desk`, `setup`, `account`, `refusals`)."""
    if surface == "refusals":
        return [Visit(f"refusal-{status}", address, role, status=status) for address, role, status in REFUSALS]
    found: list[Visit] = []
    for name, stop in WALK.items():
        if isinstance(stop, Stop) and surface_of(name) == surface:
            found += _stop(lived, name, stop)
    for name, matter, role in ALSO:
        if surface_of(name) == surface:
            first = _slip(matter)(lived) if surface == "portal" else ""
            address = reverse(name, kwargs=dict(case(matter)(lived)))
            found.append(Visit(f"{_picture(name)}-{matter}", address, role, main=False, first=first))
    return found


def _stop(lived: Lived, name: str, stop: Stop) -> list[Visit]:
    address = reverse(name, kwargs=dict(stop.args(lived)))
    first = stop.first(lived)
    return [
        Visit(
            _picture(name) + _state(query),
            address + query.format_map(lived.numbers),
            role,
            role == stop.roles[0] and not place,
            stop.status,
            first,
            stop.begun,
        )
        for place, query in enumerate(stop.queries)
        for role in (stop.roles if not place else stop.roles[:1])
    ]


def surface_of(name: str) -> str:
    """Return to which surface an address belongs."""
    head = name.removeprefix("web:").split("_")[0]
    return head if head in ("portal", "field", "desk", "setup") else "account"


def _picture(name: str) -> str:
    return name.removeprefix("web:").replace("_", "-")


def _state(query: str) -> str:
    """Say a query as part of a file's name: `?tab=items` is `-items`, `?q=医` is `-q`."""
    said = [one.split("=") for one in query.lstrip("?").split("&") if one]
    words = [value.strip("/") if value.isascii() else key for key, value in said]
    return "".join("-" + re.sub(r"[^\w-]+", "-", word) for word in words)
