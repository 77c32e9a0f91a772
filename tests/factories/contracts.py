from datetime import date

import factory

from projects.models import Amendment, Axis, BudgetLine, Contract, Project


class ContractFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Contract
        django_get_or_create = ("code",)  # a filière has one contract at a time

    code = "contrat"
    title = "Contrat de filière"
    sector = "Industries d’essai"
    starts_on = date(2023, 1, 1)
    ends_on = date(2030, 12, 31)


class AmendmentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Amendment

    contract = factory.SubFactory(ContractFactory)
    number = factory.Sequence(lambda n: n + 1)
    title = "Premiers ajustements"
    signed_on = date(2024, 6, 1)


class AxisFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Axis

    contract = factory.SubFactory(ContractFactory)
    code = factory.Sequence(lambda n: f"AX{n}")
    title = factory.Sequence(lambda n: f"Axe {n}")


class ProjectFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Project

    axis = factory.SubFactory(AxisFactory)
    contract = factory.SelfAttribute("axis.contract")
    code = factory.Sequence(lambda n: f"P{n:02}")
    number = factory.Sequence(lambda n: n + 1)
    title = factory.Sequence(lambda n: f"Projet {n}")


class BudgetLineFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = BudgetLine

    project = factory.SubFactory(ProjectFactory)
    kind = "prevu"
