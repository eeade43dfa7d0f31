"""Import staff and their appointments, print slips for the first sign-in, and make the first keeper of the house.

`template` writes the workbook to fill in, with this district's posts and departments. `import` checks every row; when
anything is wrong nothing is imported, and --dry-run only reports. Nobody gets a password: each new person gets a
printed slip with a code that works once.

Examples:
  gezhi people template staff.xlsx
  gezhi people import staff.xlsx --dry-run
  gezhi people import staff.xlsx --slips slips.html
  gezhi people slip zhang.wei --slips slip.html
  gezhi people steward admin 管理员 --slips slip.html
  gezhi people token hotline "12345 platform" --scope cases:write --days 365

Exit codes: 0 done, 1 something is wrong in the table, 2 misuse.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import Progress

from gezhi.host.words import Trouble, language, say

if TYPE_CHECKING:
    from gezhi.people.models import Account
    from gezhi.people.operations import Slip, StaffReport
    from gezhi.people.staff_table import Fault

_SHOWN = 200


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's arguments."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    taking = _action(actions, "import", "import a table of staff")
    taking.add_argument("file", type=Path, metavar="FILE", help="an .xlsx or .csv like the template")
    taking.add_argument("--dry-run", action="store_true", help="check and report, import nothing")
    _slips_argument(taking, required=False)
    template = _action(actions, "template", "write the workbook to fill in")
    template.add_argument("file", type=Path, metavar="OUT.xlsx")
    slip = _action(actions, "slip", "print a new slip for somebody who forgot the password")
    slip.add_argument("username", metavar="USERNAME")
    _slips_argument(slip, required=True)
    steward = _action(actions, "steward", "make a keeper of the house, who may set up people and schemes")
    steward.add_argument("username", metavar="USERNAME")
    steward.add_argument("name", metavar="NAME")
    _slips_argument(steward, required=True)
    token = _action(actions, "token", "make a token with which a program acts for an account, shown once")
    token.add_argument("username", metavar="USERNAME")
    token.add_argument("name", metavar="NAME", help="what it is for")
    token.add_argument(
        "--scope", action="append", required=True, metavar="SCOPE", help="what it may do; repeat for more"
    )
    token.add_argument("--days", type=int, default=365, metavar="N", help="how long it lasts; default 365")


def _action(
    actions: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, purpose: str
) -> argparse.ArgumentParser:
    shape = argparse.RawDescriptionHelpFormatter
    return actions.add_parser(name, help=purpose, description=__doc__, formatter_class=shape)


def run(options: argparse.Namespace) -> int:
    """Do one of the actions."""
    actions = {"import": _import, "template": _template, "slip": _slip, "steward": _steward, "token": _token}
    try:
        _connect()
        return actions[options.action](options)
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 2


def _slips_argument(parser: argparse.ArgumentParser, *, required: bool) -> None:
    parser.add_argument(
        "--slips", type=Path, metavar="OUT.html", required=required,
        help="new file for the slips to print, readable by its owner only",
    )  # fmt: skip


def _connect() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gezhi.config.settings")
    from gezhi.host.prepare import connect  # noqa: PLC0415  the settings must stand first

    connect()
    from django.utils import translation  # noqa: PLC0415

    translation.activate(language())


def _import(options: argparse.Namespace) -> int:
    from gezhi.foundation import clock  # noqa: PLC0415
    from gezhi.people import operations, staff_table  # noqa: PLC0415

    if not options.file.is_file():
        raise Trouble(f"没有文件 {options.file}", f"There is no file {options.file}")
    if not options.dry_run and options.slips is None:
        raise Trouble(
            "请用 --slips OUT.html 指明登录单写到哪里：新账号只能凭它首次登录。什么都没有导入。",
            "Say with --slips OUT.html where the slips go: new people can sign in by them only. Nothing was imported.",
        )
    _require_new(options.slips)
    table = staff_table.read(options.file)
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(say("导入", "importing"), total=None)
        report = operations.import_staff(
            actor=None,
            table=table,
            dry_run=options.dry_run,
            now=clock.now(),
            progress=lambda done, total: bar.update(task, completed=done, total=total),
            hand_out=lambda slips: _write(options.slips, slips),
        )
    return _tell(report, table.left_out, options)


def _tell(report: "StaffReport", left_out: Sequence[str], options: argparse.Namespace) -> int:
    if left_out:
        columns = ", ".join(left_out)
        print(say(f"没有用到的列：{columns}", f"Columns not used: {columns}"), file=sys.stderr)
    for warning in report.warnings:
        print(say("提醒 ", "Note ") + _line(warning), file=sys.stderr)
    if report.faults:
        for fault in report.faults[:_SHOWN]:
            print(_line(fault), file=sys.stderr)
        count = len(report.faults)
        print(say(f"{count} 处有误，什么都没有导入。", f"{count} faults; nothing was imported."), file=sys.stderr)
        return 1
    people, posts = report.accounts, report.appointments
    if options.dry_run:
        print(
            say(
                f"可以导入：{people} 人，{posts} 项任职。试运行，什么都没有导入。",
                f"Fit to import: {people} people, {posts} appointments. Dry run: nothing was imported.",
            )
        )
        return 0
    print(
        say(
            f"已导入 {people} 人，{posts} 项任职。登录单：{options.slips}（打印后请删除）",
            f"Imported {people} people, {posts} appointments. Slips: {options.slips} (delete it once printed)",
        )
    )
    return 0


def _line(fault: "Fault") -> str:
    where = say(f"第 {fault.row} 行", f"Row {fault.row}") if fault.row else say("文件", "File")
    return f"{where} {fault.column}: {fault.message}" if fault.column else f"{where}: {fault.message}"


def _template(options: argparse.Namespace) -> int:
    from gezhi.people import queries, staff_template  # noqa: PLC0415

    newest = {post.post: post for post in queries.known_posts()}
    if not newest:
        raise Trouble(
            "还没有启用任何方案，也就没有岗位可选：先启用一个方案。",
            "No scheme was put into force yet, so there are no posts to choose from: put one into force first.",
        )
    staff_template.write(
        options.file,
        posts=[(post.post, post.say(language()), post.level) for post in newest.values()],
        departments=[(one.code, one.say(language())) for one in queries.departments()],
    )
    print(say(f"模板已写到 {options.file}", f"Template written to {options.file}"))
    return 0


def _slip(options: argparse.Namespace) -> int:
    return _print_slip(_account(options.username), options.slips)


def _token(options: argparse.Namespace) -> int:
    from django.core.exceptions import ValidationError  # noqa: PLC0415

    from gezhi.foundation import clock  # noqa: PLC0415
    from gezhi.people import operations  # noqa: PLC0415

    now = clock.now()
    try:
        row, token = operations.issue_token(
            actor=None,
            account=_account(options.username),
            name=options.name,
            scopes=options.scope,
            expires_at=now + timedelta(days=options.days),
            now=now,
        )
    except ValidationError as error:
        words = " ".join(error.messages) + " " + ", ".join(operations.SCOPES)
        raise Trouble(words, words) from None
    until = row.expires_at.date() if row.expires_at else ""
    print(say(f"有效期至 {until}，只显示这一次：", f"Valid until {until}, shown this once:"), file=sys.stderr)
    print(token)
    return 0


def _account(username: str) -> "Account":
    from gezhi.people.models import Account  # noqa: PLC0415

    account = Account.objects.filter(username=username.strip().lower()).first()
    if account is None:
        raise Trouble(f"没有用户名 {username}", f"There is no username {username}")
    return account


def _steward(options: argparse.Namespace) -> int:
    from django.core.exceptions import ValidationError  # noqa: PLC0415

    from gezhi.foundation import clock  # noqa: PLC0415
    from gezhi.people import operations  # noqa: PLC0415

    _require_new(options.slips)
    try:
        account = operations.create_staff(
            actor=None, username=options.username, name=options.name, steward=True, now=clock.now()
        )
    except ValidationError as error:
        words = " ".join(error.messages)
        raise Trouble(words, words) from None
    return _print_slip(account, options.slips)


def _print_slip(account: "Account", file: Path) -> int:
    from gezhi.foundation import clock  # noqa: PLC0415
    from gezhi.people import operations  # noqa: PLC0415

    _require_new(file)
    _write(file, [operations.issue_slip(actor=None, account=account, now=clock.now())])
    print(
        say(
            f"{account.username} 的登录单：{file}（打印后请删除）",
            f"Slip of {account.username}: {file} (delete it once printed)",
        )
    )
    return 0


def _require_new(file: Path | None) -> None:
    if file is not None and file.exists():
        raise Trouble(
            f"{file} 已经存在：登录单不覆盖别的文件，请换一个名字。",
            f"{file} is there already: slips overwrite nothing, choose another name.",
        )


def _write(file: Path, slips: "Sequence[Slip]") -> None:
    from django.conf import settings  # noqa: PLC0415
    from django.urls import reverse  # noqa: PLC0415

    from gezhi.people import slips as printing  # noqa: PLC0415

    site = settings.PUBLIC_ADDRESS.rstrip("/")
    text = printing.page(slips, lambda slip: site + reverse("web:login_slip_code", args=[slip.code]))
    try:
        printing.write(file, text)
    except OSError as error:
        raise Trouble(
            f"登录单写不到 {file}（{error.strerror}）。什么都没有导入。",
            f"The slips can't be written to {file} ({error.strerror}). Nothing was imported.",
        ) from error
