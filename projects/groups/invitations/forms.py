"""What is asked of whoever invites: one person, a list, or an account that a mandate comes with."""

from copy import copy
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.invitations.forms import InvitationForm
from accounts.organisations import selectors as directory
from accounts.organisations.models import Organisation
from accounts.people.models import User
from filiere import spreadsheets
from filiere.web.forms import DateInput
from projects.access.enums import Permission, Role
from projects.groups.invitations.gathering import Defaults
from projects.groups.invitations.gathering_lines import MOST_LINES, Listing, lines_of
from projects.groups.mandates.rules import roles_that
from projects.groups.models import WorkingGroup

if TYPE_CHECKING:
    _Choice = forms.ModelChoiceField[Any]
else:
    _Choice = forms.ModelChoiceField

EMPTY = [("", "—")]
LONGEST_LIST = 100_000
OPTIONAL = {"autocomplete": "off"}


class OrganisationField(_Choice):
    def __init__(self, **options: Any) -> None:
        words = {"label": _("Organisation représentée"), "empty_label": "—"}
        super().__init__(queryset=directory.organisations(), **{**words, **options})

    def label_from_instance(self, obj: Organisation) -> str:
        return f"{obj.name} ({obj.acronym})" if obj.acronym else obj.name


class GroupField(_Choice):
    def label_from_instance(self, obj: WorkingGroup) -> str:
        return obj.name


class ConfirmationForm(forms.Form):
    """Nothing to fill in: the button is the answer, and a refusal has somewhere to be shown."""


class MandateFields(forms.Form):
    """What a mandate is made of, besides who holds it and where."""

    role = forms.ChoiceField(label=_("Rôle dans le groupe"))
    organisation = OrganisationField()
    starts_on = forms.DateField(
        label=_("Début"), required=False, widget=DateInput, help_text=_("Sans date, dès l’arrivée de la personne.")
    )
    ends_on = forms.DateField(
        label=_("Fin"), required=False, widget=DateInput, help_text=_("Obligatoire pour un invité. Ce jour compris.")
    )

    def offer_roles(self, roles: Any) -> None:
        choices = [(role.value, role.label) for role in Role if role in roles]
        field: Any = self.fields["role"]
        field.choices = [*EMPTY, *choices]


class GroupInvitationForm(MandateFields):
    email = forms.EmailField(label=_("Adresse électronique"), max_length=254, widget=forms.EmailInput(attrs=OPTIONAL))
    given_name = forms.CharField(
        label=_("Prénom"), max_length=100, required=False, widget=forms.TextInput(attrs=OPTIONAL)
    )
    family_name = forms.CharField(
        label=_("Nom"), max_length=100, required=False, widget=forms.TextInput(attrs=OPTIONAL)
    )
    message = forms.CharField(
        label=_("Mot d’accueil"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Ajouté au courriel d’invitation, tel quel."),
    )
    field_order = ["email", "given_name", "family_name", "role", "organisation", "starts_on", "ends_on", "message"]

    def __init__(self, *args: Any, by: User, group: WorkingGroup, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_roles(roles_that(by, group))


class GeneralInvitationForm(InvitationForm, MandateFields):
    """The invitation of coordinators: a mandate comes with it when they say which."""

    group = GroupField(label=_("Groupe"), queryset=WorkingGroup.objects.none(), required=False, empty_label="—")
    field_order = [
        *("email", "given_name", "family_name", "message"),
        *("group", "role", "organisation", "starts_on", "ends_on"),
        *("as_delegate", "as_administrator"),
    ]

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, by=by, **kwargs)
        self.fields["group"] = GroupField(
            label=_("Groupe"),
            queryset=_groups(by),
            required=False,
            empty_label=_("Aucun\u00a0: un compte sans mandat"),
            help_text=_("Pour confier un mandat avec le compte."),
        )
        self.fields["role"].required = self.fields["organisation"].required = False
        self.offer_roles(Role)
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        mandate = [name for name in ("role", "organisation", "starts_on", "ends_on") if cleaned.get(name)]
        if cleaned.get("group"):
            for name in ("role", "organisation"):
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, _("Indiquez-le\u00a0: un mandat en a toujours un."))
        elif mandate and "group" not in self.errors:
            self.add_error("group", _("Dans quel groupe\u202f? Ces réponses disent un mandat."))
        return cleaned

    def mandate(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("group", "role", "organisation", "starts_on", "ends_on")}

    def account(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name not in self.mandate()}


