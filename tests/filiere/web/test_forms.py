from datetime import date, time

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.template import engines

from filiere.refusals import Refused
from filiere.versions import Stale, version_of
from filiere.web.forms import DateInput, TimeInput, VersionedForm, refusals_said_to, refusals_shown_in
from tests.factories import UserFactory

HOSTILE = '"><script>alert(1)</script>'


class NameForm(VersionedForm):
    given_name = forms.CharField(label="Prénom", max_length=20)
    kinds = forms.MultipleChoiceField(choices=[("a", "A"), ("b", "B")], required=False)


class Everything(forms.Form):
    text = forms.CharField(label="Texte", help_text="Une aide.")
    box = forms.BooleanField(label="Case", required=False, help_text="À cocher.")
    radio = forms.ChoiceField(label="Radio", choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    boxes = forms.MultipleChoiceField(
        label="Cases", choices=[("Groupe", [("a", "A")]), ("b", "B")], widget=forms.CheckboxSelectMultiple
    )
    select = forms.ChoiceField(label="Liste", choices=[("a", "A")])
    area = forms.CharField(label="Zone", widget=forms.Textarea, required=False)
    day = forms.DateField(label="Jour", widget=DateInput)
    hour = forms.TimeField(label="Heure", widget=TimeInput)
    password = forms.CharField(label="Mot de passe", widget=forms.PasswordInput)
    file = forms.FileField(label="Fichier")
    hidden = forms.CharField(widget=forms.HiddenInput)


def draw(source, **context):
    return engines["django"].from_string(source).render(context)


@pytest.fixture
def person(db):
    return UserFactory(given_name="Anaïs")


# --- What a service refuses ---


def bound(person, **data):
    query = QueryDict(mutable=True)
    query.update({"given_name": "Anne", "version": version_of(person), **data})
    query.setlist("kinds", ["a", "b"])
    form = NameForm(query, instance=person)
    assert form.is_valid()
    return form


def test_form_carries_the_version_it_shows(person):
    form = NameForm(instance=person, initial={"given_name": "Anaïs"})
    assert form["version"].value() == version_of(person)
    assert f'<input type="hidden" name="version" value="{version_of(person)}"' in str(form)


def test_service_that_accepts_leaves_the_form_valid(person):
    form = bound(person)
    with refusals_shown_in(form):
        pass
    assert form.is_valid()


def test_bad_input_goes_to_its_field(person):
    form = bound(person)
    with refusals_shown_in(form):
        raise ValidationError({"given_name": "Trop court."})
    assert not form.is_valid()
    assert form.errors == {"given_name": ["Trop court."]}


def test_bad_input_about_a_field_the_form_does_not_show_goes_above(person):
    form = bound(person)
    with refusals_shown_in(form):
        raise ValidationError({"email": "Déjà pris.", "__all__": ["Autre chose."]})
    assert form.non_field_errors() == ["Déjà pris.", "Autre chose."]


def test_bad_input_without_a_field_goes_above(person):
    form = bound(person)
    with refusals_shown_in(form):
        raise ValidationError(["Une.", "Deux."])
    assert form.non_field_errors() == ["Une.", "Deux."]


def test_refusal_goes_above_in_its_own_words(person):
    form = bound(person)
    with refusals_shown_in(form):
        raise Refused("Le compte est fermé.")
    assert form.non_field_errors() == ["Le compte est fermé."]


def test_other_failures_are_not_hidden(person):
    form = bound(person)
    with pytest.raises(KeyError), refusals_shown_in(form):
        raise KeyError("x")


def test_stale_edit_keeps_what_was_typed_and_takes_the_new_version(person):
    form = bound(person, version="1")
    with refusals_shown_in(form):
        raise Stale(person)
    assert not form.is_valid()
    assert form.current is person
    assert form["given_name"].value() == "Anne"
    assert form["kinds"].value() == ["a", "b"]
    assert form["version"].value() == version_of(person)
    assert "Une autre personne" in form.non_field_errors()[0]


def test_stale_edit_shows_both_texts_in_the_page(person):
    form = bound(person, version="1", given_name=HOSTILE[:20])
    with refusals_shown_in(form):
        raise Stale(person)
    html = draw("{{ form }}", form=form)
    assert "Ce que vous avez écrit" in html
    assert ">Anaïs</td>" in html
    assert "<script" not in html


def test_second_submission_after_a_stale_edit_carries_the_new_version(person):
    form = bound(person, version="1")
    with refusals_shown_in(form):
        raise Stale(person)
    again = NameForm(form.data, instance=person)
    assert again.is_valid()
    assert again.cleaned_data["version"] == version_of(person)


def test_stale_edit_of_a_form_without_version_is_a_mistake(person):
    class Plain(forms.Form):
        pass

    with pytest.raises(Stale), refusals_shown_in(Plain({})):
        raise Stale(person)


def test_prefixed_form_takes_the_new_version_under_its_prefix(person):
    form = NameForm({"p-given_name": "Anne", "p-version": "1"}, instance=person, prefix="p")
    form.is_valid()
    form.show_conflict(person)
    assert form["version"].value() == version_of(person)


# --- Acts without a form ---


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        (Refused("Trop tard."), ["Trop tard."]),
        (ValidationError("Non."), ["Non."]),
        (ValidationError({"a": ["Un."], "b": ["Deux."]}), ["Un.", "Deux."]),
    ],
)
def test_refusal_of_an_act_is_said_as_a_message(rf, monkeypatch, refusal, said):
    heard = []
    monkeypatch.setattr("filiere.web.forms.messages.error", lambda request, text: heard.append(text))
    with refusals_said_to(rf.get("/")):
        raise refusal
    assert heard == said


