import pytest
from django.core.exceptions import ValidationError

from projects.contracts.codes import check_code
from projects.models import Contract
from tests.factories.contracts import ContractFactory

pytestmark = pytest.mark.django_db


def test_code_is_trimmed():
    assert check_code(" P01 ", Contract.objects.all()) == "P01"


@pytest.mark.parametrize("code", ["nouveau", "Nouveau", " NOUVEAU "])
def test_code_that_is_an_address_already_is_refused(code):
    with pytest.raises(ValidationError, match="réservé"):
        check_code(code, Contract.objects.all())


def test_code_that_differs_by_capitals_alone_is_refused():
    ContractFactory(code="sante")
    with pytest.raises(ValidationError, match="déjà pris"):
        check_code("SANTE", Contract.objects.all())
