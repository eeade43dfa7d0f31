"""The forms of this surface. What they accept is judged again by the operation that they call."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

_OLD = {"autocomplete": "current-password"}
_NEW = {"autocomplete": "new-password"}
_CODE = {"autocomplete": "one-time-code", "inputmode": "text", "autocapitalize": "none", "spellcheck": "false"}


class Drawn(forms.Form):
    """A form whose controls carry the design system's class and point at their help and error."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.setdefault("class", "input")

    def refuse(self, error: ValidationError) -> None:
        """Show what an operation refused at the field that it names, else at the top; what was written stays."""
        if not hasattr(error, "error_dict"):
            self.add_error(None, error)
            return
        for name, errors in error.error_dict.items():
            self.add_error(name if name in self.fields else None, list(errors))


class LoginForm(Drawn):
    """Username or telephone number, and password."""

    login = forms.CharField(
        label=_("Username or telephone number"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    password = forms.CharField(label=_("Password"), max_length=200, strip=False, widget=forms.PasswordInput(attrs=_OLD))


class CodeForm(Drawn):
    """A code of the authenticator app, or a recovery code."""

    code = forms.CharField(
        label=_("Verification code"),
        help_text=_("The six digits that the authenticator app shows now, or one of your recovery codes."),
        max_length=20,
        widget=forms.TextInput(attrs=_CODE),
    )


class NewPassword(Drawn):
    """A password written twice."""

    password = forms.CharField(
        label=_("New password"),
        help_text=_("At least 10 characters. A sentence that only you think of is better than a short riddle."),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs=_NEW),
    )
    again = forms.CharField(
        label=_("The same once more"), max_length=200, strip=False, widget=forms.PasswordInput(attrs=_NEW)
    )

    def clean(self) -> dict[str, Any]:
        """Refuse two different spellings."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("password") and data.get("again") and data["password"] != data["again"]:
            self.add_error("again", gettext("The two differ. Write the same password twice."))
        return data


class SlipForm(NewPassword):
    """The code on a slip, and the password that its owner chooses."""

    code = forms.CharField(
        label=_("Code on your slip"),
        help_text=_("25 letters and digits in five groups; hyphens may be left out."),
        max_length=60,
        widget=forms.TextInput(attrs=_CODE),
    )
    field_order = ("code", "password", "again")


class RegisterForm(NewPassword):
    """A resident's own account."""

    name = forms.CharField(
        label=_("How shall we call you?"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    phone = forms.CharField(
        label=_("Telephone number"),
        help_text=_("You sign in with it. It is kept encrypted and shown to nobody else."),
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )
    field_order = ("name", "phone", "password", "again")


class PasswordForm(NewPassword):
    """One's present password and a new one."""

    old = forms.CharField(
        label=_("Present password"), max_length=200, strip=False, widget=forms.PasswordInput(attrs=_OLD)
    )
    field_order = ("old", "password", "again")


class ProfileForm(Drawn):
    """How a person is reached."""

    phone = forms.CharField(
        label=_("Telephone number"),
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )
    email = forms.EmailField(
        label=_("Mail address"), help_text=_("Notices are sent here, if your office sends mail."), required=False
    )
    language = forms.ChoiceField(
        label=_("Language of notices"), required=False, choices=[("", _("As the page")), *settings.LANGUAGES]
    )


class PresentPassword(Drawn):
    """One's present password, to confirm."""

    password = forms.CharField(
        label=_("Present password"), max_length=200, strip=False, widget=forms.PasswordInput(attrs=_OLD)
    )
