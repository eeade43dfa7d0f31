"""Every address of the product × who asks for it, with the answer expected to a plain GET.

A new address fails `test_url_table` until it stands here. Say what each role gets with one of the helpers:
`everybody`, `signed_in`, `only`, or `by_role` where they differ more. `args` makes what the address needs; objects that
do not exist must answer 404 to those who may look and the same refusal as ever to those who may not.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from gezhi.people.tests.cast import ROLES, Cast

OK = HTTPStatus.OK
TO_LOGIN = HTTPStatus.FOUND
UNKNOWN_ID = "01890000-0000-7000-8000-000000000000"

type Answers = Mapping[str, int]
type Arguments = Callable[[Cast], Mapping[str, str]]


@dataclass(frozen=True)
class Row:
    """What each role gets, and the arguments of the address."""

    answers: Answers
    args: Arguments = lambda _cast: {}


def everybody(status: int = OK, args: Arguments = lambda _cast: {}) -> Row:
    """Answer the same to everybody, signed in or not."""
    return Row(dict.fromkeys(ROLES, status), args)


def signed_in(status: int = OK, args: Arguments = lambda _cast: {}) -> Row:
    """Answer to whoever is signed in; send others to the login."""
    return Row({**dict.fromkeys(ROLES, status), "anonymous": TO_LOGIN}, args)


def only(*roles: str, status: int = OK, others: int = HTTPStatus.FORBIDDEN, args: Arguments = lambda _cast: {}) -> Row:
    """Answer to some roles, refuse the other signed-in ones, send strangers to the login."""
    return Row({**dict.fromkeys(ROLES, others), **dict.fromkeys(roles, status), "anonymous": TO_LOGIN}, args)


def by_role(otherwise: int, args: Arguments = lambda _cast: {}, **answers: int) -> Row:
    """Answer as named for some roles, and the same for the rest."""
    return Row({**dict.fromkeys(ROLES, otherwise), **answers}, args)


def _this(**args: str) -> Arguments:
    return lambda _cast: args


# Objects that there are none of.
_NO_DRAFT = _this(key="no-such-draft")
_NO_CASE = _this(number="no-such-number")
_NO_PLAN = _this(plan=UNKNOWN_ID)
_POST_ONLY = HTTPStatus.METHOD_NOT_ALLOWED
_GONE = HTTPStatus.NOT_FOUND
# What a browser has no draft of, or no code for, leads back to the page that asks for it.
_BEGIN_AGAIN = HTTPStatus.FOUND
_NO_TOKEN = HTTPStatus.UNAUTHORIZED
_STAFF = tuple(role for role in ROLES if role not in {"anonymous", "resident"})
# Those whose post gives the right `setup`, and the keeper of the installation.
_SETUP = ("dispatcher", "steward")

TABLE: dict[str, Row] = {
    # ── the house ──
    "healthz": everybody(),
    "web:preferences": everybody(_POST_ONLY),
    # without the window that it needs
    "web:outlines": everybody(HTTPStatus.BAD_REQUEST),
    "web:pick_entries": only(*_STAFF),
    "web:kept_file": everybody(_GONE, _this(token="forged")),
    "web:keep_file": everybody(_POST_ONLY),
    "web:held_discard": everybody(_POST_ONLY),
    "web:held_back": everybody(_POST_ONLY),
    # ── account ──
    "web:login": by_role(HTTPStatus.FOUND, anonymous=OK),
    "web:login_code": everybody(HTTPStatus.FOUND),
    "web:login_slip": everybody(),
    "web:login_slip_code": everybody(args=_this(code="abcde")),
    "web:logout": everybody(_POST_ONLY),
    "web:register": everybody(),
    "web:account": signed_in(),
    "web:account_password": signed_in(),
    "web:account_factor": signed_in(),
    "web:account_end_sessions": signed_in(_POST_ONLY),
    "web:account_inbox": signed_in(),
    "web:account_unread": everybody(),
    "web:account_message": signed_in(_GONE, _this(message=UNKNOWN_ID)),
    "web:account_mail": by_role(_POST_ONLY, anonymous=TO_LOGIN),
    "web:account_mail_stop": everybody(_GONE, _this(token="forged")),
    "web:account_back": signed_in(),
    "web:account_session": everybody(),
    # ── portal ──
    "web:portal_home": everybody(),
    "web:portal_report": everybody(),
    "web:portal_what": everybody(_BEGIN_AGAIN, _NO_DRAFT),
    "web:portal_where": everybody(_BEGIN_AGAIN, _NO_DRAFT),
    "web:portal_look": everybody(_POST_ONLY, _NO_DRAFT),
    "web:portal_similar": everybody(_BEGIN_AGAIN, _NO_DRAFT),
    "web:portal_contact": everybody(_BEGIN_AGAIN, _NO_DRAFT),
    "web:portal_receipt": everybody(_BEGIN_AGAIN, _NO_DRAFT),
    "web:portal_track": everybody(),
    "web:portal_open": everybody(_BEGIN_AGAIN, _this(number="no-such-number", secret="no-such-secret")),
    "web:portal_case": everybody(_BEGIN_AGAIN, _NO_CASE),
    "web:portal_act": everybody(_POST_ONLY, _this(number="no-such-number", action="sign")),
    "web:portal_add": everybody(_POST_ONLY, _NO_CASE),
    "web:portal_slip": everybody(_BEGIN_AGAIN, _NO_CASE),
    "web:portal_photo": everybody(_GONE, _this(number="no-such-number", file=UNKNOWN_ID)),
    "web:portal_followed": everybody(_BEGIN_AGAIN, _NO_CASE),
    "web:portal_unfollow": everybody(_POST_ONLY, _NO_CASE),
    "web:portal_my_grid": everybody(),
    "web:portal_grid": everybody(args=lambda cast: {"code": cast.grids[0].code}),
    "web:portal_card": everybody(args=lambda cast: {"code": cast.grids[0].code}),
    "web:portal_results": everybody(),
    "web:portal_result_photo": everybody(_GONE, _this(file=UNKNOWN_ID)),
    "web:portal_services": everybody(),
    "web:portal_service": everybody(_GONE, _this(scheme="no-such-scheme", item="no-such-item")),
    # ── field: for those who work for the district ──
    "web:field_today": only(*_STAFF),
    "web:field_waiting": by_role(OK, anonymous=HTTPStatus.UNAUTHORIZED, resident=HTTPStatus.UNAUTHORIZED),
    "web:field_outbox": only(*_STAFF),
    "web:field_entries": only(*_STAFF),
    "web:field_entry": only(*_STAFF, args=_this(which="new")),
    "web:field_worker": everybody(),
    "web:field_manifest": everybody(),
    "web:field_shell": everybody(args=_this(language="zh-hans")),
    "web:field_report": only(*_STAFF),
    "web:field_rounds": only(*_STAFF),
    "web:field_route": only(*_STAFF),
    "web:field_away": only(*_STAFF),
    "web:field_round": only(*_STAFF, status=_GONE, args=_this(duty="no.duty", code="no-area")),
    "web:field_begin": only(*_STAFF, status=_GONE, args=_this(duty="no.duty", code="no-area")),
    "web:field_activity": only(*_STAFF, status=_GONE, args=_this(pk=UNKNOWN_ID)),
    "web:field_finding": everybody(_POST_ONLY, _this(pk=UNKNOWN_ID)),
    "web:field_end": everybody(_POST_ONLY, _this(pk=UNKNOWN_ID)),
    "web:field_change": everybody(_POST_ONLY, _this(pk=UNKNOWN_ID)),
    "web:field_activity_file": only(*_STAFF, status=_GONE, args=_this(pk=UNKNOWN_ID, file=UNKNOWN_ID)),
    "web:field_ahead": everybody(_POST_ONLY),
    "web:field_photo": everybody(_POST_ONLY),
    "web:field_sent": only(*_STAFF, status=_GONE, args=_NO_CASE),
    "web:field_cases": only(*_STAFF),
    "web:field_me": only(*_STAFF),
    "web:field_registers": only(*_STAFF),
    "web:field_diary": only(*_STAFF),
    "web:field_case": only(*_STAFF, status=_GONE, args=_NO_CASE),
    "web:field_act": everybody(_POST_ONLY, _NO_CASE),
    "web:field_note": everybody(_POST_ONLY, _NO_CASE),
    "web:field_contact": everybody(_POST_ONLY, _NO_CASE),
    "web:field_correct": only(*_STAFF, status=_GONE, args=_NO_CASE),
    "web:field_file": only(*_STAFF, status=_GONE, args=_this(number="no-such-number", file=UNKNOWN_ID)),
    # ── desk: for those who work for the district; what each sees there follows from posts ──
    "web:desk_queue": only(*_STAFF),
    "web:desk_cases": only(*_STAFF),
    "web:desk_supervised": only(*_STAFF),
    "web:desk_triage": only(*_STAFF),
    "web:desk_proposals": only(*_STAFF),
    "web:desk_whistles": only(*_STAFF),
    "web:desk_rounds": only(*_STAFF),
    "web:desk_draws": only(*_STAFF),
    "web:desk_draw": only(*_STAFF, status=_GONE, args=_this(pk=UNKNOWN_ID)),
    "web:desk_excuses": only(*_STAFF),
    "web:desk_books": only(*_STAFF),
    "web:desk_hazards": only(*_STAFF),
    "web:desk_handbook": only(*_STAFF),
    "web:desk_reports": only(*_STAFF),
    "web:desk_report": only(*_STAFF, status=_GONE, args=_this(pk=UNKNOWN_ID)),
    "web:desk_export": only(*sorted(set(_STAFF) - {"outsider", "steward"})),
    "web:desk_bulk": only(*_STAFF),
    "web:desk_bulk_run": only(*_STAFF, status=_GONE, args=_this(run=UNKNOWN_ID)),
    "web:desk_bulk_result": only(*_STAFF, status=_GONE, args=_this(run=UNKNOWN_ID)),
    "web:desk_views": only(*_STAFF),
    "web:desk_view_save": everybody(_POST_ONLY),
    "web:desk_view_change": everybody(_POST_ONLY, _this(view=UNKNOWN_ID)),
    "web:desk_counts": only(*_STAFF),
    "web:desk_inbox": only(*_STAFF),
    "web:desk_intake": only(*_STAFF),
    "web:desk_receipt": only(*_STAFF, status=_BEGIN_AGAIN, args=_NO_CASE),
    "web:desk_case": only(*_STAFF, status=_GONE, args=_NO_CASE),
    "web:desk_aside": only(*_STAFF, status=_GONE, args=_NO_CASE),
    "web:desk_act": everybody(_POST_ONLY, _NO_CASE),
    "web:desk_here": everybody(_POST_ONLY, _NO_CASE),
    "web:desk_colleagues": only(*_STAFF, status=_GONE, args=_NO_CASE),
    "web:desk_note": everybody(_POST_ONLY, _NO_CASE),
    "web:desk_correct": everybody(_POST_ONLY, _this(number="no-such-number", note=UNKNOWN_ID)),
    "web:desk_contact": everybody(_POST_ONLY, _NO_CASE),
    "web:desk_supervise": everybody(_POST_ONLY, _NO_CASE),
    "web:desk_release": everybody(_POST_ONLY, _NO_CASE),
    "web:desk_decide": everybody(_POST_ONLY, _this(number="no-such-number", proposal=UNKNOWN_ID)),
    "web:desk_withdraw": everybody(_POST_ONLY, _this(number="no-such-number", proposal=UNKNOWN_ID)),
    "web:desk_file": only(*_STAFF, status=_GONE, args=_this(number="no-such-number", file=UNKNOWN_ID)),
    "web:desk_withdraw_file": everybody(_POST_ONLY, _this(number="no-such-number", file=UNKNOWN_ID)),
    "web:desk_restore_file": everybody(_POST_ONLY, _this(number="no-such-number", file=UNKNOWN_ID)),
    "web:desk_nearby": only(*_STAFF, status=_GONE, args=_NO_CASE),
    "web:desk_place": only(*_STAFF, status=_GONE, args=_NO_CASE),
    "web:desk_item": only(*_STAFF, status=_GONE, args=_NO_CASE),
    "web:desk_merge": only(*_STAFF, status=_GONE, args=_NO_CASE),
    "web:desk_unmerge": everybody(_POST_ONLY, _NO_CASE),
    # ── registers: none is in force here ──
    "web:desk_registers": only(*_STAFF),
    "web:desk_held": only(*_SETUP),
    "web:desk_care": only(*_STAFF),
    "web:desk_register": only(*_STAFF, status=_GONE, args=_this(register="no-such")),
    "web:desk_register_run": only(*_STAFF, status=_GONE, args=_this(register="no-such", run=UNKNOWN_ID)),
    "web:desk_register_run_file": only(*_STAFF, status=_GONE, args=_this(register="no-such", run=UNKNOWN_ID)),
    "web:desk_entry_new": only(*_STAFF, status=_GONE, args=_this(register="no-such")),
    "web:desk_register_import": only(*_STAFF, status=_GONE, args=_this(register="no-such")),
    "web:desk_register_template": only(*_STAFF, status=_GONE, args=_this(register="no-such")),
    "web:desk_register_export": only(*_STAFF, status=_GONE, args=_this(register="no-such")),
    "web:desk_entry": only(*_STAFF, status=_GONE, args=_this(register="no-such", code="no-such")),
    "web:desk_entry_edit": only(*_STAFF, status=_GONE, args=_this(register="no-such", code="no-such")),
    "web:desk_entry_reveal": everybody(_POST_ONLY, _this(register="no-such", code="no-such")),
    "web:desk_entry_move": everybody(_POST_ONLY, _this(register="no-such", code="no-such")),
    "web:desk_entry_end": everybody(_POST_ONLY, _this(register="no-such", code="no-such")),
    "web:desk_entry_reopen": everybody(_POST_ONLY, _this(register="no-such", code="no-such")),
    "web:desk_entry_merge": everybody(_POST_ONLY, _this(register="no-such", code="no-such")),
    "web:desk_entry_assign": everybody(_POST_ONLY, _this(register="no-such", code="no-such")),
    "web:desk_entry_attach": everybody(_POST_ONLY, _this(register="no-such", code="no-such")),
    "web:desk_register_undo": everybody(_POST_ONLY, _this(register="no-such", number="1")),
    "web:desk_entry_file": only(*_STAFF, status=_GONE, args=_this(register="no-such", code="x", file=UNKNOWN_ID)),
    "web:desk_entry_withdraw": everybody(_POST_ONLY, _this(register="no-such", code="x", file=UNKNOWN_ID)),
    "web:desk_entry_decide": everybody(_POST_ONLY, _this(register="no-such", code="x", proposal=UNKNOWN_ID)),
    # ── setup: for holders of the right ──
    # a plan in force is read by everybody who works by it; drafts are for who sets up
    "web:setup_schemes": only(*_STAFF),
    "web:setup_scheme": only(*_STAFF, status=_GONE, args=_this(version=UNKNOWN_ID)),
    "web:setup_document": only(*_STAFF, status=_GONE, args=_this(version=UNKNOWN_ID)),
    "web:setup_catalogue": only(*_STAFF),
    "web:setup_calendars": only(*_STAFF),
    "web:setup_notices": only(*_STAFF),
    "web:setup_workbook": only(*_SETUP, status=_GONE, args=_NO_PLAN),
    "web:setup_folder": only(*_SETUP, status=_GONE, args=_NO_PLAN),
    "web:setup_take_form": only(*_SETUP, status=_GONE, args=_NO_PLAN),
    "web:setup_form_workbook": only(*_SETUP, status=_GONE, args=_this(plan=UNKNOWN_ID, form="household")),
    "web:setup_change": only(*_SETUP, status=_GONE, args=_NO_PLAN),
    "web:setup_try": only(*_SETUP, status=_GONE, args=_NO_PLAN),
    "web:setup_enact": only(*_SETUP, status=_GONE, args=_NO_PLAN),
    "web:setup_begin_draft": everybody(_POST_ONLY, _NO_PLAN),
    "web:setup_accept": everybody(_POST_ONLY, _NO_PLAN),
    "web:setup_discard": everybody(_POST_ONLY, _NO_PLAN),
    "web:setup_cancel": everybody(_POST_ONLY, _NO_PLAN),
    "web:setup_shipped": everybody(_POST_ONLY),
    "web:setup_upload": only(*_SETUP),
    "web:setup_compare": only(*_SETUP),
    "web:setup_audit": only(*_SETUP),
    "web:setup_audit_export": only(*_SETUP),
    "web:setup_begin": only(*_SETUP),
    "web:setup_areas": only(*_SETUP),
    "web:setup_ground": only(*_SETUP),
    "web:setup_branch": only(*_SETUP, args=lambda cast: {"code": cast.villages[0].code}),
    "web:setup_area": only(*_SETUP, args=lambda cast: {"code": cast.grids[0].code}),
    "web:setup_area_edit": only(*_SETUP, args=lambda cast: {"code": cast.grids[0].code}),
    "web:setup_area_split": only(*_SETUP, args=lambda cast: {"code": cast.grids[0].code}),
    "web:setup_area_merge": only(*_SETUP, args=lambda cast: {"code": cast.grids[0].code}),
    "web:setup_area_redraw": only(*_SETUP, args=lambda cast: {"code": cast.grids[0].code}),
    "web:setup_borders": only(*_SETUP),
    "web:setup_change_undo": everybody(_POST_ONLY, _this(change=UNKNOWN_ID)),
    "web:setup_areas_import": only(*_SETUP),
    "web:setup_areas_template": only(*_SETUP, args=_this(kind="csv")),
    "web:setup_import_areas_run": only(*_SETUP, status=_GONE, args=_this(upload=UNKNOWN_ID)),
    "web:setup_import_areas_map": only(*_SETUP, status=_GONE, args=_this(upload=UNKNOWN_ID)),
    "web:setup_upload_drop": everybody(_POST_ONLY, _this(upload=UNKNOWN_ID)),
    "web:setup_people": only(*_SETUP),
    "web:setup_person_new": only(*_SETUP),
    "web:setup_people_import": only(*_SETUP),
    "web:setup_people_template": only(*_SETUP),
    "web:setup_people_import_run": only(*_SETUP, status=_GONE, args=_this(upload=UNKNOWN_ID)),
    "web:setup_appoint": only(*_SETUP),
    "web:setup_coverage": only(*_SETUP),
    "web:setup_departments": only(*_SETUP),
    "web:setup_person": only(*_SETUP, args=lambda cast: {"person": str(cast.worker.pk)}),
    "web:setup_person_edit": only(*_SETUP, args=lambda cast: {"person": str(cast.worker.pk)}),
    "web:setup_person_leave": everybody(_POST_ONLY, _this(person=UNKNOWN_ID)),
    "web:setup_person_end": everybody(_POST_ONLY, _this(person=UNKNOWN_ID, held=UNKNOWN_ID)),
    "web:setup_person_transfer": only(*_SETUP, status=_GONE, args=_this(person=UNKNOWN_ID, held=UNKNOWN_ID)),
    "web:setup_person_do": everybody(_POST_ONLY, _this(person=UNKNOWN_ID, what="slip")),
    "web:setup_doors": only(*_SETUP),
    "web:setup_token_revoke": everybody(_POST_ONLY, _this(token=UNKNOWN_ID)),
    "web:setup_webhook": only(*_SETUP, status=_GONE, args=_this(endpoint=UNKNOWN_ID)),
    "web:setup_webhook_renew": only(*_SETUP, status=_GONE, args=_this(endpoint=UNKNOWN_ID)),
    "web:setup_webhook_test": everybody(_POST_ONLY, _this(endpoint=UNKNOWN_ID)),
    "web:setup_webhook_again": everybody(_POST_ONLY, _this(message=UNKNOWN_ID)),
    "web:setup_endpoint_switch": everybody(_POST_ONLY, _this(endpoint=UNKNOWN_ID, what="off")),
    # ── REST: a session is no token ──
    "api:openapi": everybody(),
    "api:cases": everybody(_NO_TOKEN),
    "api:cases_batch": everybody(_POST_ONLY),
    "api:case": everybody(_NO_TOKEN, _NO_CASE),
    "api:case_action": everybody(_POST_ONLY, _this(number="no-such-number", action="sign")),
    "api:entries": everybody(_NO_TOKEN),
    "api:entry": everybody(_NO_TOKEN, _this(code="no-such-code")),
    "api:catalogue": everybody(_NO_TOKEN),
    "api:files": everybody(_POST_ONLY),
    "api:sync": by_role(OK, anonymous=_NO_TOKEN, resident=HTTPStatus.FORBIDDEN),
    "api:sync_photo": by_role(OK, _this(key="p-none"), anonymous=_NO_TOKEN, resident=HTTPStatus.FORBIDDEN),
}
