from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.invitations import services
from accounts.models import Invitation
from filiere.refusals import Refused
from filiere.spreadsheets import read_text
from projects.access.enums import Role
from projects.groups.enums import Outcome
from projects.groups.invitations import gathering
from projects.groups.invitations.gathering import Defaults, foresee, gather
from projects.groups.invitations.gathering_lines import MOST_LINES, day_named, lines_of, role_named
from projects.groups.services import archive_group
from projects.models import InvitedMandate, Membership
from tests.factories import UserFactory
from tests.factories.groups import MembershipFactory, WorkingGroupFactory
from tests.factories.organisations import an_organisation
from tests.racing import race

pytestmark = pytest.mark.usefixtures("on_that_day")


HEADING = "e-mail;prénom;nom;rôle;organisation;début;fin"


@pytest.fixture
def organisation(db):
    return an_organisation("Direction générale des Entreprises", "DGE", "Les entreprises")


@pytest.fixture
def defaults(group, organisation):
    return Defaults(group=group, role=Role.MEMBER, organisation=organisation)


def listing(*lines):
    return lines_of(read_text("\n".join(lines)))


def plain(text):
    return text.replace("\xa0", " ").replace("\u202f", " ")


def told(plan):
    return [(step.line.number, step.outcome.value, plain(step.sentence)) for step in plan.steps]


def outcomes(plan):
    return [step.outcome for step in plan.steps]


# --- Reading ----------------------------------------------------------------


@pytest.mark.parametrize(
    "heading",
    [
        "e-mail;prénom;nom;rôle;organisation;début;fin",
        "E-MAIL;PRENOM;NOM;ROLE;ORGANISME;DEBUT;FIN",
        "Adresse électronique;Prénom;Nom de famille;Rôle;Organisation représentée;Date de début;Jusqu’au",
        "courriel;Prénoms;Nom;Rôle dans le groupe;Structure;Du;Au",
    ],
)
def test_heading_is_understood_as_people_write_it(heading):
    (line,) = listing(heading, "ana@demo.example;Ana;Ortiz;membre;DGE;01/04/2026;31/12/2026").lines
    assert (line.number, line.email, line.given_name, line.family_name) == (2, "ana@demo.example", "Ana", "Ortiz")
    assert (line.role, line.organisation, line.starts_on, line.ends_on) == ("membre", "DGE", "01/04/2026", "31/12/2026")


def test_heading_may_stand_in_any_order_and_name_other_columns():
    found = listing("Téléphone;fin;e-mail;Remarque", "0102030405;31/12/2026;ana@demo.example;")
    (line,) = found.lines
    assert (line.email, line.ends_on) == ("ana@demo.example", "31/12/2026")
    assert found.ignored == ("Téléphone", "Remarque")


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([""], "vide"),
        (["nom;prénom", "Ortiz;Ana"], "e-mail"),
        (["e-mail;nom;courriel", "a@demo.example;Ortiz;b@demo.example"], "Deux colonnes"),
        (["e-mail", *(f"{n}@demo.example" for n in range(MOST_LINES + 1))], "200 lignes"),
    ],
)
def test_list_that_cannot_be_read_is_refused_with_a_sentence(lines, words):
    with pytest.raises(ValidationError) as caught:
        listing(*lines)
    assert words in caught.value.messages[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ana@demo.example", [("ana@demo.example", "", "")]),
        ("Ana Ortiz <ana@demo.example>", [("ana@demo.example", "Ana", "Ortiz")]),
        ("ORTIZ Ana <ana@demo.example>", [("ana@demo.example", "Ana", "ORTIZ")]),
        ('"Ortiz, Ana" <ana@demo.example>', [("ana@demo.example", "Ana", "Ortiz")]),
        ("'ana@demo.example' <ana@demo.example>", [("ana@demo.example", "", "")]),
        ("Solal <b@demo.example>", [("b@demo.example", "", "Solal")]),
        (
            "Ana Ortiz <ana@demo.example>; b@demo.example, Solal, Ingrid <c@demo.example>",
            [("ana@demo.example", "Ana", "Ortiz"), ("b@demo.example", "", ""), ("c@demo.example", "Ingrid", "Solal")],
        ),
        ("Marie de la Tour <m@demo.example>", [("m@demo.example", "Marie", "de la Tour")]),
    ],
)
def test_addresses_alone_are_understood_as_mail_programs_copy_them(text, expected):
    assert [(line.email, line.given_name, line.family_name) for line in listing(text).lines] == expected


