from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from filiere.versions import version_of
from projects.access.enums import Role
from projects.groups.mandates.services import give_mandate, prolong_mandate
from projects.groups.services import archive_group
from projects.models import Delegation, Membership
from tests.factories import AdministratorFactory, OrganisationFactory, UserFactory
from tests.factories.groups import DelegationFactory, MembershipFactory, WorkingGroupFactory

TODAY = date(2026, 3, 10)
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
ACTS = ["mandate-change", "mandate-prolong", "mandate-end", "mandate-withdraw"]


@pytest.fixture(autouse=True)
def on_that_day(db):
    with time_machine.travel("2026-03-10T12:00:00+01:00", tick=False):
        yield


@pytest.fixture
def group():
    return WorkingGroupFactory(slug="imagerie", name="Imagerie")


@pytest.fixture
def pilot(client, group):
    person = MembershipFactory(group=group, role=Role.PILOT).person
    client.force_login(person)
    return person


@pytest.fixture
def administrator(client):
    person = AdministratorFactory()
    client.force_login(person)
    return person


@pytest.fixture
def mandate(group):
    return MembershipFactory(group=group, role=Role.MEMBER)


def at(name, mandate):
    return reverse(name, args=[mandate.group.slug, mandate.pk])


def in_group(name, group):
    return reverse(name, args=[group.slug])


def text_of(response):
    return response.content.decode().replace("\xa0", " ").replace("\u202f", " ").replace("&#x27;", "'")


def answers(**fields):
    return {"role": Role.MEMBER, "starts_on": TODAY.isoformat(), "ends_on": "", "substitute_for": "", **fields}


# --- Who opens them ---------------------------------------------------------


def test_visitors_are_sent_to_sign_in(client, mandate):
    for address in (at("mandate", mandate), at("mandate-end", mandate), in_group("mandate-new", mandate.group)):
        assert client.get(address)["Location"].startswith("/connexion/")


@pytest.mark.parametrize(
    "outsider",
    [
        lambda group: UserFactory(),
        lambda group: UserFactory(is_superuser=True),
        lambda group: MembershipFactory(role=Role.PILOT).person,
        lambda group: MembershipFactory(group=group, role=Role.PILOT, ends_on=YESTERDAY).person,
        lambda group: MembershipFactory(group=group, role=Role.PILOT, starts_on=TOMORROW).person,
    ],
)
def test_to_outsiders_nothing_of_it_exists(client, group, mandate, outsider):
    client.force_login(outsider(group))
    delegation = DelegationFactory(group=group)
    addresses = [at(name, mandate) for name in ("mandate", *ACTS)]
    addresses += [in_group(name, group) for name in ("mandate-new", "group-delegations", "delegation-new")]
    addresses.append(reverse("delegation-end", args=[group.slug, delegation.pk]))
    for address in addresses:
        assert client.get(address).status_code == 404, address
        assert client.post(address, answers()).status_code == 404, address


@pytest.mark.parametrize("role", [Role.RAPPORTEUR, Role.MEMBER, Role.OBSERVER, Role.GUEST])
def test_who_sees_the_group_reads_and_changes_nothing(client, group, mandate, role):
    client.force_login(MembershipFactory(group=group, role=role).person)
    page = text_of(client.get(at("mandate", mandate)))
    assert "Terminer" not in page
    assert "Ce qui lui est arrivé" not in page
    for address in (*(at(name, mandate) for name in ACTS), in_group("mandate-new", group)):
        assert client.get(address).status_code == 403, address
        assert client.post(address, answers()).status_code == 403, address


def test_closed_account_opens_nothing(client, group, mandate):
    person = MembershipFactory(group=group, role=Role.PILOT).person
    client.force_login(person)
    person.is_active = False
    person.save()
    assert client.get(at("mandate", mandate)).status_code == 302


def test_mandate_of_another_group_is_not_found_here(client, group, administrator):
    elsewhere = MembershipFactory()
    for name in ("mandate", *ACTS):
        assert client.get(reverse(name, args=[group.slug, elsewhere.pk])).status_code == 404


