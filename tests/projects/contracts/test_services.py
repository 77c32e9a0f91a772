from datetime import date

import pytest
from django.core.exceptions import ValidationError

from accounts.organisations.services import merge_organisations
from filiere.versions import Stale, version_of
from projects.activity.models import Event
from projects.contracts.services import add_amendment, change_amendment, change_contract, create_contract
from projects.models import Amendment, Contract
from tests.factories import AdministratorFactory, OrganisationFactory
from tests.factories.contracts import AmendmentFactory, ContractFactory

pytestmark = pytest.mark.django_db

FACTS = {
    "code": "sante-2027",
    "title": "  Contrat   de la santé ",
    "sector": "Santé",
    "starts_on": date(2027, 1, 1),
    "ends_on": date(2029, 12, 31),
}
TERMS = {"number": 1, "title": "Prolongation", "signed_on": date(2028, 5, 2)}


@pytest.fixture
def by():
    return AdministratorFactory()


def last_event():
    return Event.objects.latest("at")


def test_create_contract_tells_the_journal_who_and_in_what_capacity(by):
    dge = OrganisationFactory(acronym="DGE")
    contract = create_contract(**FACTS, organisations=[dge.pk], by=by)
    assert (contract.title, list(contract.organisations.all())) == ("Contrat de la santé", [dge])
    event = last_event()
    assert (event.verb, event.actor, event.capacity) == ("contract.created", by, "administrateur")
    assert event.changes["organisations"] == [None, ["DGE"]]
    assert "presentation" not in event.changes


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"code": "pas un code"}, "code"),
        ({"code": "nouveau"}, "code"),
        ({"title": ""}, "title"),
        ({"title": "a\u200bb"}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"ends_on": date(2026, 1, 1)}, "__all__"),
    ],
)
def test_create_contract_refuses(by, wrong, field):
    with pytest.raises(ValidationError) as refusal:
        create_contract(**{**FACTS, **wrong}, by=by)
    assert list(refusal.value.message_dict) == [field]
    assert not Contract.objects.exists()
    assert not Event.objects.exists()


def test_create_contract_refuses_an_organisation_that_does_not_exist(by):
    with pytest.raises(ValidationError, match="n’existe pas"):
        create_contract(**FACTS, organisations=[by.pk], by=by)


def test_create_contract_holds_what_an_organisation_became(by):
    keep, gone = OrganisationFactory(), OrganisationFactory()
    merge_organisations(keep=keep, absorb=gone, by=None)
    contract = create_contract(**FACTS, organisations=[gone.pk, keep.pk], by=by)
    assert list(contract.organisations.all()) == [keep]


def test_change_contract_writes_the_difference_alone(by):
    contract = ContractFactory(title="Ancien")
    change_contract(contract=contract, title="Nouveau", sector=contract.sector, by=by)
    assert last_event().changes == {"title": ["Ancien", "Nouveau"]}


def test_change_contract_that_changes_nothing_writes_nothing(by):
    contract = ContractFactory()
    change_contract(contract=contract, title=contract.title, by=by)
    assert not Event.objects.exists()


def test_change_contract_notices_who_signs(by):
    first, second = OrganisationFactory(acronym="AAA"), OrganisationFactory(acronym="BBB")
    contract = ContractFactory()
    before = version_of(contract)
    contract = change_contract(contract=contract, organisations=[first.pk], by=by)
    assert version_of(contract) != before
    change_contract(contract=contract, organisations=[second.pk], by=by)
    assert last_event().changes == {"organisations": [["AAA"], ["BBB"]]}


def test_change_contract_seen_in_another_version_is_stale(by):
    contract = ContractFactory()
    seen = version_of(contract)
    change_contract(contract=contract, title="Entre-temps", by=by)
    with pytest.raises(Stale):
        change_contract(contract=contract, title="Trop tard", seen=seen, by=by)
    assert Contract.objects.get().title == "Entre-temps"


def test_change_contract_may_not_start_after_an_amendment_ends_it(by):
    contract = ContractFactory(ends_on=date(2035, 1, 1))
    AmendmentFactory(contract=contract, ends_on=date(2026, 1, 1))
    with pytest.raises(ValidationError, match="avant son début"):
        change_contract(contract=contract, starts_on=date(2027, 1, 1), by=by)


def test_add_amendment_moves_the_end_without_erasing_it(by):
    contract = ContractFactory(ends_on=date(2026, 12, 31))
    add_amendment(contract=contract, **TERMS, ends_on=date(2027, 6, 30), by=by)
    contract = Contract.objects.get()
    assert (contract.ends_on, contract.last_day) == (date(2026, 12, 31), date(2027, 6, 30))
    event = last_event()
    assert (event.verb, event.changes["ends_on"]) == ("amendment.added", [None, "2027-06-30"])


def test_add_amendment_that_says_nothing_of_the_end_leaves_it(by):
    contract = ContractFactory(ends_on=date(2026, 12, 31))
    add_amendment(contract=contract, **TERMS, ends_on=date(2027, 6, 30), by=by)
    add_amendment(contract=contract, **{**TERMS, "number": 2}, by=by)
    assert Contract.objects.get().last_day == date(2027, 6, 30)


def test_add_amendment_refuses_a_number_twice(by):
    amendment = AmendmentFactory(number=1)
    with pytest.raises(ValidationError) as refusal:
        add_amendment(contract=amendment.contract, **TERMS, by=by)
    assert "number" in refusal.value.message_dict


def test_add_amendment_refuses_an_end_before_the_start(by):
    contract = ContractFactory()
    with pytest.raises(ValidationError, match="avant son début"):
        add_amendment(contract=contract, **TERMS, ends_on=date(2020, 1, 1), by=by)


def test_change_amendment_writes_the_difference(by):
    amendment = AmendmentFactory(number=1, title="Ancien")
    change_amendment(amendment=amendment, title="Nouveau", number=1, seen=version_of(amendment), by=by)
    assert (last_event().verb, last_event().changes) == ("amendment.changed", {"title": ["Ancien", "Nouveau"]})


def test_change_amendment_refuses_the_number_of_another(by):
    first = AmendmentFactory(number=1)
    second = AmendmentFactory(contract=first.contract, number=2)
    with pytest.raises(ValidationError):
        change_amendment(amendment=second, number=1, by=by)
    assert sorted(Amendment.objects.values_list("number", flat=True)) == [1, 2]
