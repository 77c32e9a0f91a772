"""A page that never answers fails its test; it does not keep the whole suite waiting."""

import pytest

from tests.limits import bounded


def test_script_that_never_ends_is_interrupted_and_the_browser_goes_on(page):
    page.goto("/aide/")
    with pytest.raises(pytest.fail.Exception), bounded(2):
        page.evaluate("() => new Promise(() => {})")
    assert page.title()