def test_pilot_touches_no_pilot(client, group, pilot):
    other = MembershipFactory(group=group, role=Role.PILOT)
    assert "Terminer" not in text_of(client.get(at("mandate", other)))
    for name in ("mandate-change", "mandate-prolong", "mandate-end"):
        assert client.get(at(name, other)).status_code == 403
        assert client.post(at(name, other)).status_code == 403


def test_nobody_changes_their_own_mandate_but_may_leave(client, group, pilot):
    own = Membership.objects.get(person=pilot)
    for name, status in (("mandate-change", 403), ("mandate-prolong", 403), ("mandate-end", 200)):
        assert client.get(at(name, own)).status_code == status


# --- Giving -----------------------------------------------------------------


def test_pilot_gives_a_mandate_by_whole_address_and_browses_nothing(client, group, pilot):
    person, organisation = UserFactory(email="nouvelle@demo.example"), OrganisationFactory()
    here = in_group("mandate-new", group)
    page = text_of(client.get(here, {"q": "nouvelle", "personne": person.pk}))
    assert 'type="email"' in page
    assert person.family_name not in page
    assert "Pilote" not in page.partition("</form>")[0].partition('name="role"')[2]
    response = client.post(here, answers(email=" NOUVELLE@demo.example ", organisation=organisation.pk))
    made = Membership.objects.get(person=person)
    assert response["Location"] == at("mandate", made)
    assert (made.role, made.organisation, made.starts_on) == (Role.MEMBER, organisation, TODAY)


def test_pilot_asking_for_an_unknown_or_closed_address_is_told_and_loses_nothing(client, group, pilot):
    UserFactory(email="fermee@demo.example", is_active=False)
    for email in ("inconnue@demo.example", "fermee@demo.example"):
        page = text_of(
            client.post(
                in_group("mandate-new", group),
                answers(email=email, organisation=OrganisationFactory().pk, ends_on="2026-09-01"),
            )
        )
        assert "Aucun compte ouvert n’a cette adresse" in page
        assert f'value="{email}"' in page
        assert 'value="2026-09-01"' in page


@pytest.mark.parametrize("role", [Role.PILOT, Role.CO_PILOT])
def test_role_beyond_what_a_pilot_gives_is_refused(client, group, pilot, role):
    person = UserFactory()
    data = answers(email=person.email, role=role, organisation=OrganisationFactory().pk)
    assert client.post(in_group("mandate-new", group), data).status_code == 200
    assert not Membership.objects.filter(person=person).exists()


def test_coordinator_searches_then_gives_any_role(client, group, administrator):
    person = UserFactory(given_name="Éloïse", family_name="Garnier")
    UserFactory(given_name="Éloïse", family_name="Fermée", is_active=False)
    here = in_group("mandate-new", group)
    assert 'type="search"' in text_of(client.get(here))
    assert "Aucun compte ne correspond" in text_of(client.get(here, {"q": "martien"}))
    page = text_of(client.get(here, {"q": "eloise"}))
    assert f"?personne={person.pk}" in page
    assert "Fermée" not in page
    chosen = f"{here}?personne={person.pk}"
    assert "Confier un mandat à Éloïse Garnier" in text_of(client.get(chosen))
    data = answers(role=Role.PILOT, organisation=OrganisationFactory().pk)
    assert client.post(chosen, data).status_code == 302
    assert Membership.objects.get(person=person).role == Role.PILOT


@pytest.mark.parametrize("asked", [{"personne": "n’importe quoi"}, {"personne": ""}, {"q": "\x00"}])
def test_coordinator_asking_nonsense_is_asked_again(client, group, administrator, asked):
    assert 'type="search"' in text_of(client.get(in_group("mandate-new", group), asked))


