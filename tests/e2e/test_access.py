"""Who may do what, as people ask it: a pilot about a member, an administrator in an emergency, the group afterwards."""

from playwright.sync_api import Page, expect

from projects.access.enums import Role
from tests.factories import AdministratorFactory
from tests.factories.access import seat
from tests.factories.groups import WorkingGroupFactory


def test_pilot_asks_why_a_member_sees_this(page: Page, sign_in, axe, screenshot):
    group = WorkingGroupFactory(slug="div", name="Diagnostic in vitro")
    pilot, member = seat(Role.PILOT, group), seat(Role.MEMBER, group)
    sign_in(page, pilot)
    page.goto("/groupes/div/acces/")
    page.get_by_label("Personne").select_option(label=member.get_full_name())
    page.get_by_role("button", name="Montrer").click()
    expect(page.get_by_role("heading", level=2, name=member.get_full_name())).to_be_visible()
    expect(page.get_by_role("row", name="Commenter et donner un avis")).to_contain_text("membre")
    axe(page)
    screenshot(page, "access-explained")


def test_administrator_reads_in_an_emergency_and_the_group_knows(page: Page, sign_in, axe, screenshot):
    group = WorkingGroupFactory(slug="div", name="Diagnostic in vitro")
    pilot = seat(Role.PILOT, group)
    sign_in(page, AdministratorFactory())
    page.goto("/groupes/div/lecture-d-urgence/")
    page.get_by_label("Pourquoi faut-il lire").fill("Un fichier signalé comme dangereux")
    page.get_by_role("button", name="Ouvrir la lecture d’urgence").click()
    expect(page.get_by_role("button", name="Refermer maintenant")).to_be_visible()
    axe(page)
    screenshot(page, "emergency-open")
    page.context.clear_cookies()
    sign_in(page, pilot)
    page.goto("/groupes/div/lectures-d-urgence/")
    expect(page.get_by_text("Un fichier signalé comme dangereux")).to_be_visible()
    expect(page.get_by_text("Lecture d’urgence en cours")).to_be_visible()
    axe(page)
    screenshot(page, "emergencies")
