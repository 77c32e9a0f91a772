import pytest
from django.core.management import call_command

from filiere.days import today
from projects.access.enums import Permission, Role
from projects.access.models import Grant
from projects.groups.projection import differences
from tests.factories import UserFactory
from tests.factories.access import seat
from tests.factories.groups import WorkingGroupFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(capsys):
    def run(*arguments):
        capsys.readouterr()
        try:
            call_command("reconcile_access", *arguments)
        except SystemExit as end:
            return (end.code, *capsys.readouterr())
        return (0, *capsys.readouterr())

    return run


@pytest.fixture
def tampered():
    """Somebody wrote in guardian's table by hand: one right too many, one too few."""
    group = WorkingGroupFactory(slug="div")
    member, outsider = seat(Role.MEMBER, group), UserFactory()
    Grant.objects.filter(user=member, permission__codename=Permission.SEE).update(user=outsider)
    return member, outsider


def test_check_of_true_grants_ends_well(run):
    seat(Role.PILOT, WorkingGroupFactory())
    assert run("--check") == (0, "Les droits sont ceux que disent les mandats.\n", "")


def test_check_names_what_is_missing_and_what_is_superfluous_and_changes_nothing(run, tampered):
    member, outsider = tampered
    before = differences(today())
    code, out, err = run("--check")
    assert (code, out) == (1, "")
    assert err.splitlines() == [
        line
        for _, line in sorted(
            [
                (member.pk, f"manque\u00a0: groupe div, personne {member.pk}, permission see_group"),
                (outsider.pk, f"de trop\u00a0: groupe div, personne {outsider.pk}, permission see_group"),
            ]
        )
    ] + ["2 différences."]
    assert differences(today()) == before


def test_check_names_no_person_by_name(run, tampered):
    _, _, err = run("--check")
    for person in tampered:
        assert person.email not in err
        assert person.family_name not in err


def test_reconcile_puts_everything_right(run, tampered):
    assert run() == (0, "2 droits corrigés.\n", "")
    assert run("--check")[0] == 0
    assert run() == (0, "Les droits sont ceux que disent les mandats\u00a0: rien à corriger.\n", "")


def test_reconcile_fills_an_emptied_table(run):
    seat(Role.OBSERVER, WorkingGroupFactory())
    Grant.objects.all().delete()
    assert run() == (0, "3 droits corrigés.\n", "")
