import base64
import hmac
import stat
from pathlib import Path

import pytest
from django.core.exceptions import FieldError
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from gezhi.foundation import crypto
from gezhi.foundation.fields import EncryptedText
from gezhi.foundation.models import StoredFile

OLD = crypto.new_key()
NEW = crypto.new_key()


@pytest.fixture(autouse=True)
def _own_keys(settings: Settings) -> None:
    use(settings, OLD)


def use(settings: Settings, *keys: str) -> None:
    settings.DATA_KEYS = ",".join(keys)


@given(st.text())
def test_any_text_comes_back(text: str) -> None:
    assert crypto.decrypt(crypto.encrypt(text)) == text


def test_the_same_text_is_never_stored_the_same_twice() -> None:
    assert crypto.encrypt("13900000000") != crypto.encrypt("13900000000")


def test_rotation_reads_the_old_and_writes_the_new(settings: Settings) -> None:
    before = crypto.encrypt("13900000000")
    use(settings, NEW, OLD)
    assert crypto.decrypt(before) == "13900000000"
    assert crypto.needs_rotation(before)
    after = crypto.encrypt("13900000000")
    assert not crypto.needs_rotation(after)
    use(settings, NEW)
    assert crypto.decrypt(after) == "13900000000"
    with pytest.raises(crypto.Unreadable, match="GEZHI_DATA_KEYS"):
        crypto.decrypt(before)


def test_hashes_survive_a_rotation(settings: Settings) -> None:
    before = crypto.hash_secret("token")
    use(settings, NEW, OLD)
    assert crypto.hash_secret("token") == before
    use(settings, NEW)
    assert crypto.hash_secret("token") != before


@pytest.mark.parametrize("place", [0, 3, 8, -1])
def test_a_changed_byte_is_noticed(place: int) -> None:
    value = bytearray(crypto.encrypt("家住沙湾"))
    value[place] ^= 1
    with pytest.raises(crypto.Unreadable):
        crypto.decrypt(bytes(value))


def test_the_keys_file_is_made_once_for_the_owner_only(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "data-keys"
    assert crypto.make_keys_file(path)
    first = path.read_text()
    assert not crypto.make_keys_file(path)
    assert path.read_text() == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    settings.DATA_KEYS_FILE = path
    use(settings)
    assert crypto.decrypt(crypto.encrypt("x")) == "x"


@pytest.mark.parametrize("content", [None, "", "short\n", "??????\n"])
def test_bad_keys_say_what_to_do(settings: Settings, tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "data-keys"
    if content is not None:
        path.write_text(content)
    settings.DATA_KEYS_FILE = path
    use(settings)
    with pytest.raises(crypto.KeysMissing) as caught:
        crypto.encrypt("x")
    if content:
        assert content.strip() not in str(caught.value)


def test_the_field_holds_no_clear_text_and_comes_back() -> None:
    field = EncryptedText(null=True)
    stored = field.get_db_prep_value("13900000000", connection).obj
    assert b"139" not in stored
    assert field.from_db_value(stored, None, connection) == "13900000000"
    assert field.from_db_value(None, None, connection) is None


def test_the_field_refuses_to_be_searched_or_serialised() -> None:
    field = EncryptedText(name="phone")
    with pytest.raises(FieldError, match="hash_secret"):
        field.get_lookup("exact")
    assert field.get_lookup("isnull") is not None
    with pytest.raises(FieldError, match="phone"):
        field.value_to_string(StoredFile())


def test_a_hashed_secret_is_the_hmac_that_earlier_versions_stored(settings: Settings) -> None:
    settings.DATA_KEYS = crypto.new_key()
    key = base64.urlsafe_b64decode(settings.DATA_KEYS)
    for secret in ("", "track:01a215f7", "井盖" * 40):
        assert crypto.hash_secret(secret) == hmac.digest(key, b"gezhi-secret\0" + secret.encode(), "sha256").hex()
