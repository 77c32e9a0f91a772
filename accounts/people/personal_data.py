"""Everything kept about a person, for that person. Each feature adds a function to `settings.PERSONAL_DATA`."""

import io
import json
import zipfile
from collections.abc import Callable, Iterable
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.module_loading import import_string

from accounts.invitations.models import Invitation
from accounts.organisations.permissions import capacity_of
from accounts.people.models import User
from accounts.tokens.models import ApiToken
from projects.activity.selectors import events_of_object, journal
from projects.activity.services import record

Section = Callable[[User], dict[str, Any]]
Lines = list[dict[str, Any]]


def personal_data(person: User) -> dict[str, Any]:
    """Plain values, under French names: the reader is the person."""
    data: dict[str, Any] = {"etabli_le": timezone.now()}
    for path in settings.PERSONAL_DATA:
        section: Section = import_string(path)
        data |= section(person)
    return data


def take_personal_data(*, person: User, by: User) -> dict[str, Any]:
    """The same, and the journal says that it left."""
    with transaction.atomic():
        record(actor=by, verb="person.data_exported", target=person, capacity="" if by == person else capacity_of(by))
        return personal_data(person)


def archive(data: dict[str, Any]) -> bytes:
    """A folder for a person rather than for a program: the data, and a page that says how to read it."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as folder:
        folder.writestr("donnees.json", json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2))
        folder.writestr(
            "LISEZ-MOI.txt", render_to_string("accounts/people/personal_data.txt", {"sections": list(data)})
        )
    return target.getvalue()


def identity(person: User) -> dict[str, Any]:
    return {
        "identite": {
            "identifiant": person.pk,
            "adresse": person.email,
            "prenom": person.given_name,
            "nom": person.family_name,
            "arrivee": person.date_joined,
            "derniere_connexion": person.last_login,
            "compte_ouvert": person.is_active,
            "administrateur": person.is_staff,
            "delegue_permanent": person.is_delegate,
            "autres_adresses": _lines(EmailAddress.objects.filter(user=person), adresse="email", verifiee="verified"),
        },
        "preferences": {
            "langue": person.language,
            "fuseau_horaire": person.time_zone,
            "courriels_de_rappel": person.digest,
            "silence_a_partir_de": person.quiet_from,
            "silence_jusqu_a": person.quiet_until,
        },
    }


def sign_in(person: User) -> dict[str, Any]:
    """What opens the account, without what would open it: no secret, no key, no hash."""
    tried: Lines = []
    for model in (AccessAttempt, AccessFailureLog, AccessLog):
        rows = model.objects.filter(username__iexact=person.email)
        tried += _lines(rows, quand="attempt_time", adresse_ip="ip_address", navigateur="user_agent", page="path_info")
    return {
        "sessions": _lines(
            UserSession.objects.filter(user=person),
            ouverte="created_at",
            derniere_activite="last_seen_at",
            adresse_ip="ip",
            navigateur="user_agent",
        ),
        "seconds_facteurs": _lines(
            Authenticator.objects.filter(user=person), nature="type", ajoute="created_at", dernier_usage="last_used_at"
        ),
        "comptes_lies": _lines(
            SocialAccount.objects.filter(user=person),
            fournisseur="provider",
            identifiant="uid",
            relie="date_joined",
            informations_recues="extra_data",
        ),
        "tentatives_de_connexion": tried,
        "jetons": _lines(
            ApiToken.objects.filter(person=person),
            nom="name",
            portee="scope",
            debut="prefix",
            cree="created_at",
            expire="expires_at",
            dernier_usage="last_used_at",
            revoque="revoked_at",
        ),
    }


def invitations(person: User) -> dict[str, Any]:
    columns = {
        "adresse": "email",
        "prenom": "given_name",
        "nom": "family_name",
        "message": "message",
        "creee": "created_at",
        "envoyee": "sent_at",
        "expire": "expires_at",
        "revoquee": "revoked_at",
        "acceptee": "accepted_at",
    }
    return {
        "invitations_envoyees": _lines(Invitation.objects.filter(invited_by=person), **columns),
        "invitations_recues": _lines(Invitation.objects.filter(accepted_by=person), **columns),
    }


def acts(person: User) -> dict[str, Any]:
    columns = {
        "quand": "at",
        "acte": "verb",
        "en_qualite_de": "capacity",
        "nature_de_l_objet": "object_type",
        "objet": "object_id",
        "changements": "changes",
    }
    return {
        "vos_actes": _lines(journal().filter(actor=person), **columns),
        # Who did it is somebody else's data; in what capacity is not.
        "actes_a_votre_sujet": _lines(events_of_object(person).exclude(actor=person), **columns),
    }


def _lines(rows: "QuerySet[Any]", **columns: str) -> Lines:
    found: Iterable[Any] = rows.order_by("pk").values_list(*columns.values())
    return [dict(zip(columns, values, strict=True)) for values in found]
