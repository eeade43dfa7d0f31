import shutil
import socket
import stat
from collections import namedtuple
from pathlib import Path

import pytest

from gezhi.host import up
from gezhi.host.home import Home, held, write_secret
from gezhi.host.words import Trouble, say

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.prepare()
    return home


def test_one_run_at_a_time_and_the_second_learns_of_the_first(home: Home) -> None:
    with (
        held(home, "http://127.0.0.1:8000"),
        pytest.raises(Trouble, match=r"http://127\.0\.0\.1:8000"),
        held(home, "http://127.0.0.1:8001"),
    ):
        pytest.fail("two runs held one home")
    with held(home, "http://127.0.0.1:8001"):
        assert "8001" in (home.folder / "lock").read_text()


def test_a_full_disk_is_noticed_before_anything_is_written(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(10**9, 10**9 - 10**8, 10**8))
    with pytest.raises(Trouble, match="100 MB"):
        home.prepare()


def test_a_place_that_can_not_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(Trouble, match="GEZHI_HOME"):
        Home(tmp_path / "file" / "home").prepare()


def test_the_secret_key_is_made_once_for_the_owner_only(home: Home) -> None:
    home.make_secret_key()
    first = home.secret_key.read_text()
    home.make_secret_key()
    assert home.secret_key.read_text() == first
    assert len(first) > 50
    assert stat.S_IMODE(home.secret_key.stat().st_mode) == 0o600


def test_a_secret_that_was_half_written_is_written_anew(home: Home) -> None:
    home.secret_key.with_name("secret-key.new").write_text("ha")
    write_secret(home.secret_key, "whole", keep=True)
    assert home.secret_key.read_text() == "whole\n"


def test_a_taken_port_names_another() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(Trouble, match=f"GEZHI_PORT={port + 1}"):
            up.check_port("127.0.0.1", port)
    up.check_port("127.0.0.1", port)


def test_missing_front_end_files_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(up, "_STATIC", tmp_path)
    with pytest.raises(Trouble, match=r"htmx\.min\.js"):
        up.check_assets()


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "中"),
        ({"LANG": "en_US.UTF-8"}, "E"),
        ({}, "E"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "E"),
        ({"LANG": "en_US.UTF-8", "GEZHI_LANGUAGE": "zh"}, "中"),
    ],
)
def test_the_terminal_is_spoken_to_in_its_language(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], expected: str
) -> None:
    for name in ("GEZHI_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert say("中", "E") == expected
