"""allauth's forms, in our words. What they check stays theirs."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account import forms as account
from allauth.account.adapter import get_adapter
from allauth.core import context
from allauth.mfa.base import forms as codes
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.people.models import User
from accounts.signin import lockout, second_factor, services, tasks
from accounts.signin.devices import origin

PASSWORD_HELP = _("12 caractères au moins. Évitez votre nom, votre adresse et les mots de passe courants.")


def _word(form: forms.Form, name: str, label: Any, help_text: Any = "", **attributes: str) -> None:
    """A label above the field, no grey text inside it."""
    field = form.fields[name]
    field.label, field.help_text = label, help_text
    field.widget.attrs.pop("placeholder", None)
    field.widget.attrs.update(attributes)


class LoginForm(account.LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, "login", _("Adresse électronique"), autocomplete="username")
        _word(self, "password", _("Mot de passe"))
        _word(self, "remember", _("Rester connecté sur cet appareil"))


class NewPassword(forms.Form):
    """Twice the same, under the rules of the settings."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, "password1", _("Nouveau mot de passe"), PASSWORD_HELP)
        _word(self, "password2", _("Le même, une seconde fois"))

    def clean(self) -> dict[str, Any] | None:
        cleaned = forms.Form.clean(self)
        first, second = self.cleaned_data.get("password1"), self.cleaned_data.get("password2")
        if first and second and first != second:
            self.add_error("password2", _("Les deux mots de passe diffèrent."))
        return cleaned


class ChangePasswordForm(NewPassword, account.ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, "oldpassword", _("Mot de passe actuel"))

    def clean_oldpassword(self) -> str:
        """Asked through the door of sign-in, where wrong answers are counted."""
        given: str = self.cleaned_data["oldpassword"]
        if not get_adapter().reauthenticate(self.user, given):
            raise get_adapter().validation_error("enter_current_password")
        return given


class SetPasswordForm(NewPassword, account.SetPasswordForm):
    pass


class ResetPasswordKeyForm(NewPassword, account.ResetPasswordKeyForm):
    pass


class ResetPasswordForm(forms.Form):
    """Answers the same, and does the same work, whether the address has an account or not."""

    email = forms.EmailField(
        label=_("Adresse électronique"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )

    def save(self, request: Any, **_: Any) -> str:
        email: str = self.cleaned_data["email"]
        tasks.deliver(tasks.send_password_reset, email=email)
        return email


class ReauthenticateForm(account.ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, "password", _("Mot de passe"))


class SecondFactorCode(forms.Form):
    """A code of the application, or a recovery code."""

    user: User
    authenticator: Authenticator

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, "code", _("Code"), _("De votre application, ou un code de secours."), inputmode="numeric")

    def clean_code(self) -> str:
        with lockout.counting(self.user):
            code: str = super().clean_code()  # type: ignore[misc]
            if not second_factor.first_use(self.authenticator, code):
                raise get_adapter().validation_error("incorrect_code")
        return code

    def save(self) -> None:
        super().save()  # type: ignore[misc]
        if self.authenticator.type == Authenticator.Type.RECOVERY_CODES:
            self.authenticator.refresh_from_db()
            services.recovery_code_used(
                person=self.user,
                remaining=len(self.authenticator.wrap().get_unused_codes()),
                origin=origin(context.request),
            )


class AuthenticateForm(SecondFactorCode, codes.AuthenticateForm):
    pass


class ReauthenticateCodeForm(SecondFactorCode, codes.ReauthenticateForm):
    pass


class ActivateTOTPForm(totp.ActivateTOTPForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, "code", _("Code affiché par l’application"), _("Six chiffres."), inputmode="numeric")


@contextmanager
def ceremony() -> Iterator[None]:
    """What the browser sends back comes from anybody: a shape that the library did not foresee is a wrong answer."""
    try:
        yield
    except (ArithmeticError, AttributeError, KeyError, IndexError, TypeError, ValueError, EOFError) as error:
        raise ValidationError(_("Cette clé n’a pas pu être vérifiée. Recommencez.")) from error


class AddWebAuthnForm(webauthn.AddWebAuthnForm):
    name = forms.CharField(
        label=_("Nom de la clé"), help_text=_("Pour la reconnaître dans la liste."), required=False, max_length=80
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(
            self,
            "passwordless",
            _("Entrer avec cette clé seule, sans mot de passe"),
            _("La clé vous demandera alors un code, votre empreinte ou votre visage."),
        )

    def clean(self) -> dict[str, Any]:
        with ceremony():
            cleaned: dict[str, Any] = super().clean()
        return cleaned


class EditWebAuthnForm(webauthn.EditWebAuthnForm):
    name = forms.CharField(label=_("Nom de la clé"), max_length=80)


class KeyAnswer(forms.Form):
    def clean_credential(self) -> Authenticator:
        with ceremony():
            authenticator: Authenticator = super().clean_credential()  # type: ignore[misc]
        return authenticator


class AuthenticateWebAuthnForm(KeyAnswer, webauthn.AuthenticateWebAuthnForm):
    pass


class LoginWebAuthnForm(KeyAnswer, webauthn.LoginWebAuthnForm):
    pass


class ReauthenticateWebAuthnForm(KeyAnswer, webauthn.ReauthenticateWebAuthnForm):
    pass