def test_address_with_its_name_in_a_column_gives_the_names_that_are_missing():
    one, two = listing("e-mail;nom", "Ana Ortiz <ana@demo.example>;Solal", "a@demo.example <b@demo.example> <c>;").lines
    assert (one.email, one.given_name, one.family_name) == ("ana@demo.example", "Ana", "Solal")
    assert two.number == 3


@pytest.mark.parametrize(
    ("text", "role"),
    [("Pilote", "pilote"), ("Co-pilote", "copilote"), ("RAPPORTEURE", "rapporteur"), ("invitée", "invite"), ("", None)],
)
def test_roles_are_understood_as_people_write_them(text, role):
    assert role_named(text) == role


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-11-20", date(2026, 11, 20)),
        ("20/11/2026", date(2026, 11, 20)),
        ("1.5.2026", date(2026, 5, 1)),
        ("20 novembre 2026", date(2026, 11, 20)),
        ("1er août 2026", date(2026, 8, 1)),
        ("31/02/2026", None),
        ("20/11/26", None),
        ("3 brumaire 2026", None),
        ("fin 2026", None),
    ],
)
def test_days_are_understood_as_people_write_them(text, day):
    assert day_named(text) == day


# --- Foreseeing -------------------------------------------------------------


def test_plan_says_what_each_line_would_do_and_writes_nothing(group, organisation, pilot, delegate):
    UserFactory(email="compte@demo.example")
    member = UserFactory(email="membre@demo.example")
    MembershipFactory(person=member, group=group, organisation=organisation, role=Role.RAPPORTEUR)
    UserFactory(email="ferme@demo.example", is_active=False)
    services.invite(email="invitee@demo.example", by=delegate)
    an_organisation("Entreprises du Sud", "ES", "Les entreprises", confirmed=True)
    plan = foresee(
        listing(
            HEADING,
            "nouvelle@demo.example;Ana;Ortiz;membre;dge;;",
            "compte@demo.example;;;Observatrice;direction generale des entreprises;;31/12/2026",
            "membre@demo.example;;;membre;DGE;;",
            "invitee@demo.example;;;membre;DGE;;",
            "",
            "nouvelle@demo.example;;;membre;DGE;;",
            "ferme@demo.example;;;membre;DGE;;",
            "pas une adresse;;;membre;DGE;;",
            "a@demo.example;;;tsar;DGE;;",
            "a@demo.example;;;pilote;DGE;;",
            "a@demo.example;;;membre;Inconnue;;",
            "a@demo.example;;;membre;les entreprises;;",
            "a@demo.example;;;membre;;;",
            "a@demo.example;;;;DGE;;",
            "a@demo.example;;;invité;DGE;;",
            "a@demo.example;;;membre;DGE;bientôt;",
            "a@demo.example;;;membre;DGE;;01/01/2020",
            f"{pilot.email};;;membre;DGE;;",
        ),
        defaults=Defaults(group=group),
        by=pilot,
    )
    found = told(plan)
    assert [(number, outcome) for number, outcome, _sentence in found[:5]] == [
        (2, "invitation"),
        (3, "mandat_confie"),
        (4, "rien"),
        (5, "invitation_completee"),
        (7, "rien"),
    ]
    assert {outcome for _number, outcome, _sentence in found[5:]} == {"erreur"}
    for (_number, _outcome, sentence), words in zip(
        found,
        [
            "Une invitation part par courriel.",
            "A déjà un compte",
            "Déjà dans le groupe pour cette organisation (Rapporteur)",
            "Une invitation est déjà en cours à cette adresse",
            "Figure déjà ligne 2.",
            "compte fermé",
            "« pas une adresse » n’est pas une adresse.",
            "Rôle inconnu : « tsar ».",
            "Votre rôle ne vous permet pas de confier le rôle « Pilote ».",
            "Aucune organisation ne s’appelle « Inconnue ».",
            "plusieurs choses : Direction générale des Entreprises, Entreprises du Sud.",
            "Indiquez l’organisation représentée.",
            "Indiquez le rôle.",
            "L’accès d’un invité a toujours une fin",
            "« bientôt » n’est pas une date",
            "Cette date de fin est déjà passée.",
            "nul ne se confie son propre mandat",
        ],
        strict=True,
    ):
        assert words in sentence
    assert Invitation.objects.count() == 1
    assert not InvitedMandate.objects.exists()


