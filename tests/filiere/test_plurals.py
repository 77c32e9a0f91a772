import pytest
from django.template import engines
from django.utils.translation import gettext, ngettext, ngettext_lazy, npgettext, override


@pytest.mark.parametrize(
    ("count", "written"),
    [(0, "0 maillon"), (1, "1 maillon"), (2, "2 maillons"), (-3, "-3 maillons")],
)
def test_sentence_of_ours_counts_as_french_does(count, written):
    assert ngettext("%(n)s maillon", "%(n)s maillons", count) % {"n": count} == written
    assert ngettext_lazy("%(n)s maillon", "%(n)s maillons", "n") % {"n": count} == written
    assert npgettext("chaîne", "%(n)s maillon", "%(n)s maillons", count) % {"n": count} == written


@pytest.mark.parametrize(("count", "written"), [(0, "0 groupe"), (1, "1 groupe"), (2, "2 groupes")])
def test_template_counts_as_french_does(count, written):
    source = "{% blocktranslate count n=n %}{{ n }} groupe{% plural %}{{ n }} groupes{% endblocktranslate %}"
    assert engines["django"].from_string(source).render({"n": count}) == written


def test_sentences_of_the_libraries_stay_translated():
    assert gettext("This field is required.") == "Ce champ est obligatoire."
    assert ngettext("%(n)s day", "%(n)s days", 0) == "%(n)s day"


def test_sentence_still_counts_once_languages_have_changed(settings):
    settings.LANGUAGES = [("fr", "Français"), ("en", "English")]
    assert ngettext("%(n)s maillon", "%(n)s maillons", 0) == "%(n)s maillon"
    with override("en"):
        assert ngettext("%(n)s day", "%(n)s days", 0) == "%(n)s days"
