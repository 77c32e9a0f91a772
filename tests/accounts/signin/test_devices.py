import pytest

from accounts.signin.devices import client_address, device, origin

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("system", "browser", "words"),
    [
        ("X11; Linux x86_64; rv:140.0", "Gecko/20100101 Firefox/140.0", "Firefox sur Linux"),
        ("Windows NT 10.0; Win64; x64", f"{WEBKIT} Chrome/140.0 Safari/537.36", "Chrome sur Windows"),
        ("Windows NT 10.0; Win64; x64", f"{WEBKIT} Chrome/140.0 Safari/537.36 Edg/140.0", "Edge sur Windows"),
        ("Macintosh; Intel Mac OS X 10_15_7", f"{WEBKIT} Version/18.4 Safari/605.1.15", "Safari sur macOS"),
        (
            "iPhone; CPU iPhone OS 18_4 like Mac OS X",
            f"{WEBKIT} Version/18.4 Mobile/15E148 Safari/604.1",
            "Safari sur iPhone",
        ),
        ("iPad; CPU OS 18_4 like Mac OS X", f"{WEBKIT} CriOS/140.0 Mobile/15E148 Safari/604.1", "Chrome sur iPad"),
        (
            "Linux; Android 15; SM-S921B",
            f"{WEBKIT} SamsungBrowser/27.0 Chrome/125.0 Mobile Safari/537.36",
            "Samsung Internet sur Android",
        ),
        ("X11; CrOS x86_64 14541.0.0", f"{WEBKIT} Chrome/140.0 Safari/537.36 OPR/120.0", "Opera sur ChromeOS"),
        ("Windows NT 10.0", "", "Windows"),
        ("", "Firefox/140.0", "Firefox"),
        ("", "curl/8.9", "appareil inconnu"),
    ],
)
def test_device_is_told_in_words(system, browser, words):
    assert device(f"Mozilla/5.0 ({system}) {browser}") == words


def test_device_without_user_agent_is_unknown():
    assert device("") == "appareil inconnu"


def test_origin_tells_device_and_address(rf):
    browser = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    request = rf.get("/", headers={"User-Agent": browser}, REMOTE_ADDR="192.0.2.1")
    assert origin(request) == "Firefox sur Linux, adresse 192.0.2.1"


@pytest.mark.parametrize(
    ("seen", "address"), [("192.0.2.1", "192.0.2.1"), ("2001:db8::1", "2001:db8::1"), ("", "127.0.0.1")]
)
def test_client_address_is_always_one(rf, seen, address):
    assert client_address(rf.get("/", REMOTE_ADDR=seen)) == address
