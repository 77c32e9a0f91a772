"""Forms of mandates and delegations. What a person may choose in them is what the services would take from them."""

from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.organisations import selectors as organisations
from accounts.organisations.models import Organisation
from accounts.people.models import User
from filiere.days import today
from filiere.web.forms import DateInput, VersionedForm
from projects.access.enums import Permission, Role
from projects.access.roles import MAY_BE_LENT, MAY_BORROW
from projects.groups.mandates.handover import possible_successors
from projects.groups.mandates.person_selectors import account_at
from projects.groups.mandates.rules import roles_offered_to
from projects.groups.models import Membership, WorkingGroup
from projects.groups.selectors import mandate_that_gives, members_on

EMPTY = [("", "—")]


if TYPE_CHECKING:
    SeatChoice = forms.ModelChoiceField[Membership]
    OrganisationChoice = forms.ModelChoiceField[Organisation]
else:
    SeatChoice = OrganisationChoice = forms.ModelChoiceField


class SeatField(SeatChoice):
    """Somebody who sits in the group, for an organisation."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=Membership.objects.none(), empty_label="—", **kwargs)

    def label_from_instance(self, obj: Membership) -> str:
        return f"{obj.person} — {obj.get_role_display().lower()}, {obj.organisation}"


class OrganisationField(OrganisationChoice):
    """By its whole name, in the order of names: an acronym alone tells too little."""

    def label_from_instance(self, obj: Organisation) -> str:
        return f"{obj.name} ({obj.acronym})" if obj.acronym else obj.name


class SeatForm(forms.Form):
    role = forms.ChoiceField(label=gettext_lazy("Rôle"))
    organisation = OrganisationField(
        label=gettext_lazy("Organisation représentée"), queryset=Organisation.objects.none(), empty_label="—"
    )

    def offer(self, by: User, group: WorkingGroup) -> None:
        """What this person may give in that group."""
        given = roles_offered_to(by, group)
        role: Any = self.fields["role"]
        role.choices = [*EMPTY, *((each.value, each.label) for each in Role if each in given)]
        organisation: Any = self.fields["organisation"]
        organisation.queryset = organisations.organisations().order_by("alphabetical", "pk")


class MandateForm(SeatForm):
    """`person` is known already to a coordinator who chose them; others type a whole address."""

    email = forms.EmailField(
        label=gettext_lazy("Adresse électronique"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("Celle de son compte, en entier."),
    )
    starts_on = forms.DateField(label=gettext_lazy("Premier jour"), widget=DateInput)
    ends_on = forms.DateField(
        label=gettext_lazy("Dernier jour"),
        required=False,
        widget=DateInput,
        help_text=gettext_lazy("Compris. Rien pour un mandat sans fin prévue\u202f; un invité a toujours une fin."),
    )
    substitute_for = SeatField(label=gettext_lazy("Suppléant de"), required=False)
    field_order = ["email"]

    def __init__(self, *args: Any, group: WorkingGroup, by: User, person: User | None, **kwargs: Any) -> None:
        kwargs["initial"] = {"starts_on": today()}
        super().__init__(*args, **kwargs)
        self.person = person
        if person is not None:
            del self.fields["email"]
        self.offer(by, group)
        holder: Any = self.fields["substitute_for"]
        holder.queryset = members_on(group, today()).filter(substitute_for=None).order_by("person__searchable", "pk")

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        self.person = account_at(email)
        if self.person is None:
            raise forms.ValidationError(
                _("Aucun compte ouvert n’a cette adresse. Vérifiez-la, ou invitez la personne."), code="unknown"
            )
        return email

    def content(self) -> dict[str, Any]:
        data = {name: value for name, value in self.cleaned_data.items() if name != "email"}
        return {"person": self.person, **data}


class ChangeForm(SeatForm, VersionedForm):
    from_day = forms.DateField(
        label=gettext_lazy("À partir du"),
        widget=DateInput,
        help_text=gettext_lazy("La veille, l’ancien mandat prend fin\u00a0: l’historique le garde."),
    )
    ends_on = forms.DateField(
        label=gettext_lazy("Dernier jour"),
        required=False,
        widget=DateInput,
        help_text=gettext_lazy("Compris. Rien pour un mandat sans fin prévue\u202f; un invité a toujours une fin."),
    )

    def __init__(self, *args: Any, instance: Membership, by: User, **kwargs: Any) -> None:
        stands = {
            "role": instance.role,
            "organisation": instance.organisation_id,
            "from_day": max(today(), instance.starts_on),
            "ends_on": instance.ends_on,
        }
        super().__init__(*args, instance=instance, initial=stands, **kwargs)
        self.offer(by, instance.group)

    def content(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class ProlongForm(VersionedForm):
    ends_on = forms.DateField(
        label=gettext_lazy("Dernier jour"),
        required=False,
        widget=DateInput,
        help_text=gettext_lazy("Compris. Rien pour un mandat sans fin prévue."),
    )

    def __init__(self, *args: Any, instance: Membership, **kwargs: Any) -> None:
        super().__init__(*args, instance=instance, initial={"ends_on": instance.ends_on}, **kwargs)


class EndForm(VersionedForm):
    ends_on = forms.DateField(
        label=gettext_lazy("Dernier jour"),
        required=False,
        widget=DateInput,
        help_text=gettext_lazy("Compris. Rien pour arrêter le mandat tout de suite."),
    )
    successor = SeatField(
        label=gettext_lazy("Successeur"),
        required=False,
        help_text=gettext_lazy("Qui reprend ce qui peut l’être, parmi les membres d’aujourd’hui."),
    )

    def __init__(self, *args: Any, instance: Membership, last: date, offered: list[Membership], **kwargs: Any) -> None:
        super().__init__(*args, instance=instance, **kwargs)
        successor: Any = self.fields["successor"]
        successor.queryset = possible_successors(instance, last)
        successor.choices = [*EMPTY, *((each.pk, successor.label_from_instance(each)) for each in offered)]


class ConfirmForm(VersionedForm):
    """Nothing to say but yes to what was shown."""


class TogetherForm(forms.Form):
    """One end for several mandates."""

    ends_on = forms.DateField(
        label=gettext_lazy("Dernier jour"),
        widget=DateInput,
        required=False,
        help_text=gettext_lazy("Sans date, ces mandats s’arrêtent tout de suite."),
    )


class DelegationForm(forms.Form):
    permission = forms.ChoiceField(label=gettext_lazy("Permission"))
    borrower = forms.ModelChoiceField(
        label=gettext_lazy("À qui"),
        queryset=User.objects.none(),
        empty_label="—",
        help_text=gettext_lazy("Un membre du groupe, ni observateur ni invité."),
    )
    starts_on = forms.DateField(label=gettext_lazy("Premier jour"), widget=DateInput)
    ends_on = forms.DateField(label=gettext_lazy("Dernier jour"), widget=DateInput, help_text=gettext_lazy("Compris."))
    reason = forms.CharField(
        label=gettext_lazy("Motif"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Lu par tout le groupe\u00a0: «\u00a0congés d’été\u00a0», «\u00a0mission\u00a0»."),
    )

    def __init__(self, *args: Any, group: WorkingGroup, by: User, **kwargs: Any) -> None:
        kwargs["initial"] = {"starts_on": today()}
        super().__init__(*args, **kwargs)
        own = [each for each in Permission if each in MAY_BE_LENT and mandate_that_gives(by, each, group)]
        permission: Any = self.fields["permission"]
        permission.choices = [*EMPTY, *((each.value, each.label) for each in own)]
        seats = Membership.objects.filter(group=group, role__in=MAY_BORROW).after(today())
        borrower: Any = self.fields["borrower"]
        borrower.queryset = User.objects.filter(pk__in=seats.values("person"), is_active=True).exclude(pk=by.pk)
