import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Organisation
from accounts.organisations.services import change_organisation, merge_organisations
from filiere.versions import version_of
from projects.models import Membership
from tests.accounts.organisations.later_features import later_features
from tests.factories import AdministratorFactory, UserFactory
from tests.factories.groups import MembershipFactory
from tests.factories.organisations import an_organisation

pytestmark = pytest.mark.django_db

LISTS = ["directory", "organisations"]
READ = ["directory", "directory-organisation"]
WRITTEN = ["organisations", "organisation-new", "organisation", "organisation-edit", "organisation-merge"]
ANSWERS = {"name": "Agence du numérique", "acronym": "ADN", "college": "etat", "kind": "agence", "region": "nationale"}


@pytest.fixture
def dge():
    return an_organisation("Direction générale des Entreprises", "DGE", "Bercy")


@pytest.fixture
def administrator(client):
    person = AdministratorFactory()
    client.force_login(person)
    return person


@pytest.fixture
def delegate(client):
    person = UserFactory(is_delegate=True)
    client.force_login(person)
    return person


@pytest.fixture
def member(client):
    person = UserFactory()
    client.force_login(person)
    return person


def address(name, organisation):
    return reverse(name) if name in {*LISTS, "organisation-new"} else reverse(name, args=[organisation.pk])


def text_of(response):
    return response.content.decode().replace("\xa0", " ").replace("\u202f", " ")


@pytest.mark.parametrize("name", [*READ, *WRITTEN])
def test_visitors_are_sent_to_sign_in(client, dge, name):
    response = client.get(address(name, dge))
    assert response.status_code == 302
    assert response["Location"].startswith("/connexion/")


@pytest.mark.parametrize("name", READ)
def test_members_read(client, member, dge, name):
    response = client.get(address(name, dge))
    assert response.status_code == 200
    assert "Direction générale des Entreprises" in text_of(response)
    assert "Modifier" not in text_of(response)


@pytest.mark.parametrize("name", WRITTEN)
def test_members_do_not_write(client, member, dge, name):
    assert client.get(address(name, dge)).status_code == 403
    assert client.post(address(name, dge), ANSWERS).status_code == 403
    assert list(Organisation.objects.all()) == [dge]
    dge.refresh_from_db()
    assert dge.acronym == "DGE"


@pytest.mark.parametrize("name", [*READ, *WRITTEN])
def test_superuser_flag_alone_gives_nothing_more_than_a_member(client, dge, name):
    client.force_login(UserFactory(is_superuser=True))
    assert client.get(address(name, dge)).status_code == (200 if name in READ else 403)


@pytest.mark.parametrize("name", [*READ, *WRITTEN])
def test_closed_accounts_are_visitors(client, dge, name):
    person = AdministratorFactory()
    client.force_login(person)
    person.is_active = False
    person.save()
    assert client.get(address(name, dge)).status_code == 302


@pytest.mark.parametrize("person", ["administrator", "delegate"])
@pytest.mark.parametrize("name", [*READ, *WRITTEN])
def test_administrators_and_delegates_open_every_page(client, request, dge, person, name):
    request.getfixturevalue(person)
    assert client.get(address(name, dge)).status_code == 200


@pytest.mark.parametrize("name", ["directory-organisation", "organisation", "organisation-edit", "organisation-merge"])
def test_unknown_organisation_is_not_found(client, administrator, name):
    assert client.get(reverse(name, args=[administrator.pk])).status_code == 404


@pytest.mark.parametrize("name", ["directory-organisation", "organisation", "organisation-edit", "organisation-merge"])
def test_merged_organisation_leads_to_what_it_became_for_good(client, administrator, dge, name):
    gone = an_organisation("Entreprises")
    merge_organisations(keep=dge, absorb=gone, by=None)
    response = client.get(reverse(name, args=[gone.pk]))
    assert response.status_code == 301
    assert response["Location"] == reverse(name, args=[dge.pk])


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("text", ["dge", "entreprises direction generale", "bercy"])
def test_list_finds_under_every_spelling(client, administrator, dge, name, text):
    an_organisation("Trésor", "DGT")
    page = text_of(client.get(reverse(name), {"q": text}))
    assert "Direction générale des Entreprises" in page
    assert "Trésor" not in page


def test_list_shows_best_first_when_searched_and_by_name_otherwise(client, administrator):
    an_organisation("Agence DGT", "X")
    an_organisation("Trésor", "DGT")
    page = text_of(client.get(reverse("organisations"), {"q": "dgt"}))
    assert page.index("Trésor") < page.index("Agence DGT")
    page = text_of(client.get(reverse("organisations")))
    assert page.index("Agence DGT") < page.index("Trésor")