def test_plan_takes_defaults_where_lines_are_silent(group, organisation, pilot):
    defaults = Defaults(group=group, role=Role.GUEST, organisation=organisation, ends_on=date(2026, 12, 31))
    (step,) = foresee(listing("Ana Ortiz <ana@demo.example>"), defaults=defaults, by=pilot).steps
    assert (step.outcome, step.prospect.role, step.prospect.organisation) == (Outcome.INVITED, "invite", organisation)
    assert (step.prospect.ends_on, step.prospect.given_name) == (date(2026, 12, 31), "Ana")


def test_plan_without_heading_refuses_what_is_no_address(defaults, pilot):
    plan = foresee(listing("ana@demo.example;Ana;Ortiz"), defaults=defaults, by=pilot)
    assert outcomes(plan) == [Outcome.INVITED, Outcome.FAULTY, Outcome.FAULTY]
    assert "nommez les colonnes" in plan.steps[1].sentence


def test_plan_of_a_group_refuses_lines_about_another(defaults, pilot):
    lines = listing(
        "e-mail;groupe", "a@demo.example;DIV", "b@demo.example;Diagnostic in Vitro", "c@demo.example;imagerie"
    )
    plan = foresee(lines, defaults=defaults, by=pilot)
    assert outcomes(plan) == [Outcome.INVITED, Outcome.INVITED, Outcome.FAULTY]


def test_plan_of_an_archived_group_is_all_errors(group, defaults, delegate):
    group = archive_group(group=group, by=delegate)
    plan = foresee(listing("a@demo.example"), defaults=Defaults(group=group, role="membre"), by=delegate)
    assert "archivé" in plan.steps[0].sentence


def test_plan_across_groups_names_them_on_each_line(group, organisation, delegate):
    twins = [WorkingGroupFactory(name="Imagerie") for _ in range(2)]
    archived = archive_group(group=WorkingGroupFactory(name="Vieux"), by=delegate)
    plan = foresee(
        listing(
            "e-mail;groupe",
            "a@demo.example;DIV",
            "a@demo.example;Imagerie",
            f"a@demo.example;{twins[0].slug}",
            "b@demo.example;",
            "b@demo.example;Inconnu",
            f"b@demo.example;{archived.slug}",
        ),
        defaults=Defaults(role=Role.PILOT, organisation=organisation),
        by=delegate,
    )
    first, twice, second, nowhere, unknown, closed = told(plan)
    assert (first[1], second[1]) == ("invitation", "invitation_completee")
    for (_number, outcome, sentence), words in (
        (twice, f"plusieurs choses : {', '.join(sorted(twin.slug for twin in twins))}."),
        (nowhere, "Indiquez le groupe."),
        (unknown, "Aucun groupe ne s’appelle « Inconnu »."),
        (closed, "Ce groupe est archivé."),
    ):
        assert outcome == "erreur"
        assert words in sentence


def test_plan_across_groups_is_for_coordinators(pilot, organisation):
    for person in (pilot, UserFactory(is_superuser=True)):
        with pytest.raises(PermissionDenied):
            foresee(listing("e-mail;groupe", "a@demo.example;div"), defaults=Defaults(), by=person)


def test_plan_says_when_the_hour_is_spent(defaults, pilot, monkeypatch):
    monkeypatch.setattr(services, "MOST_PER_HOUR", 2)
    lines = listing("a@demo.example", "b@demo.example", "c@demo.example")
    plan = foresee(lines, defaults=defaults, by=pilot)
    assert "2 invitations" in plan.obstacle
    with pytest.raises(Refused, match="2 invitations"):
        gather(lines, defaults=defaults, by=pilot)
    assert not Invitation.objects.exists()


def test_plan_costs_the_same_for_one_line_and_for_thirty(group, organisation, pilot, delegate):
    def cost(number):
        rows = []
        for n in range(number):
            UserFactory(email=f"compte-{number}-{n}@demo.example")
            an_organisation(f"Organisation {number} {n}")
            rows += [
                f"compte-{number}-{n}@demo.example;membre;Organisation {number} {n}",
                f"n{n}@demo.example;membre;DGE",
            ]
        with CaptureQueriesContext(connection) as queries:
            plan = foresee(listing("e-mail;rôle;organisation", *rows), defaults=Defaults(group=group), by=pilot)
        assert not plan.faulty
        return len(queries)

    cost(1)  # the first question of a day also brings the grants up to it
    assert cost(2) == cost(30) <= 12


# --- Gathering --------------------------------------------------------------


