from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.invitations.models import Invitation
from accounts.invitations.permissions import may_grant
from accounts.people.models import User
from accounts.signin.forms import PASSWORD_HELP


class InvitationForm(forms.Form):
    email = forms.EmailField(
        label=_("Adresse électronique"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    given_name = forms.CharField(
        label=_("Prénom"), max_length=100, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    family_name = forms.CharField(
        label=_("Nom"), max_length=100, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    message = forms.CharField(
        label=_("Mot d’accueil"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Ajouté au courriel, tel quel."),
    )
    as_delegate = forms.BooleanField(
        label=_("Délégué permanent"),
        required=False,
        help_text=_("Coordonne tout le contrat\u00a0: crée les groupes, tient les organisations, invite."),
    )
    as_administrator = forms.BooleanField(
        label=_("Administrateur"),
        required=False,
        help_text=_("Gère les personnes, les rôles et les réglages, sans droit de lecture particulier."),
    )

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_grant(by, as_administrator=True, as_delegate=False):
            del self.fields["as_administrator"]

    @property
    def already_invited(self) -> str:
        """The address, when the service answered that an invitation to it is open."""
        codes = {error.code for error in self.errors.as_data().get("email", [])}
        return str(self.data.get("email", "")).strip().lower() if "already_invited" in codes else ""


class ConfirmationForm(forms.Form):
    """Nothing to fill in: the button is the answer, and a refusal has somewhere to be shown."""


def _password(label: Any) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
    return forms.CharField(label=label, strip=False, max_length=1000, widget=widget)


class AcceptanceForm(forms.Form):
    """Whom the account is for. The address is shown, not asked, unless the link was made for nobody in particular."""

    # Which invitation this page showed: another link opened since, in another tab, must not take these answers.
    shown = forms.CharField(widget=forms.HiddenInput)
    email = forms.EmailField(
        label=_("Adresse électronique"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )
    given_name = forms.CharField(
        label=_("Prénom"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "given-name"})
    )
    family_name = forms.CharField(
        label=_("Nom"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "family-name"})
    )
    password1 = _password(_("Mot de passe"))
    password2 = _password(_("Le même, une seconde fois"))

    def __init__(self, data: Any = None, *, invitation: Invitation) -> None:
        self.invitation = invitation
        names = {"given_name": invitation.given_name, "family_name": invitation.family_name}
        super().__init__(data, initial={"shown": str(invitation.pk), "email": invitation.email, **names})
        if invitation.email:
            # Not disabled: password managers would not see which account the new password is for.
            self.fields["email"].widget.attrs["readonly"] = True
            self.fields["email"].required = False
            self.fields["email"].help_text = _("L’adresse invitée\u00a0: elle servira à vous connecter.")
        else:
            self.fields["email"].help_text = _("Elle servira à vous connecter et à recevoir les courriels.")
        self.fields["password1"].help_text = PASSWORD_HELP

    def clean_shown(self) -> str:
        shown: str = self.cleaned_data["shown"]
        if shown != str(self.invitation.pk):
            raise ValidationError(_("Un autre lien d’invitation a été ouvert depuis\u00a0: relisez cette page."))
        return shown

    def clean_email(self) -> str:
        return self.invitation.email or str(self.cleaned_data["email"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, second = cleaned.get("password1"), cleaned.get("password2")
        if first and second and first != second:
            self.add_error("password2", _("Les deux mots de passe diffèrent."))
        if first:
            person = User(**{name: cleaned.get(name, "") for name in ("email", "given_name", "family_name")})
            try:
                validate_password(first, person)
            except ValidationError as error:
                self.add_error("password1", error)
        return cleaned
