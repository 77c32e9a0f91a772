import pytest

from accounts.signin.openid.assurance import suffices, two_factors


@pytest.mark.parametrize(
    ("given", "wanted", "enough"),
    [
        ("eidas1", [], True),
        ("", [], True),
        ("eidas1", ["eidas1"], True),
        ("eidas2", ["eidas1"], True),
        ("eidas1-mfa", ["eidas1"], True),
        ("eidas1", ["eidas1-mfa"], False),
        ("eidas1", ["eidas0-mfa"], False),
        ("eidas0-mfa", ["eidas1"], False),
        ("eidas2", ["eidas1-mfa"], True),
        ("eidas2", ["eidas3"], False),
        ("eidas0-mfa", ["eidas3", "eidas0-mfa"], True),
        ("", ["eidas1"], False),
        ("https://autre.example/fort", ["eidas1"], False),
        ("https://autre.example/fort", ["https://autre.example/fort"], True),
        ("eidas3", ["https://autre.example/fort"], False),
    ],
)
def test_assurance_suffices_when_it_is_wanted_or_stronger(given, wanted, enough):
    assert suffices(given, wanted) is enough


@pytest.mark.parametrize(
    ("acr", "amr", "told"),
    [
        ("eidas1", ["pwd"], False),
        ("eidas0-mfa", [], True),
        ("eidas1-mfa", [], True),
        ("eidas2", [], True),
        ("eidas3", [], True),
        ("https://refeds.org/profile/mfa", [], True),
        ("eidas1", ["pwd", "mfa"], True),
        ("eidas1", ["pwd", "mail"], False),
        ("", [], False),
        ("https://proconnect.gouv.fr/assurance/certification-dirigeant", [], False),
    ],
)
def test_two_factors_are_told_by_level_or_method(acr, amr, told):
    assert two_factors(acr, amr) is told
