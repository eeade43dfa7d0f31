"""docs/commands.md says what the commands take."""

from scripts import commands


def test_the_page_of_commands_is_up_to_date() -> None:
    assert commands.PAGE.read_text() == commands.page(), "run .venv/bin/python scripts/commands.py"


def test_every_command_and_action_has_its_place() -> None:
    page = commands.page()
    for heading in ("## gezhi up", "### gezhi scheme in-force", "### gezhi people token", "### gezhi worktime due"):
        assert f"\n{heading}\n" in page
