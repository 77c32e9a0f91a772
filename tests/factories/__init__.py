"""Test data without randomness: counters make it unique."""

from tests.factories.accounts import AdministratorFactory, OrganisationFactory, UserFactory

__all__ = ["AdministratorFactory", "OrganisationFactory", "UserFactory"]
