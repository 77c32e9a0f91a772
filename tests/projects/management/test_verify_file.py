import json

import pypdf
import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command

from projects.deliverables.approvals.bureau import validate
from projects.deliverables.approvals.services import submit, withdraw
from projects.deliverables.approvals.sheet import sheet_of
from projects.deliverables.versions.services import deposit_version
from projects.models import Deliverable, Version
from tests.factories.deliverables import DeliverableFactory, a_group_at_work, a_version, submitted_version
from tests.projects.deliverables.approvals.going import yes
from tests.projects.deliverables.stories import a_bureau

pytestmark = pytest.mark.django_db

CONTENT = b"Feuille de route."


@pytest.fixture
def room():
    return a_group_at_work()


@pytest.fixture
def people(room):
    return room[1]


@pytest.fixture
def version(room, people):
    deliverable = DeliverableFactory(group=room[0], title="Feuille de route")
    return submitted_version(deliverable, CONTENT, author=people["membre"])


@pytest.fixture
def run(capsys, tmp_path):
    def run(content, *arguments):
        path = tmp_path / "document"
        path.write_bytes(content)
        capsys.readouterr()
        code = 0
        try:
            call_command("verify_file", str(path), *arguments)
        except SystemExit as end:
            code = end.code
        return code, capsys.readouterr().out

    return run


def fresh(version):
    return Version.objects.select_related("deliverable__group").get(pk=version.pk)


def test_current_validated_version_ends_well_and_says_by_whom(run, version, people):
    yes(version, people["pilote"])
    code, out = run(CONTENT)
    assert code == 0
    assert "Ce fichier est bien la version courante, entièrement validée." in out
    assert "Feuille de route — version 1" in out
    assert people["pilote"].get_full_name() in out
    assert version.sha256 in out


def test_unknown_file_ends_badly_with_a_sentence(run, version):
    for content in (b"Autre chose", b"", b"%PDF-1.7 not one at all"):
        code, out = run(content)
        assert code == 1
        assert "n’est dans aucune version déposée" in out


def test_submitted_version_is_known_and_not_good(run, version):
    code, out = run(CONTENT)
    assert code == 1
    assert "il manque encore des approbations" in out


def test_replaced_version_is_no_longer_good(run, version, people):
    yes(version, people["pilote"])
    deposit_version(deliverable=version.deliverable, file=ContentFile(b"Suite.", "b.txt"), by=people["membre"])
    code, out = run(CONTENT)
    assert code == 1
    assert "Cette version a été remplacée" in out
    assert "Approuvé par" not in out


def test_what_the_bureau_must_validate_waits_for_it(run, version, people):
    bureau, keeper = a_bureau(contract=version.deliverable.group.contract)
    Deliverable.objects.update(needs_bureau=True)
    yes(fresh(version), people["pilote"])
    assert run(CONTENT)[0] == 1
    validate(version=fresh(version), sha256=version.sha256, bureau=bureau, reference="B-2026-1", by=keeper)
    code, out = run(CONTENT)
    assert code == 0
    assert "B-2026-1" in out


def test_one_file_in_two_places_is_good_where_it_was_validated(run, version, people, room):
    yes(version, people["pilote"])
    a_version(DeliverableFactory(group=room[0], title="Brouillon ailleurs"), CONTENT, author=people["membre"])
    code, out = run(CONTENT)
    assert code == 0
    assert out.index("Feuille de route — version 1") < out.index("Brouillon ailleurs")


def test_json_says_the_same(run, version, people):
    yes(version, people["pilote"])
    code, out = run(CONTENT, "--json")
    answer = json.loads(out)
    assert code == 0
    assert answer["valid"] is True
    [told] = answer["versions"]
    assert (told["number"], told["current"], told["state"]) == (1, True, "approuve_pilotes")
    assert told["approvals"][0]["person"] == people["pilote"].get_full_name()
    code, out = run(b"Autre", "--json")
    assert code == 1
    assert json.loads(out)["versions"] == []


def test_sheet_is_known_again_as_long_as_it_says_what_stands(run, version, people):
    yes(version, people["pilote"])
    paper = sheet_of(fresh(version))
    code, out = run(paper)
    assert code == 0
    assert "Cette fiche est authentique, et dit encore" in out
    assert version.sha256 in out
    deposit_version(deliverable=version.deliverable, file=ContentFile(b"Suite.", "b.txt"), by=people["membre"])
    code, out = run(paper)
    assert code == 1
    assert "Cette fiche est authentique, mais le registre a changé depuis." in out
    assert "Une nouvelle version l’a remplacée depuis." in out


def test_sheet_of_a_version_under_way_is_authentic_and_not_good(run, version, people):
    paper = sheet_of(fresh(version))
    assert run(paper)[0] == 1
    assert "authentique, et dit encore" in run(paper)[1]
    withdraw(version=version, by=people["membre"])
    submit(version=version, by=people["membre"])
    assert json.loads(run(paper, "--json")[1])["sheet"]["differences"] == []
    yes(version, people["pilote"])
    differences = json.loads(run(paper, "--json")[1])["sheet"]["differences"]
    assert any("L’état de la version a changé" in each for each in differences)
    assert any("Des décisions" in each for each in differences)


def test_sheet_whose_seal_was_touched_is_an_unknown_file(run, version, people, tmp_path):
    yes(version, people["pilote"])
    (tmp_path / "fiche.pdf").write_bytes(sheet_of(fresh(version)))
    writer = pypdf.PdfWriter(clone_from=tmp_path / "fiche.pdf")
    seal = writer.metadata["/Keywords"]
    writer.add_metadata({"/Keywords": seal.swapcase()})
    writer.write(tmp_path / "forged.pdf")
    code, out = run((tmp_path / "forged.pdf").read_bytes())
    assert code == 1
    assert "authentique" not in out


def test_no_file_is_a_mistake_of_the_command_line(tmp_path):
    for path in (tmp_path / "absent", tmp_path):
        with pytest.raises(CommandError, match="n’est pas un fichier"):
            call_command("verify_file", str(path))
