import pytest
from allauth.socialaccount.models import SocialAccount

from accounts.signin.openid.identity import Identity, account_of, unlink
from accounts.signin.openid.refusals import CLOSED, OTHER_IDENTITY, UNKNOWN, WEAK, Refusal
from filiere.env import OpenIDConnect
from projects.activity.models import Event
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
ISSUER = "https://identite.example"


@pytest.fixture(autouse=True)
def _provider(settings):
    settings.OIDC = OpenIDConnect(ISSUER, "filiere", "secret", "ProConnect", ("eidas1",), ("openid",))


def identity(**changes):
    given = {
        "issuer": ISSUER,
        "subject": "sub-1",
        "email": "claire@demo.example",
        "email_verified": None,
        "acr": "eidas1",
        "amr": (),
        "nonce": "n",
        "id_token": "a.b.c",
    }
    return Identity(**{**given, **changes})


def sentence_of(**changes):
    with pytest.raises(Refusal) as refusal:
        account_of(identity(**changes), origin="")
    return refusal.value.sentence


def test_account_of_links_by_address_once(person):
    first = account_of(identity(), origin="")
    assert account_of(identity(email="autre@demo.example"), origin="") == first
    assert Event.objects.filter(verb="person.identity_linked").count() == 1


def test_account_of_costs_one_query_once_linked(person, django_assert_num_queries):
    account_of(identity(), origin="")
    with django_assert_num_queries(1):
        account_of(identity(), origin="")


def test_account_of_same_subject_at_another_issuer_is_another_identity(person):
    account_of(identity(), origin="")
    assert sentence_of(issuer="https://autre.example", email="inconnue@demo.example") == UNKNOWN


def test_account_of_subject_longer_than_the_column_is_refused_not_cut(person):
    account_of(identity(subject="s" * 191), origin="")
    assert SocialAccount.objects.get().uid == "s" * 191


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"email": "inconnue@demo.example"}, UNKNOWN),
        ({"email": ""}, UNKNOWN),
        ({"acr": "eidas0"}, WEAK),
    ],
)
def test_account_of_refuses(person, changes, sentence):
    assert sentence_of(**changes) == sentence
    assert not SocialAccount.objects.exists()


def test_account_of_refuses_a_closed_account_before_linking_it():
    UserFactory(email="claire@demo.example", is_active=False)
    assert sentence_of() == CLOSED
    assert not SocialAccount.objects.exists()


def test_account_of_refuses_a_second_subject_for_one_person(person):
    account_of(identity(), origin="")
    assert sentence_of(subject="sub-2") == OTHER_IDENTITY


def test_unlink_lets_another_identity_come(person):
    account_of(identity(), origin="")
    assert unlink(person=person, by=person) == 1
    assert account_of(identity(subject="sub-2"), origin="").uid == "sub-2"
    assert Event.objects.filter(verb="person.identity_unlinked").count() == 1


def test_unlink_of_nothing_leaves_no_event(person):
    assert unlink(person=person, by=person) == 0
    assert not Event.objects.exists()


def test_unlink_leaves_others_alone(person):
    other = UserFactory()
    SocialAccount.objects.create(user=other, provider=ISSUER, uid="sub-autre")
    unlink(person=person, by=person)
    assert SocialAccount.objects.get().user == other


def test_unlinking_is_offered_to_who_has_a_password(client, person):
    account_of(identity(), origin="")
    client.force_login(person)
    assert "Votre compte est relié à ProConnect" in client.get("/compte/securite/").content.decode()
    assert client.post("/compte/securite/delier/").url == "/compte/securite/"
    assert not SocialAccount.objects.exists()


def test_unlinking_is_refused_to_who_could_not_enter_otherwise(client, person):
    account_of(identity(), origin="")
    person.set_unusable_password()
    person.save()
    client.force_login(person)
    assert "Choisissez d’abord un mot de passe" in client.post("/compte/securite/delier/", follow=True).content.decode()
    assert SocialAccount.objects.exists()


def test_unlinking_is_for_who_is_signed_in(client):
    assert client.post("/compte/securite/delier/").url.startswith("/connexion/")
    assert client.get("/compte/securite/delier/").status_code == 302