@pytest.mark.parametrize(
    ("param", "value", "shown"),
    [("college", "industrie", "Acier"), ("nature", "pole", "Cime"), ("region", "bretagne", "Brise")],
)
def test_list_is_filtered_by_its_address(client, administrator, param, value, shown):
    an_organisation("Acier", college="industrie")
    an_organisation("Brise", region="bretagne")
    an_organisation("Cime", kind="pole")
    page = text_of(client.get(reverse("organisations"), {param: value}))
    assert [name for name in ("Acier", "Brise", "Cime") if name in page] == [shown]


def test_list_leaves_as_csv(client, administrator, dge):
    response = client.get(reverse("organisations"), {"format": "csv"})
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig")), delimiter=";"))
    assert rows[1] == ["Direction générale des Entreprises", "DGE", "État", "Administration", ""]


@pytest.mark.parametrize("name", LISTS)
def test_list_costs_the_same_with_one_and_with_thirty(client, administrator, name):
    client.get(reverse(name))  # the first request of a session also notes when it was used
    costs = []
    for number in (1, 29):
        for n in range(number):
            an_organisation(f"Organisme {number} {n}", f"O{number}{n}", f"Autre {number} {n}")
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse(name), {"q": "organisme"})
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_page_tells_everything_that_is_known(client, member):
    made = an_organisation("Agence bretonne", "AB", "Agence de Bretagne", region="bretagne", kind="agence")
    page = text_of(client.get(reverse("directory-organisation", args=[made.pk])))
    for words in ("Agence bretonne", "AB", "Agence de Bretagne", "Bretagne", "Agence", "État"):
        assert words in page


def test_page_of_administration_tells_what_was_merged_into_it(client, administrator, dge):
    merge_organisations(keep=dge, absorb=an_organisation("Vieux ministère", "VM"), by=None)
    assert "Vieux ministère (VM)" in text_of(client.get(reverse("organisation", args=[dge.pk])))


def test_page_escapes_what_people_typed(client, member):
    made = an_organisation("<script>alert(1)</script> SA", "A&B", "<b>gras</b>")
    page = client.get(reverse("directory-organisation", args=[made.pk])).content.decode()
    assert "<script>alert" not in page
    assert "<b>gras" not in page
    assert "A&amp;B" in page


def test_new_creates_and_leads_to_its_page(client, delegate):
    response = client.post(reverse("organisation-new"), {**ANSWERS, "aliases": "Agence num.\r\n\r\nNumérique public"})
    made = Organisation.objects.get()
    assert response.status_code == 302
    assert response["Location"] == reverse("organisation", args=[made.pk])
    assert [alias.text for alias in made.aliases.filter(own=False)] == ["Agence num.", "Numérique public"]
    assert (made.college, made.kind, made.region) == ("etat", "agence", "nationale")


def test_new_refused_keeps_what_was_typed_and_says_why(client, administrator, dge):
    response = client.post(reverse("organisation-new"), {**ANSWERS, "name": "DIRECTION generale des entreprises"})
    page = text_of(response)
    assert response.status_code == 200
    assert "désigne déjà l’organisation « Direction générale des Entreprises »" in page
    assert 'value="DIRECTION generale des entreprises"' in page
    assert 'value="ADN"' in page
    assert Organisation.objects.count() == 1


@pytest.mark.parametrize("missing", ["name", "college", "kind"])
def test_new_with_something_missing_is_refused(client, administrator, missing):
    response = client.post(reverse("organisation-new"), {**ANSWERS, missing: ""})
    assert response.status_code == 200
    assert not Organisation.objects.exists()


def test_new_with_a_shared_acronym_asks_for_a_box_to_be_ticked(client, administrator, dge):
    assert 'name="confirmed"' not in text_of(client.get(reverse("organisation-new")))
    answers = {**ANSWERS, "acronym": "DGE"}
    page = text_of(client.post(reverse("organisation-new"), answers))
    assert "confirmez que ce sont bien deux organisations" in page
    assert 'name="confirmed"' in page
    assert Organisation.objects.count() == 1
    assert client.post(reverse("organisation-new"), {**answers, "confirmed": "on"}).status_code == 302
    assert Organisation.objects.count() == 2


def test_edit_shows_what_stands_and_saves(client, administrator, dge):
    page = client.get(reverse("organisation-edit", args=[dge.pk])).content.decode()
    assert 'value="DGE"' in page
    assert "Bercy</textarea>" in page
    answers = {**ANSWERS, "aliases": "Bercy", "version": version_of(dge)}
    response = client.post(reverse("organisation-edit", args=[dge.pk]), answers)
    assert response["Location"] == reverse("organisation", args=[dge.pk])
    dge.refresh_from_db()
    assert (dge.name, dge.acronym, dge.region) == ("Agence du numérique", "ADN", "nationale")