def test_gather_does_what_was_foreseen(group, defaults, organisation, pilot):
    person = UserFactory(email="compte@demo.example")
    lines = listing("Ana Ortiz <ana@demo.example>", "compte@demo.example")
    plan = foresee(lines, defaults=defaults, by=pilot)
    gather(lines, defaults=defaults, by=pilot, shown=plan.digest)
    offer = InvitedMandate.objects.get()
    assert (offer.group, offer.organisation, offer.offered_by) == (group, organisation, pilot)
    assert (offer.invitation.email, offer.invitation.given_name) == ("ana@demo.example", "Ana")
    assert person.mandates.get().group == group


def test_gather_again_does_nothing_twice(defaults, pilot):
    UserFactory(email="compte@demo.example")
    lines = listing("ana@demo.example", "compte@demo.example")
    gather(lines, defaults=defaults, by=pilot)
    counted = Invitation.objects.count(), InvitedMandate.objects.count(), Membership.objects.count()
    again = gather(lines, defaults=defaults, by=pilot)
    assert outcomes(again) == [Outcome.ALREADY, Outcome.ALREADY]
    assert (Invitation.objects.count(), InvitedMandate.objects.count(), Membership.objects.count()) == counted


def test_gather_with_a_faulty_line_changes_nothing_unless_told_to_leave_it(defaults, pilot):
    lines = listing("e-mail;rôle", "a@demo.example;membre", "b@demo.example;pilote")
    with pytest.raises(Refused, match="erreur"):
        gather(lines, defaults=defaults, by=pilot)
    assert not Invitation.objects.exists()
    gather(lines, defaults=defaults, by=pilot, skip_faulty=True)
    assert Invitation.objects.get().email == "a@demo.example"


def test_gather_of_something_else_than_what_was_shown_is_refused(defaults, pilot):
    lines = listing("ana@demo.example", "b@demo.example")
    shown = foresee(lines, defaults=defaults, by=pilot).digest
    UserFactory(email="b@demo.example")
    for changed in (lines, listing("ana@demo.example"), listing("ana@demo.example", "c@demo.example")):
        with pytest.raises(Refused, match="a changé"):
            gather(changed, defaults=defaults, by=pilot, shown=shown)
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("changed", [{"role": Role.OBSERVER}, {"message": "Bienvenue"}, {"ends_on": date(2027, 1, 1)}])
def test_gather_with_other_defaults_than_what_was_shown_is_refused(defaults, pilot, group, organisation, changed):
    lines = listing("ana@demo.example")
    shown = foresee(lines, defaults=defaults, by=pilot).digest
    other = Defaults(**{"group": group, "role": Role.MEMBER, "organisation": organisation, **changed})
    with pytest.raises(Refused, match="a changé"):
        gather(lines, defaults=other, by=pilot, shown=shown)


def test_gather_that_stumbles_in_the_middle_leaves_nothing(defaults, pilot, monkeypatch):
    real, done = gathering.carry_out, []

    def stumble(*wanted, **how):
        if len(done) == 2:
            raise LookupError
        done.append(real(*wanted, **how))

    monkeypatch.setattr(gathering, "carry_out", stumble)
    UserFactory(email="a@demo.example")
    with pytest.raises(LookupError):
        gather(listing("a@demo.example", "b@demo.example", "c@demo.example"), defaults=defaults, by=pilot)
    assert len(done) == 2
    assert not Invitation.objects.exists()
    assert not Membership.objects.filter(person__email="a@demo.example").exists()


def test_gather_by_somebody_whose_mandate_has_ended_is_refused(group, defaults):
    gone = MembershipFactory(group=group, role=Role.PILOT, ends_on=date(2026, 3, 10) - timedelta(days=1)).person
    for person in (gone, MembershipFactory(group=group).person, MembershipFactory(role=Role.PILOT).person):
        with pytest.raises(Refused, match="erreur"):
            gather(listing("a@demo.example"), defaults=defaults, by=person)
        gather(listing("a@demo.example"), defaults=defaults, by=person, skip_faulty=True)
    assert not Invitation.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_gatherings_at_once_make_each_invitation_once(defaults, pilot, group):
    other = MembershipFactory(group=group, role=Role.PILOT).person
    ahead, back = ["a@demo.example", "b@demo.example", "c@demo.example"], ["c@demo.example", "b@demo.example"]
    found = race(
        lambda: gather(listing(*ahead), defaults=defaults, by=pilot),
        lambda: gather(listing(*back), defaults=defaults, by=other),
    )
    assert all(isinstance(plan, gathering.Plan) for plan in found), found
    assert sorted(InvitedMandate.objects.values_list("invitation__email", flat=True)) == ahead
