import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse

from accounts.models import User
from filiere.checks import declares_access
from filiere.web.access import administrators, everyone, signed_in

MARKS = {"everyone": everyone, "signed_in": signed_in, "administrators": administrators}


def opened(rf, mark, user):
    request = rf.get("/page/?a=1")
    request.user = user
    return MARKS[mark](lambda request, word: HttpResponse(word))(request, "ouvert")


@pytest.mark.parametrize(
    ("mark", "user"),
    [
        ("everyone", AnonymousUser()),
        ("everyone", User()),
        ("signed_in", User()),
        ("signed_in", User(is_staff=True)),
        ("administrators", User(is_staff=True)),
    ],
)
def test_page_opens_for_whom_it_is(rf, mark, user):
    assert opened(rf, mark, user).content == b"ouvert"


@pytest.mark.parametrize("mark", ["signed_in", "administrators"])
def test_visitor_is_led_to_the_sign_in_and_back(rf, mark):
    response = opened(rf, mark, AnonymousUser())
    assert response.status_code == 302
    assert response["Location"] == "/connexion/?next=/page/%3Fa%3D1"


@pytest.mark.parametrize("user", [User(), User(is_delegate=True), User(is_superuser=True)])
def test_page_of_administrators_refuses_the_others(rf, user):
    with pytest.raises(PermissionDenied):
        opened(rf, "administrators", user)


@pytest.mark.parametrize("mark", MARKS)
def test_page_carries_the_mark_the_startup_check_reads(mark):
    page = MARKS[mark](lambda request: HttpResponse())
    assert page.access == mark
    assert declares_access(page)
