from decimal import Decimal

import pytest
from django import forms
from django.core.exceptions import ValidationError

from filiere.web.money import MoneyField, exact_fr, money, money_fr, parse_money


def plain(text):
    return text.replace("\xa0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("amount", "short", "exact"),
    [
        ("0", "0 €", "0 €"),
        ("12.5", "12,50 €", "12,50 €"),
        ("190000", "190 000 €", "190 000 €"),
        ("999999.99", "999 999,99 €", "999 999,99 €"),
        ("950000", "950 000 €", "950 000 €"),
        ("1000000", "1 M€", "1 000 000 €"),
        ("13700000", "13,7 M€", "13 700 000 €"),
        ("13749999", "13,7 M€", "13 749 999 €"),
        ("13750000", "13,8 M€", "13 750 000 €"),
        ("950000000", "950 M€", "950 000 000 €"),
        ("999960000", "1 Md €", "999 960 000 €"),
        ("1000000000", "1 Md €", "1 000 000 000 €"),
        ("1250000000", "1,3 Md €", "1 250 000 000 €"),
    ],
)
def test_money_is_written_short_and_exact(amount, short, exact):
    assert plain(money_fr(Decimal(amount))) == short
    assert plain(exact_fr(Decimal(amount))) == exact


def test_money_never_breaks_across_lines():
    for amount in (190_000, 13_700_000, 1_200_000_000):
        assert " " not in money_fr(Decimal(amount))
        assert " " not in exact_fr(Decimal(amount))


def test_money_on_a_page_is_exact_for_machines_and_for_who_points_at_it():
    assert plain(money(Decimal("13712345.00"))) == (
        '<data class="money" value="13712345" title="13 712 345 €">13,7 M€</data>'
    )
    assert plain(money(Decimal("190000.00"))) == '<data class="money" value="190000">190 000 €</data>'


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("0", "0"),
        ("190000", "190000"),
        ("190 000", "190000"),
        ("190\u202f000\u00a0€", "190000"),
        ("  190 000   euros ", "190000"),
        ("1 euro", "1"),
        ("12,5", "12.5"),
        ("12.50 €", "12.5"),
        ("500 k€", "500000"),
        ("500 K€", "500000"),
        ("13,7 M€", "13700000"),
        ("13.7 M€", "13700000"),
        ("13,7M€", "13700000"),
        ("1,2 Md€", "1200000000"),
        ("1 Md €", "1000000000"),
        ("2 milliards d’euros", "2000000000"),
        ("48,5 millions d'euros", "48500000"),
        ("1 million d’euros", "1000000"),
        ("48 millions", "48000000"),
        ("1,234 M€", "1234000"),
        ("1 234 567,89", "1234567.89"),
        ("9 999 999 999 999,99", "9999999999999.99"),
    ],
)
def test_money_is_read_as_people_type_it(typed, amount):
    assert parse_money(typed) == Decimal(amount)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "beaucoup",
        "-5",
        "10²",
        "½ M€",
        "19 00 0",
        "1 0000",
        "1.000",
        "1,000",
        "1.000.000",
        "10 $",
        "1e6",
        "M€",
        "12,345",
        "1,234567891 M€",
        "12 M€ environ",
        "10 000 Md€",
        "٣",
        "nan",
        "1\x00",
    ],
)
def test_money_that_is_nonsense_is_refused_with_a_sentence(typed):
    with pytest.raises(ValidationError) as refusal:
        parse_money(typed)
    assert len(refusal.value.messages[0]) > 20


@pytest.mark.parametrize("amount", ["0", "12.50", "190000", "13700000", "13712345", "1200000000", "999999.99"])
def test_money_field_shows_what_it_would_read_back(amount):
    field = MoneyField(required=False)
    shown = field.prepare_value(Decimal(amount))
    assert field.clean(shown) == Decimal(amount)
    assert not field.has_changed(Decimal(amount), shown)


def test_money_field_reads_nothing_as_nothing_rather_than_zero():
    class Budget(forms.Form):
        amount = MoneyField(required=False)

    form = Budget({"amount": "  "})
    assert form.is_valid()
    assert form.cleaned_data == {"amount": None}


def test_money_field_keeps_what_was_typed_when_it_refuses():
    class Budget(forms.Form):
        amount = MoneyField()

    form = Budget({"amount": "beaucoup"})
    assert not form.is_valid()
    assert 'value="beaucoup"' in str(form["amount"])
    assert not Budget({"amount": ""}).is_valid()