def test_overlap_is_said_and_nothing_typed_is_lost(client, group, administrator, mandate):
    here = f"{in_group('mandate-new', group)}?personne={mandate.person.pk}"
    page = text_of(client.post(here, answers(organisation=mandate.organisation.pk)))
    assert "a déjà, à ces dates, un mandat" in page
    assert f'value="{mandate.organisation.pk}" selected' in page


def test_archived_group_says_why_it_refuses(client, group, administrator):
    archive_group(group=group, by=None)
    here = f"{in_group('mandate-new', group)}?personne={UserFactory().pk}"
    response = client.post(here, answers(organisation=OrganisationFactory().pk))
    assert response.status_code in {200, 403}
    assert not Membership.objects.exists()


# --- One mandate ------------------------------------------------------------


def test_mandate_tells_everything_about_it(client, group, pilot):
    holder = MembershipFactory(group=group)
    made = give_mandate(
        person=UserFactory(),
        group=group,
        role=Role.MEMBER,
        organisation=OrganisationFactory(name="Syndicat de l’imagerie"),
        substitute_for=holder,
        by=None,
    )
    MembershipFactory(group=group, person=made.person, ends_on=YESTERDAY, role=Role.OBSERVER)
    page = text_of(client.get(at("mandate", made)))
    for words in (
        "Membre, au nom de Syndicat de l’imagerie",
        "à compter du 10 mars 2026, sans fin prévue",
        "En cours",
        holder.person.get_full_name(),
        "Observateur, au nom de",
        "a donné un mandat",
        reverse("person-card", args=[made.person_id]),
    ):
        assert words in page, words
    assert made.person.get_full_name() in text_of(client.get(at("mandate", holder)))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"ends_on": YESTERDAY}, "Terminé"),
        ({"starts_on": TOMORROW}, "À venir"),
        ({"withdrawn_at": "2026-03-01T10:00:00+01:00"}, "Retiré"),
    ],
)
def test_mandate_says_where_it_stands(client, group, pilot, fields, words):
    assert words in text_of(client.get(at("mandate", MembershipFactory(group=group, **fields))))


@pytest.mark.parametrize("name", ACTS)
def test_mandate_that_is_over_leads_back_to_its_page(client, group, pilot, name):
    over = MembershipFactory(group=group, ends_on=YESTERDAY)
    response = client.get(at(name, over), follow=True)
    assert response.redirect_chain == [(at("mandate", over), 302)]
    assert "déjà terminé" in text_of(response)


def test_mandate_page_costs_the_same_with_one_and_with_thirty(client, group, pilot, mandate):
    client.get(at("mandate", mandate))
    costs = []
    for number in (1, 29):
        for _ in range(number):
            MembershipFactory(group=group, substitute_for=mandate)
            MembershipFactory(group=group, person=mandate.person)
        with CaptureQueriesContext(connection) as queries:
            client.get(at("mandate", mandate))
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 12


# --- Changing, prolonging, withdrawing --------------------------------------


def test_change_of_role_and_what_is_typed_stays(client, group, pilot, mandate):
    here = at("mandate-change", mandate)
    assert f'value="{mandate.organisation.pk}" selected' in text_of(client.get(here))
    data = {
        "version": version_of(mandate),
        "role": Role.RAPPORTEUR,
        "organisation": mandate.organisation.pk,
        "from_day": YESTERDAY.isoformat(),
        "ends_on": "",
    }
    page = text_of(client.post(here, data))
    assert "vaut au plus tôt d’aujourd’hui" in page
    assert 'value="rapporteur" selected' in page
    response = client.post(here, data | {"from_day": TODAY.isoformat()})
    following = Membership.objects.get(role=Role.RAPPORTEUR)
    assert response["Location"] == at("mandate", following)
    mandate.refresh_from_db()
    assert mandate.ends_on == YESTERDAY


