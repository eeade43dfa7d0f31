"""How Django finds the person of a session. It takes no password: signing in is `operations.check_password`."""

from uuid import UUID

from django.contrib.auth.backends import BaseBackend

from gezhi.people.models import Account


class AccountBackend(BaseBackend):
    """Returns the account of a session as long as it is open."""

    def get_user(self, user_id: UUID | str) -> Account | None:
        """Return the open account with this id, or None, which ends the session."""
        return Account.objects.filter(pk=user_id, is_active=True).first()
