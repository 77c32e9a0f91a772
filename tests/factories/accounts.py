import factory

from accounts.models import Organisation, User
from accounts.organisations.enums import College, OrganisationKind


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"personne-{n}@demo.example")
    given_name = factory.Sequence(lambda n: f"Prénom{n}")
    family_name = factory.Sequence(lambda n: f"Nom{n}")
    password = factory.django.Password("filiere-demo")


class AdministratorFactory(UserFactory):
    email = factory.Sequence(lambda n: f"administratrice-{n}@demo.example")
    is_staff = True


class OrganisationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Organisation

    name = factory.Sequence(lambda n: f"Organisation {n}")
    acronym = factory.Sequence(lambda n: f"ORG{n}")
    kind = OrganisationKind.FEDERATION
    college = College.INDUSTRY
