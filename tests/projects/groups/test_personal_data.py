from datetime import date

import pytest
from django.utils import timezone

from projects.groups.personal_data import delegations, emergency_readings, mandates
from projects.models import EmergencyReading, InvitedMandate
from tests.factories import AdministratorFactory, UserFactory
from tests.factories.groups import DelegationFactory, MembershipFactory, WorkingGroupFactory
from tests.factories.people import invite

pytestmark = pytest.mark.django_db


def test_mandates_are_told_with_their_group_and_dates():
    mandate = MembershipFactory()
    MembershipFactory()
    assert mandates(mandate.person)["mandats"] == [
        {
            "groupe": mandate.group.name,
            "role": "membre",
            "organisation": mandate.organisation.name,
            "college": "industrie",
            "debut": mandate.starts_on,
            "fin": None,
            "suppleant_au_titre_du_mandat": None,
            "retire": None,
        }
    ]


def test_offered_mandates_are_told_to_who_offered_and_to_who_accepted():
    pilot, newcomer = UserFactory(), UserFactory()
    mandate = MembershipFactory()
    InvitedMandate.objects.create(
        invitation=invite("invitee@demo.example", by=pilot, accepted_by=newcomer, accepted_at=timezone.now()),
        group=mandate.group,
        role="membre",
        organisation=mandate.organisation,
        offered_by=pilot,
    )
    for person, number in ((pilot, 1), (newcomer, 1), (mandate.person, 0)):
        assert len(mandates(person)["mandats_proposes"]) == number


def test_delegations_are_told_to_both_without_the_other_s_name():
    delegation = DelegationFactory(reason="Congé")
    for person, heading in (
        (delegation.lender, "delegations_donnees"),
        (delegation.borrower, "delegations_recues"),
    ):
        told = delegations(person)
        assert told.pop(heading) == [
            {
                "groupe": delegation.group.name,
                "permission": "approve",
                "debut": date(2024, 1, 1),
                "fin": date(2030, 12, 31),
                "motif": "Congé",
                "retiree": None,
            }
        ]
        assert list(told.values()) == [[]]


def test_emergency_readings_are_told_to_who_opened_them():
    administrator = AdministratorFactory()
    now = timezone.now()
    reading = EmergencyReading.objects.create(
        person=administrator, group=WorkingGroupFactory(), reason="Il le fallait", opened_at=now, closes_at=now
    )
    (line,) = emergency_readings(administrator)["lectures_d_urgence"]
    assert (line["groupe"], line["raison"]) == (reading.group.name, "Il le fallait")


def test_who_has_nothing_is_told_so():
    person = UserFactory()
    told = {**mandates(person), **delegations(person), **emergency_readings(person)}
    assert set(map(len, told.values())) == {0}