@pytest.mark.parametrize("name", ["mandate-change", "mandate-prolong", "mandate-end"])
def test_what_somebody_else_saved_meanwhile_is_shown(client, group, pilot, mandate, name):
    seen = version_of(mandate)
    with time_machine.travel("2026-03-10T12:00:05+01:00", tick=False):
        prolong_mandate(mandate=mandate, ends_on=date(2026, 12, 31), by=None)
        data = {
            "version": seen,
            "role": Role.RAPPORTEUR,
            "organisation": mandate.organisation.pk,
            "from_day": TODAY.isoformat(),
            "ends_on": "2026-06-30",
        }
        page = text_of(client.post(at(name, mandate), data))
        assert "Une autre personne a enregistré des changements" in page
        mandate.refresh_from_db()
        assert mandate.ends_on == date(2026, 12, 31)


def test_prolong_saves_the_new_end(client, group, pilot, mandate):
    data = {"version": version_of(mandate), "ends_on": "2026-12-31"}
    assert client.post(at("mandate-prolong", mandate), data)["Location"] == at("mandate", mandate)
    mandate.refresh_from_db()
    assert mandate.ends_on == date(2026, 12, 31)


def test_withdraw_asks_first_and_a_running_mandate_is_ended_instead(client, group, pilot, mandate):
    ahead = MembershipFactory(group=group, starts_on=TOMORROW)
    here = at("mandate-withdraw", ahead)
    assert "ne siégera pas à ce titre à partir du 11 mars 2026" in text_of(client.get(here))
    assert client.post(here, {"version": version_of(ahead)})["Location"] == at("mandate", ahead)
    ahead.refresh_from_db()
    assert ahead.withdrawn_at
    assert client.get(at("mandate-withdraw", mandate))["Location"] == at("mandate-end", mandate)


# --- Ending and handing over ------------------------------------------------


def test_end_says_what_is_owed_and_what_the_group_loses(client, group, administrator):
    leaving = MembershipFactory(group=group, role=Role.PILOT)
    substitute = MembershipFactory(group=group, substitute_for=leaving)
    DelegationFactory(group=group, lender=leaving.person, borrower=substitute.person)
    page = text_of(client.get(at("mandate-end", leaving)))
    for words in (
        f"A pour suppléant {substitute.person}",
        "Délègue à",
        f"à partir d’aujourd’hui, {leaving.person} ne verra plus le groupe",
        "Le groupe le montrera : Aucun pilote.",
    ):
        assert words in page, words


def test_end_hands_over_in_one_step(client, group, pilot):
    leaving, successor = MembershipFactory(group=group), MembershipFactory(group=group)
    substitute = MembershipFactory(group=group, substitute_for=leaving)
    data = {"version": version_of(leaving), "ends_on": "", "successor": successor.pk}
    assert client.post(at("mandate-end", leaving), data)["Location"] == at("mandate", leaving)
    leaving.refresh_from_db()
    substitute.refresh_from_db()
    assert (leaving.ends_on, substitute.substitute_for) == (YESTERDAY, successor)


def test_end_with_a_successor_from_elsewhere_is_refused(client, group, pilot, mandate):
    data = {"version": version_of(mandate), "ends_on": "", "successor": MembershipFactory().pk}
    assert client.post(at("mandate-end", mandate), data).status_code == 200
    mandate.refresh_from_db()
    assert mandate.ends_on is None


def test_end_at_a_wrong_date_says_so(client, group, pilot, mandate):
    data = {"version": version_of(mandate), "ends_on": "2026-01-01", "successor": ""}
    assert "terminé dans le passé" in text_of(client.post(at("mandate-end", mandate), data))


@pytest.mark.parametrize("role", [Role.OBSERVER, Role.MEMBER, Role.PILOT])
def test_who_leaves_ends_up_where_they_may_be(client, group, role):
    own = MembershipFactory(group=group, role=role)
    client.force_login(own.person)
    assert "vous ne verrez plus le groupe" in text_of(client.get(at("mandate-end", own)))
    response = client.post(at("mandate-end", own), {"version": version_of(own), "ends_on": "", "successor": ""})
    assert response["Location"] == reverse("home")
    assert client.get(at("mandate", own)).status_code == 404


