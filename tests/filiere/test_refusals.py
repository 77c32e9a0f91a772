from django.utils.translation import gettext_lazy

from filiere.refusals import Refused


def test_refusal_says_its_sentence():
    refusal = Refused("Cette réunion est close.")
    assert refusal.sentence == str(refusal) == "Cette réunion est close."
    assert refusal.code == "refuse"


def test_refusal_may_carry_a_code_for_programs():
    assert Refused("Non.", code="reunion_close").code == "reunion_close"


def test_sentence_waiting_for_its_language_is_read_at_once():
    """The answer may be written in another thread, where the reader's language is not known any more."""
    assert type(Refused(gettext_lazy("Cette réunion est close.")).sentence) is str