def test_edit_of_what_changed_meanwhile_shows_both_texts_and_then_lets_decide(client, administrator, dge):
    seen = version_of(dge)
    change_organisation(organisation=dge, seen=None, aliases=["Bercy", "Industrie"], region="corse", by=None)
    answers = {**ANSWERS, "aliases": "Bercy\r\nEntreprises", "version": seen}
    response = client.post(reverse("organisation-edit", args=[dge.pk]), answers)
    page = text_of(response)
    assert response.status_code == 200
    assert "Une autre personne a enregistré des changements" in page
    for words in ("Corse", "Nationale", "Bercy\nIndustrie", "Bercy\r\nEntreprises".replace("\r", "")):
        assert words in page.replace("\r", "")
    dge.refresh_from_db()
    assert dge.region == "corse"
    again = response.context["form"]["version"].value()
    assert client.post(reverse("organisation-edit", args=[dge.pk]), {**answers, "version": again}).status_code == 302
    dge.refresh_from_db()
    assert dge.region == "nationale"


def test_merge_begins_by_choosing_and_never_proposes_itself(client, administrator, dge):
    other = an_organisation("Direction des entreprises", "DE")
    page = text_of(client.get(reverse("organisation-merge", args=[dge.pk]), {"q": "entreprises"}))
    assert f"?absorb={other.pk}" in page
    assert f"?absorb={dge.pk}" not in page


def test_merge_without_a_match_says_so(client, administrator, dge):
    page = text_of(client.get(reverse("organisation-merge", args=[dge.pk]), {"q": "martien"}))
    assert "Aucune autre organisation ne porte ce nom" in page


@pytest.mark.parametrize("asked", [{}, {"q": ""}, {"absorb": "pas un identifiant"}, {"q": "\x00"}])
def test_merge_with_nothing_chosen_asks(client, administrator, dge, asked):
    response = client.get(reverse("organisation-merge", args=[dge.pk]), asked)
    assert response.status_code == 200
    assert 'type="search"' in text_of(response)


def test_merge_compares_and_counts_before_confirming(client, administrator, dge):
    other = an_organisation("Entreprises", "ENT", "Les boîtes", region="corse")
    for _ in range(3):
        MembershipFactory(organisation=other)
    page = text_of(client.get(reverse("organisation-merge", args=[dge.pk]), {"absorb": other.pk}))
    for words in ("Direction générale des Entreprises", "Les boîtes", "Corse", "Mandats", "Fusionner définitivement"):
        assert words in page
    assert organisation_count() == 2


def organisation_count():
    return Organisation.objects.living().count()


def test_merge_confirmed_merges_and_leads_to_the_survivor(client, delegate, dge):
    other = an_organisation("Entreprises", "ENT")
    mandate = MembershipFactory(organisation=other)
    response = client.post(reverse("organisation-merge", args=[dge.pk]), {"absorb": other.pk})
    assert response["Location"] == reverse("organisation", args=[dge.pk])
    mandate.refresh_from_db()
    assert mandate.organisation == dge
    assert organisation_count() == 1


def test_merge_twice_finds_nothing_left_to_merge(client, administrator, dge):
    other = an_organisation("Entreprises", "ENT")
    client.post(reverse("organisation-merge", args=[dge.pk]), {"absorb": other.pk})
    assert client.post(reverse("organisation-merge", args=[dge.pk]), {"absorb": other.pk}).status_code == 404


@pytest.mark.parametrize("method", ["get", "post"])
def test_merge_with_itself_or_nothing_known_is_not_found(client, administrator, dge, method):
    for absorb in (dge.pk, administrator.pk):
        response = getattr(client, method)(reverse("organisation-merge", args=[dge.pk]), {"absorb": absorb})
        assert response.status_code == 404


@pytest.mark.django_db(transaction=True)
def test_merge_that_cannot_be_says_so_and_offers_no_button(client, administrator, dge):
    other = an_organisation("Entreprises", "ENT")
    with later_features() as later:
        for owner in (dge, other):
            later.sheet.objects.create(organisation=owner)
        here = reverse("organisation-merge", args=[dge.pk])
        page = text_of(client.get(here, {"absorb": other.pk}))
        assert "Fusion impossible" in page
        assert "1 en double" in page
        assert "Fusionner définitivement" not in page
        response = client.post(here, {"absorb": other.pk})
        assert response.status_code == 200
        assert "Fiches" in text_of(response)
    assert organisation_count() == 2


def test_merge_page_costs_the_same_with_one_and_with_thirty(client, administrator, dge):
    other = an_organisation("Entreprises", "ENT")
    client.get(reverse("directory"))
    costs = []
    for number in (1, 29):
        for _ in range(number):
            MembershipFactory(organisation=other)
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("organisation-merge", args=[dge.pk]), {"absorb": other.pk})
        costs.append(len(queries))
    assert costs[0] == costs[1]
    assert Membership.objects.count() == 30