class GatheringForm(MandateFields):
    """A list, pasted or handed in. What was read of a file goes into the text: from then on it is all there is."""

    text = forms.CharField(
        label=_("Liste"),
        required=False,
        max_length=LONGEST_LIST,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "wrap": "off", "spellcheck": "false", "autocomplete": "off"}),
    )
    file = forms.FileField(
        label=_("Ou un fichier"),
        required=False,
        help_text=_("Classeur .xlsx ou .ods, ou texte .csv\u00a0: 2\u00a0Mo et %(n)s lignes au plus.")
        % {"n": MOST_LINES},
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.ods"}),
    )
    message = forms.CharField(
        label=_("Mot d’accueil"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Ajouté au courriel de chaque invitation, tel quel."),
    )
    shown = forms.CharField(required=False, widget=forms.HiddenInput)
    skip_faulty = forms.BooleanField(
        label=_("Laisser de côté les lignes en erreur, et faire le reste"),
        required=False,
        widget=forms.CheckboxInput(attrs={"form": "liste"}),  # it stands beside the plan, outside of the form
    )
    field_order = ["text", "file", "role", "organisation", "starts_on", "ends_on", "message"]

    listing: Listing

    def __init__(self, *args: Any, by: User, group: WorkingGroup | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.group = group
        self.offer_roles(roles_that(by, group) if group else Role)
        columns = _("e-mail, prénom, nom, rôle, organisation, début, fin")
        if group is None:
            columns = _("e-mail, groupe, prénom, nom, rôle, organisation, début, fin")
        self.fields["text"].help_text = _(
            "Copiée d’un tableur, avec les noms des colonnes en première ligne (%(columns)s), ou des adresses seules."
        ) % {"columns": columns}
        for name in ("role", "organisation"):
            self.fields[name].required = False
        self.fields["role"].label = _("Rôle, quand la liste ne le dit pas")
        self.fields["organisation"].label = _("Organisation, quand la liste ne la dit pas")
        self.fields["starts_on"].label = _("Début, quand la liste ne le dit pas")
        self.fields["ends_on"].label = _("Fin, quand la liste ne la dit pas")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if {"text", "file"} & set(self.errors):
            return cleaned
        text, file = cleaned.get("text", "").strip("\ufeff"), cleaned.get("file")
        if file and text.strip() and not cleaned.get("shown"):
            self.add_error("file", _("Collez une liste ou joignez un fichier\u00a0: l’un des deux."))
            return cleaned
        try:
            rows = (
                spreadsheets.read_file(file.read(spreadsheets.MOST_BYTES + 1)) if file else spreadsheets.read_text(text)
            )
            self.listing = lines_of(rows)
        except ValidationError as error:
            self.add_error("file" if file else "text", error)
            return cleaned
        if file:
            data: Any = copy(self.data)  # of a QueryDict: one that can be written
            data["text"] = spreadsheets.as_text(rows)
            self.data = data
        return cleaned

    def defaults(self) -> Defaults:
        names = ("role", "organisation", "starts_on", "ends_on", "message")
        return Defaults(group=self.group, **{name: self.cleaned_data[name] for name in names})


def _groups(by: User) -> QuerySet[WorkingGroup]:
    groups: QuerySet[WorkingGroup] = WorkingGroup.objects.where(by, Permission.INVITE).living()
    return groups
