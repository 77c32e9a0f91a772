from datetime import date

import factory

from projects.groups.enums import Role
from projects.models import Membership, WorkingGroup
from tests.factories.accounts import OrganisationFactory, UserFactory


class WorkingGroupFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = WorkingGroup

    slug = factory.Sequence(lambda n: f"groupe-{n}")
    name = factory.Sequence(lambda n: f"Groupe {n}")


class MembershipFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Membership

    person = factory.SubFactory(UserFactory)
    group = factory.SubFactory(WorkingGroupFactory)
    organisation = factory.SubFactory(OrganisationFactory)
    role = Role.MEMBER
    starts_on = date(2024, 1, 1)
