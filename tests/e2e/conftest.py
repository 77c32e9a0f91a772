"""A real browser in front of the real server, for everything a person does.

Every test of this folder is marked `browser` and finds its data committed. Fixtures: `page`, `sign_in(page, user)`,
`axe(page)`, `screenshot(page, name)`.
"""

import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from django.conf import settings as django_settings
from django.core.signals import request_finished, request_started
from django.test import Client
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, expect

from tests.waiting import until

HERE = Path(__file__).parent
# What a page shows at once on a machine that has nothing else to do.
PATIENCE = 30_000
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 320, "height": 720}
# What the page itself answered, and the test is about; a missing style sheet or script is never that.
ANSWERED = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")

# Resolves once colours have finished changing: read half-way, they contrast with nothing. An inherited colour changes
# again while its parent's does, hence the repetition.
SETTLED = """async () => {
  const soon = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
  // A page that the browser does not draw at this moment is given no frame: nothing here may wait for one for ever.
  const frame = () => Promise.race([new Promise(requestAnimationFrame), soon(200)]);
  for (let round = 0; round < 20; round += 1) {
    await frame();
    await frame();
    const finished = Promise.allSettled(document.getAnimations().map((each) => each.finished));
    await Promise.race([finished, soon(500)]);
    if (!document.getAnimations().length) return;
  }
}"""


FAULTS = "axe.run(document, {resultTypes: ['violations']}).then(({violations}) => ({violations}))"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.django_db(transaction=True))


def _chromium() -> str | None:
    # The one without windows first: it is the quickest, and tests look at pages only.
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    executable = _chromium()
    if executable is None:
        pytest.skip("no browser")
    quiet = ["--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
    return {
        **browser_type_launch_args,
        "executable_path": executable,
        "args": ["--no-sandbox", "--disable-gpu", "--disable-quic", *quiet],
    }


@pytest.fixture(scope="session")
def base_url(live_server: Any) -> str:
    """Named localhost, where browsers allow passkeys without a certificate."""
    return str(live_server.url)


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {
        **browser_context_args,
        "locale": "fr-FR",
        "timezone_id": "Europe/Paris",
        "viewport": DESKTOP,
        "reduced_motion": "reduce",
    }


@pytest.fixture(scope="session", autouse=True)
def _bounds() -> Iterator[None]:
    """Every expectation is patient, and every context closes, whoever opened it."""
    close = BrowserContext.close

    def close_at_rest(context: BrowserContext, **options: Any) -> None:
        # Closed while it submits a form, a page is kept by Chromium for the answer, and the closing waits for ever.
        for page in context.pages:
            page.unroute_all(behavior="wait")
            page.goto("about:blank")
        close(context, **options)

    expect.set_options(timeout=PATIENCE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BrowserContext, "close", close_at_rest)
        yield


@pytest.fixture(autouse=True)
def _server_at_rest(transactional_db: None, live_server: Any) -> Iterator[None]:
    """The tables are emptied once nothing reads or writes them: a browser that leaves does not stop the server."""
    under_way: set[int] = set()

    def started(**kwargs: Any) -> None:
        under_way.add(threading.get_ident())

    def finished(**kwargs: Any) -> None:
        under_way.discard(threading.get_ident())

    request_started.connect(started)
    request_finished.connect(finished)
    yield
    until(lambda: not under_way, what="the server to answer what the browser had asked")
    request_started.disconnect(started)
    request_finished.disconnect(finished)


@pytest.fixture
def context(context: BrowserContext) -> Iterator[BrowserContext]:
    """A fresh profile. What its pages complain about in the console fails the test, refused by the policy included."""
    complaints: list[str] = []

    def listen(page: Page) -> None:
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: _note(message, complaints))

    context.on("page", listen)
    yield context
    assert not complaints, "the browser complained:\n" + "\n".join(complaints)


def _note(message: ConsoleMessage, complaints: list[str]) -> None:
    address = message.location.get("url", "")
    answered = ANSWERED.match(message.text) and "/static/" not in address
    if message.type == "error" and not answered:
        complaints.append(f"{message.text} ({address})")


@pytest.fixture
def sign_in() -> Callable[[Page, Any], None]:
    """Gives the page a session of that person, without the sign-in page: its own tests go through it."""

    def enter(page: Page, user: Any) -> None:
        client = Client()
        client.force_login(user)
        key = client.session.session_key
        UserSession.objects.create(user=user, session_key=key, ip="127.0.0.1", user_agent="")
        page.context.add_cookies(
            [{"name": django_settings.SESSION_COOKIE_NAME, "value": key, "domain": "localhost", "path": "/"}]
        )

    return enter


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """No accessibility fault on the page as it stands, in both themes, on a wide and on the narrowest screen."""

    def check(page: Page) -> None:
        page.bring_to_front()  # of two pages, the one behind is not drawn, and its colours never settle
        page.evaluate(AXE_SCRIPT)  # once: it takes longer to load than to run
        for viewport in (DESKTOP, PHONE):
            page.set_viewport_size(viewport)
            for theme in ("light", "dark"):
                page.emulate_media(color_scheme=theme)
                page.evaluate(SETTLED)
                found = AxeResults(page.evaluate(FAULTS))
                assert not found.violations_count, f"{page.url} {viewport['width']} {theme}\n{found.generate_report()}"
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= PHONE["width"], f"{page.url} scrolls sideways on a phone: {width}"
        page.set_viewport_size(DESKTOP)
        page.emulate_media(color_scheme="light")

    return check


@pytest.fixture
def screenshot() -> Callable[[Page, str], None]:
    """Pictures for a human eye, wide and narrow, light and dark, when FILIERE_SCREENSHOTS names a folder."""

    def take(page: Page, name: str) -> None:
        folder = os.environ.get("FILIERE_SCREENSHOTS")
        if not folder:
            return
        for size, viewport in (("desktop", DESKTOP), ("phone", PHONE)):
            page.set_viewport_size(viewport)
            for theme in ("light", "dark"):
                page.emulate_media(color_scheme=theme)
                page.evaluate(SETTLED)
                page.screenshot(path=Path(folder) / f"{name}-{size}-{theme}.png", full_page=True)
        page.set_viewport_size(DESKTOP)
        page.emulate_media(color_scheme="light")

    return take
