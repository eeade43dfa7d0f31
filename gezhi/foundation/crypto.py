"""Encryption of personal data at rest, and keyed hashes of secrets.

The keys are 32 random bytes each, base64url, and never enter the database. They come from `GEZHI_DATA_KEYS` (commas
between them) or, when that is empty, from the file `settings.DATA_KEYS_FILE` (one a line). The first key encrypts;
every key decrypts. So a rotation is: put a new key in front, restart, re-encrypt at leisure. The last key (the
oldest) also keys `hash_secret`: it stays in the list as long as a secret that was hashed with it is in use.
"""

import base64
import binascii
import hashlib
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from django.conf import settings

_FORMAT = b"\x01"
_KEY_BYTES = 32
_MARK_BYTES = 4
_NONCE_BYTES = 12
_HEAD = len(_FORMAT) + _MARK_BYTES + _NONCE_BYTES


class KeysMissing(Exception):
    """There is no usable data key; the message says where it was looked for and what to do."""


class Unreadable(Exception):
    """A value can't be decrypted: its key was removed from the list, or it was tampered with."""


@dataclass(frozen=True, slots=True)
class Key:
    """A data key and the mark by which a stored value names it."""

    mark: bytes
    secret: bytes


def new_key() -> str:
    """Return a fresh data key as text."""
    return base64.urlsafe_b64encode(secrets.token_bytes(_KEY_BYTES)).decode()


def make_keys_file(path: Path) -> bool:
    """Make the keys file with one key, readable by its owner only; return False when there was one already."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(new_key() + "\n")
        file.flush()
        os.fsync(file.fileno())
    return True


class Ring:
    """The keys in use at a moment, for whoever encrypts and hashes many values in a row."""

    __slots__ = ("_hasher", "_head", "_seal")

    def __init__(self, keys: Sequence[Key]) -> None:
        self._head = _FORMAT + keys[0].mark
        self._seal = AESGCM(keys[0].secret).encrypt
        self._hasher = HMAC(keys[-1].secret, SHA256())
        self._hasher.update(b"gezhi-secret\0")

    def encrypt(self, text: str) -> bytes:
        """Return the text encrypted with the newest key (AES-256-GCM), with the key's mark in front."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return self._head + nonce + self._seal(nonce, text.encode(), self._head)

    def digest(self, secret: str) -> bytes:
        """Return the keyed hash (HMAC-SHA256) of a token or code, always the same for the same secret."""
        # A copy of one that has its key takes a third of the time of one made anew.
        hashed = self._hasher.copy()
        hashed.update(secret.encode())
        return hashed.finalize()


def ring() -> Ring:
    """Return the keys in use. Asked for all the time, so the same settings are known by being the same objects."""
    return _ring(_keys())


def encrypt(text: str) -> bytes:
    """Return the text encrypted with the newest key (AES-256-GCM), with the key's mark in front."""
    return ring().encrypt(text)


def decrypt(value: bytes) -> str:
    """Return the text of a value that `encrypt` made, under any key still in the list. Raises `Unreadable`."""
    head, nonce, sealed = value[: _HEAD - _NONCE_BYTES], value[_HEAD - _NONCE_BYTES : _HEAD], value[_HEAD:]
    for key in _keys():
        if head != _FORMAT + key.mark:
            continue
        try:
            return _cipher(key.secret).decrypt(nonce, sealed, head).decode()
        except InvalidTag:
            break
    raise Unreadable("A protected value can't be read: put the data key that wrote it back into GEZHI_DATA_KEYS.")


def needs_rotation(value: bytes) -> bool:
    """Say whether a value was written with another key than the newest."""
    return value[len(_FORMAT) : len(_FORMAT) + _MARK_BYTES] != _keys()[0].mark


def newest_of_several() -> bytes | None:
    """Return the newest key's mark while retired keys are in the list too; None for one key alone."""
    keys = _keys()
    return keys[0].mark if len(keys) > 1 else None


def hash_secret(secret: str) -> str:
    """Return the keyed hash (HMAC-SHA256, hex) of a token or code, always the same for the same secret.

    It is looked up by equality; without the data key a stolen table can't be searched for short codes.
    """
    return ring().digest(secret).hex()


def check_keys() -> int:
    """Return how many data keys are in use. Raises `KeysMissing`."""
    return len(_keys())


@lru_cache(maxsize=16)
def _ring(keys: tuple[Key, ...]) -> Ring:
    return Ring(keys)


@lru_cache(maxsize=16)
def _cipher(secret: bytes) -> AESGCM:
    return AESGCM(secret)


_last: tuple[object, object, tuple[Key, ...]] = (None, None, ())


def _keys() -> tuple[Key, ...]:
    """Return the keys in use. Asked for all the time, so the same settings are known by being the same objects."""
    global _last  # noqa: PLW0603
    given, file = settings.DATA_KEYS, settings.DATA_KEYS_FILE
    last_given, last_file, keys = _last
    if given is not last_given or file is not last_file:
        keys = _read(given, file)
        _last = (given, file, keys)
    return keys


@lru_cache(maxsize=4)
def _read(given: str, file: Path | str) -> tuple[Key, ...]:
    words = [word.strip() for word in given.split(",") if word.strip()] or _words(Path(file))
    return tuple(_parse(number, word) for number, word in enumerate(words, start=1))


def _words(path: Path) -> list[str]:
    try:
        lines = path.read_text("ascii").split()
    except FileNotFoundError:
        raise KeysMissing(
            f"No data key: GEZHI_DATA_KEYS is empty and {path} is not there. "
            "`gezhi up` makes one at the first start; after a move, bring the old file along."
        ) from None
    except OSError as error:
        raise KeysMissing(
            f"The data keys in {path} can't be read ({error.strerror}): make the file readable."
        ) from None
    if not lines:
        raise KeysMissing(f"{path} is empty: restore it from your backup of the data keys.")
    return lines


def _parse(number: int, word: str) -> Key:
    try:
        secret = base64.urlsafe_b64decode(word)
    except (binascii.Error, ValueError):
        secret = b""
    if len(secret) != _KEY_BYTES:
        raise KeysMissing(f"Data key {number} is not 32 bytes in base64url: copy it again, whole.")
    return Key(hashlib.sha256(b"gezhi-key\0" + secret).digest()[:_MARK_BYTES], secret)