@pytest.mark.parametrize("who", [AdministratorFactory, None], ids=["administrator", "pilot"])
def test_end_page_costs_the_same_with_one_and_with_thirty(client, group, mandate, who):
    client.force_login(who() if who else MembershipFactory(group=group, role=Role.PILOT).person)
    mandate.substitute_for = MembershipFactory(group=group)
    mandate.save()
    client.get(at("mandate-end", mandate))
    costs = []
    for number in (1, 29):
        for _ in range(number):
            MembershipFactory(group=group, substitute_for=mandate)
            DelegationFactory(group=group, borrower=mandate.person)
        with CaptureQueriesContext(connection) as queries:
            client.get(at("mandate-end", mandate))
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 11


# --- Delegations ------------------------------------------------------------


def test_whole_group_sees_delegations_and_who_holds_one_may_end_it(client, group):
    observer = MembershipFactory(group=group, role=Role.OBSERVER).person
    held = DelegationFactory(group=group, borrower=MembershipFactory(group=group).person, reason="Congés d’été")
    ending = reverse("delegation-end", args=[group.slug, held.pk])
    here = in_group("group-delegations", group)
    client.force_login(observer)
    page = text_of(client.get(here))
    for words in ("Approuver les livrables", held.lender.get_full_name(), "Congés d’été", "En cours"):
        assert words in page
    assert ending not in page
    assert "Déléguer une permission" not in page
    assert client.get(ending).status_code == client.post(ending).status_code == 403
    client.force_login(held.borrower)
    assert ending in text_of(client.get(here))
    assert "Terminer cette délégation" in text_of(client.get(ending))
    assert client.post(ending, {"version": version_of(held)})["Location"] == here
    held.refresh_from_db()
    assert held.revoked_at
    assert "déjà terminée" in text_of(client.get(ending, follow=True))


@pytest.mark.parametrize(
    ("state", "shown"), [("en-cours", "Motif1"), ("a-venir", "Motif2"), ("terminees", "Motif3"), ("", "Motif1")]
)
def test_delegations_are_filtered_by_state(client, group, pilot, state, shown):
    DelegationFactory(group=group, reason="Motif1")
    DelegationFactory(group=group, reason="Motif2", starts_on=TOMORROW)
    DelegationFactory(group=group, reason="Motif3", ends_on=YESTERDAY)
    page = text_of(client.get(in_group("group-delegations", group), {"etat": state}))
    assert shown in page
    assert sum(f"Motif{n}" in page for n in (1, 2, 3)) == (3 if not state else 1)


def test_pilot_delegates(client, group, pilot, mandate):
    here = in_group("delegation-new", group)
    page = text_of(client.get(here))
    assert mandate.person.get_full_name() in page
    data = {
        "permission": "approve",
        "borrower": mandate.person.pk,
        "starts_on": TODAY.isoformat(),
        "ends_on": YESTERDAY.isoformat(),
        "reason": "Mission",
    }
    page = text_of(client.post(here, data))
    assert "finir avant d’avoir commencé" in page
    assert 'value="Mission"' in page
    assert client.post(here, data | {"ends_on": "2026-04-01"})["Location"] == in_group("group-delegations", group)
    assert Delegation.objects.get().borrower == mandate.person


@pytest.mark.parametrize("role", [Role.RAPPORTEUR, Role.MEMBER, Role.OBSERVER, Role.GUEST, None])
def test_who_holds_nothing_to_lend_does_not_lend(client, group, role):
    person = MembershipFactory(group=group, role=role).person if role else AdministratorFactory()
    client.force_login(person)
    assert client.get(in_group("delegation-new", group)).status_code == 403


def test_delegations_cost_the_same_with_one_and_with_thirty(client, group, pilot):
    here = in_group("group-delegations", group)
    client.get(here)
    costs = []
    for number in (1, 29):
        for _ in range(number):
            DelegationFactory(group=group)
        with CaptureQueriesContext(connection) as queries:
            client.get(here)
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 12