def test_act_that_succeeds_says_nothing_by_itself(rf):
    with refusals_said_to(rf.get("/")):
        done = True
    assert done


# --- How forms are drawn ---


def field_of(html, name):
    return next(
        part for part in html.split('<div class="field')[1:] + html.split("<fieldset")[1:] if f'name="{name}"' in part
    )


def test_every_field_has_a_label_and_help_tied_to_it():
    html = draw("{{ form }}", form=Everything())
    for name in ("text", "box", "select", "area", "day", "hour", "password", "file"):
        assert f'for="id_{name}"' in html
        assert f'id="id_{name}"' in html
    assert '<div class="field-help" id="id_text_helptext">Une aide.</div>' in html
    assert 'aria-describedby="id_text_helptext"' in html
    assert 'aria-describedby="id_box_helptext"' in html


def test_choices_are_a_group_with_a_legend():
    html = draw("{{ form }}", form=Everything())
    assert html.count("<fieldset") == 2
    assert html.count("<legend") == 2
    assert '<span class="choices-group">Groupe</span>' in html
    assert 'for="id_radio_0"' in html


def test_required_fields_are_marked_and_others_are_not():
    html = draw("{{ form }}", form=Everything())
    assert html.count("field-mark") == 8
    assert "field-mark" not in field_of(html, "area")


def test_errors_are_tied_to_their_fields_and_summed_up_with_links():
    form = Everything({"box": "on"})
    html = draw("{{ form }}", form=form)
    assert '<ul class="field-error errorlist" id="id_text_error">' in html
    assert 'aria-describedby="id_text_helptext id_text_error"' in html
    assert html.count('aria-invalid="true"') >= 7
    assert '<a href="#id_text">Texte</a>' in html
    assert '<a href="#id_radio_groupe">Radio</a>' in html
    assert 'id="id_radio_groupe"' in html
    assert "8 champs sont à corriger" in html
    assert 'role="alert"' in html


def test_error_of_a_hidden_field_is_told_though_no_field_shows_it():
    html = draw("{{ form }}", form=Everything({}))
    summary = html.split('<div class="fields">')[0]
    assert summary.count("<p>Ce champ est obligatoire.</p>") == 1
    assert 'href="#id_hidden"' not in summary


def test_summary_counts_one_field_in_the_singular():
    class One(forms.Form):
        text = forms.CharField(label="Texte")

    assert "Un champ est à corriger" in draw("{{ form }}", form=One({}))


def test_summary_is_said_once_when_the_page_says_it_first():
    form = Everything({})
    assert draw("{% form_errors form %}{{ form }}", form=form).count('role="alert"') == 1


def test_form_without_errors_says_nothing():
    assert "notice" not in draw("{% form_errors form %}{{ form }}", form=Everything())


def test_single_field_looks_like_the_one_in_the_form():
    form = Everything()
    assert draw("{% field form.text %}", form=form).strip() in draw("{{ form }}", form=form)


def test_dates_and_hours_use_the_controls_of_the_browser():
    form = Everything(initial={"day": date(2026, 5, 1), "hour": time(7, 30)})
    assert '<input type="date" name="day" value="2026-05-01"' in str(form["day"])
    assert '<input type="time" name="hour" value="07:30"' in str(form["hour"])
    back = Everything({"day": "2026-05-01", "hour": "07:30"})
    back.is_valid()
    assert back.cleaned_data["day"] == date(2026, 5, 1)
    assert back.cleaned_data["hour"] == time(7, 30)


def test_password_can_be_shown_and_is_never_sent_back():
    html = str(Everything({"password": "secret-secret"})["password"])
    assert "data-reveal" in html
    assert "secret-secret" not in html


def test_file_already_there_can_be_read_and_removed():
    class Stored:
        url = "/fichiers/1"

        def __str__(self):
            return HOSTILE

    class Files(forms.Form):
        file = forms.FileField(label="Fichier", required=False)

    html = str(Files(initial={"file": Stored()})["file"])
    assert '<a href="/fichiers/1">' in html
    assert "<script" not in html
    assert 'name="file-clear"' in html


@pytest.mark.parametrize("name", ["text", "box", "radio", "boxes", "select", "area", "day", "password", "file"])
def test_hostile_label_and_value_are_escaped(name):
    form = Everything(dict.fromkeys(Everything.base_fields, HOSTILE), {})
    form.fields[name].label = HOSTILE
    form.is_valid()
    html = draw("{{ form }}", form=form)
    assert "<script" not in html


def test_forms_never_carry_inline_style_or_script():
    html = draw("{{ form }}", form=Everything({}))
    for refused in (" style=", " onclick", " onchange", "<script", "<style"):
        assert refused not in html
