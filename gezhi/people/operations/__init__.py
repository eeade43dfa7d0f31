"""Every write to people: the only place where this room's rows are made or changed.

Each operation is keyword-only, takes `actor` (None: the system itself, i.e. the command line or a task) and `now`,
authorises, changes and journals in one transaction. What is wrong with the input is a Django `ValidationError`; what
is not allowed an `access.Denied`.
"""

from gezhi.people.operations.accounts import (
    change_profile,
    create_staff,
    deactivate,
    leave,
    reactivate,
    register_resident,
)
from gezhi.people.operations.factor import (
    begin_second_factor,
    confirm_second_factor,
    drop_second_factor,
    renew_recovery_codes,
)
from gezhi.people.operations.ground import (
    Following,
    GroundBusy,
    change_details,
    close_area,
    merge_areas,
    redraw_areas,
    split_area,
    undo_change,
)
from gezhi.people.operations.passwords import (
    Slip,
    change_password,
    end_sessions,
    find_slip,
    issue_slip,
    set_password,
    use_slip,
)
from gezhi.people.operations.posts import (
    Appointed,
    DepartmentRule,
    PostRule,
    appoint,
    end_appointment,
    foresee_appointment,
    forget_posts,
    learn_posts,
    transfer,
)
from gezhi.people.operations.signin import (
    SignInRefused,
    check_password,
    check_second_factor,
    clear_lock,
    count_sending,
    forget_old_attempts,
)
from gezhi.people.operations.staff_import import StaffReport, import_staff
from gezhi.people.operations.tokens import SCOPES, accept_token, issue_token, revoke_token
from gezhi.people.operations.uploads import (
    UploadRefused,
    check_again,
    drop_upload,
    forget_uploads,
    keep_upload,
    take_over_areas,
    take_over_staff,
    work_on,
)

__all__ = [
    "SCOPES",
    "Appointed",
    "DepartmentRule",
    "Following",
    "GroundBusy",
    "PostRule",
    "SignInRefused",
    "Slip",
    "StaffReport",
    "UploadRefused",
    "accept_token",
    "appoint",
    "begin_second_factor",
    "change_details",
    "change_password",
    "change_profile",
    "check_again",
    "check_password",
    "check_second_factor",
    "clear_lock",
    "close_area",
    "confirm_second_factor",
    "count_sending",
    "create_staff",
    "deactivate",
    "drop_second_factor",
    "drop_upload",
    "end_appointment",
    "end_sessions",
    "find_slip",
    "foresee_appointment",
    "forget_old_attempts",
    "forget_posts",
    "forget_uploads",
    "import_staff",
    "issue_slip",
    "issue_token",
    "keep_upload",
    "learn_posts",
    "leave",
    "merge_areas",
    "reactivate",
    "redraw_areas",
    "register_resident",
    "renew_recovery_codes",
    "revoke_token",
    "set_password",
    "split_area",
    "take_over_areas",
    "take_over_staff",
    "transfer",
    "undo_change",
    "use_slip",
    "work_on",
]
