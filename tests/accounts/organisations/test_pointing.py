import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Alias, Organisation
from accounts.organisations.pointing import Move, pointers, what_would_move
from tests.factories.groups import MembershipFactory
from tests.factories.organisations import an_organisation

pytestmark = pytest.mark.django_db


def test_pointers_are_every_foreign_key_of_the_project_towards_organisations():
    expected = {
        f"{model._meta.label_lower}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.local_fields
        if field.is_relation and field.related_model is Organisation and model is not Alias
    }
    assert {pointer.label for pointer in pointers()} == expected
    assert {"accounts.organisation.merged_into", "projects.membership.organisation"} <= expected


def test_what_would_move_counts_by_kind_and_leaves_out_what_is_empty():
    keep, absorb = an_organisation("Trésor"), an_organisation("Direction du Trésor")
    for _ in range(3):
        MembershipFactory(organisation=absorb)
    MembershipFactory(organisation=keep)
    assert what_would_move(keep=keep, absorb=absorb) == [Move(title="Mandats", rows=3, colliding=0)]
    assert what_would_move(keep=absorb, absorb=keep) == [Move(title="Mandats", rows=1, colliding=0)]


def test_what_would_move_costs_the_same_with_one_and_with_thirty():
    keep, absorb = an_organisation("Trésor"), an_organisation("Direction du Trésor")
    costs = []
    for number in (1, 29):
        for _ in range(number):
            MembershipFactory(organisation=absorb)
        with CaptureQueriesContext(connection) as queries:
            what_would_move(keep=keep, absorb=absorb)
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 2 * len(pointers())
