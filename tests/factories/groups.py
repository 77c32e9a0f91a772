from datetime import date

import factory

from projects.access.enums import Role
from projects.groups.projection import project
from projects.models import Delegation, Membership, WorkingGroup
from tests.factories.accounts import OrganisationFactory, UserFactory
from tests.factories.contracts import ContractFactory


class WorkingGroupFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = WorkingGroup

    contract = factory.SubFactory(ContractFactory)
    slug = factory.Sequence(lambda n: f"groupe-{n}")
    name = factory.Sequence(lambda n: f"Groupe {n}")


class Projected(factory.django.DjangoModelFactory):
    """As the services leave it: what the row gives is granted already."""

    class Meta:
        abstract = True

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        row = super()._create(model_class, *args, **kwargs)
        project(row.group)
        return row


class MembershipFactory(Projected):
    class Meta:
        model = Membership

    person = factory.SubFactory(UserFactory)
    group = factory.SubFactory(WorkingGroupFactory)
    organisation = factory.SubFactory(OrganisationFactory)
    college = factory.SelfAttribute("organisation.college")
    role = Role.MEMBER
    starts_on = date(2024, 1, 1)


class DelegationFactory(Projected):
    class Meta:
        model = Delegation

    group = factory.SubFactory(WorkingGroupFactory)
    lender = factory.SubFactory(UserFactory)
    borrower = factory.SubFactory(UserFactory)
    permission = "approve"
    starts_on = date(2024, 1, 1)
    ends_on = date(2030, 12, 31)
