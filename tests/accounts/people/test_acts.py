import inspect

import pytest

from accounts.people import selectors
from accounts.people.acts import ACTS, BY_SLUG, acts_on
from accounts.people.api import PersonResource
from tests.factories import UserFactory


def test_acts_have_each_an_address_of_their_own():
    assert len(BY_SLUG) == len(ACTS)
    # Taken by pages of their own.
    assert not {"modifier", "anonymiser"} & set(BY_SLUG)


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.slug)
def test_act_says_everything_before_it_is_done(act):
    assert "%(name)s" in str(act.question)
    assert str(act.question) % {"name": "Aglaé"}
    assert act.consequences
    assert str(act.done).endswith(".")


def test_acts_are_the_same_on_pages_and_in_the_api():
    """Twins: what a page does the API does, through the same service."""
    source = inspect.getsource(PersonResource)
    assert all(act.service.__name__ in source for act in ACTS)


@pytest.mark.django_db
def test_acts_on_somebody_never_offer_a_thing_and_its_contrary():
    person = UserFactory()
    offered = {act.slug for act in acts_on(person, selectors.access_of(person))}
    for one, other in (("fermer", "rouvrir"), ("nommer-delegue", "retirer-delegue")):
        assert len({one, other} & offered) == 1
