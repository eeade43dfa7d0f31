"""The pages of commands say what the commands take."""

from scripts import commands


def test_the_pages_of_commands_are_up_to_date() -> None:
    for path, text in commands.pages().items():
        assert path.read_text() == text, "run .venv/bin/python scripts/commands.py"


def test_every_command_and_action_has_its_place() -> None:
    page = "".join(commands.pages().values())
    for heading in ("## gezhi up", "### gezhi scheme in-force", "### gezhi people token", "### gezhi worktime due"):
        assert f"\n{heading}\n" in page
