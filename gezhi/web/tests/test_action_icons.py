"""Each kind of action has its drawing, told by what the plan says of it: the names of steps and actions say nothing."""

import pytest

from gezhi.schemes import source
from gezhi.web.action_icons import action_icon


@pytest.mark.parametrize(
    ("where", "icon"),
    [
        ("report_up.scene.settle", "check"),
        ("report_up.scene.report_up", "up"),
        ("report_up.district.dispatch", "split"),
        ("report_up.department.send_back", "back"),
        ("report_up.department.extend", "extend"),
        ("report_up.check.confirm", "verify"),
        ("report_up.sign.accept", "sign"),
        ("report_up.sign.protest", "scale"),
        ("report_up.review.conclude", "approve"),
        ("agency.accept.supplement", "pause"),
        ("agency.accept.refuse", "x"),
        ("agency.accept.push_up", "onward"),
    ],
)
def test_the_icon_follows_from_what_an_action_does(where: str, icon: str) -> None:
    scheme = source.load(source.shipped() / "shawan")
    procedure, step, action = where.split(".")
    found = scheme.procedures[procedure]
    assert action_icon(found.actions[action], scheme, found, step) == icon


def test_of_all_shipped_plans_no_two_kinds_share_the_arrow_up() -> None:
    for folder in sorted(one.parent for one in source.shipped().glob("*/scheme.toml")):
        scheme = source.load(folder)
        for procedure in scheme.procedures.values():
            for action in procedure.actions.values():
                for step in action.ways:
                    if action_icon(action, scheme, procedure, step) == "up":
                        targets = {way.value for way in action.ways[step]}
                        assert not action.does_work, f"{folder.name}: {procedure.id}.{action.id}"
                        assert targets - {"closed", "stay", "doer", "previous"}, f"{procedure.id}.{action.id}"
