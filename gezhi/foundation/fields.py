"""Model fields that keep personal data encrypted."""

from typing import Any

from django.core.exceptions import FieldError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from gezhi.foundation import crypto


class EncryptedText(models.BinaryField):  # type: ignore[type-arg]
    """Text that the database holds encrypted only. It can be asked for null, never searched or ordered by."""

    description = "Encrypted text"
    empty_values = (None, "")

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:  # noqa: FBT001, FBT002  Django's signature
        """Encrypt on the way in; empty text stays empty."""
        if isinstance(value, str):
            value = crypto.encrypt(value) if value else b""
        return super().get_db_prep_value(value, connection, prepared)

    def from_db_value(self, value: Any, _expression: Any, _connection: BaseDatabaseWrapper) -> str | None:
        """Decrypt on the way out."""
        if value is None:
            return None
        raw = bytes(value)
        return crypto.decrypt(raw) if raw else ""

    def get_default(self) -> str | None:
        """Return the default as text."""
        if self.has_default():
            return self._get_default()  # type: ignore[attr-defined,no-any-return]
        return None if self.null else ""

    def to_python(self, value: Any) -> Any:
        """Keep text as it is."""
        return value

    def value_to_string(self, _obj: models.Model) -> str:
        """Refuse to be serialised in the clear."""
        raise FieldError(f"{self.name} is protected and can't be serialised")

    def get_lookup(self, lookup_name: str) -> Any:
        """Allow `isnull` only: the same text is encrypted differently each time, so equality would find nothing."""
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is encrypted and can't be searched; keep a crypto.hash_secret beside it")
        return super().get_lookup(lookup_name)
