"""Every variable: absent, well formed, malformed. A refusal is one French sentence that names it and keeps secrets."""

import ipaddress
import os
import stat
from pathlib import Path

import dj_database_url
import pytest

from filiere import env
from filiere.env import EnvironmentProblem, Mail, Mode, Scanner

SECRET = "motdepasse-tres-secret"
KEY = "k3y-" + "abcdefghij" * 5
PRODUCTION = {
    "FILIERE_ENV": "production",
    "FILIERE_SECRET_KEY": KEY,
    "FILIERE_BASE_URL": "https://filiere.exemple.fr",
    "FILIERE_FROM_EMAIL": "Filière <ne-pas-repondre@exemple.fr>",
    "DATABASE_URL": f"postgres://compte:{SECRET}@base.exemple.fr:5432/filiere",
    "REDIS_URL": f"redis://:{SECRET}@file.exemple.fr:6379/0",
    "EMAIL_URL": f"smtp://compte:{SECRET}@courriel.exemple.fr:587?tls=1",
}


@pytest.fixture
def read(tmp_path):
    def read(production=False, **variables):
        base = PRODUCTION if production else {"FILIERE_ENV": "test"}
        return env.read({"FILIERE_DATA_DIR": str(tmp_path), **base, **variables})

    return read


def refusal(read, **variables):
    with pytest.raises(EnvironmentProblem) as caught:
        read(**variables)
    sentence = str(caught.value)
    assert SECRET not in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return sentence


# --- What stands when nothing is said ---------------------------------------


def test_nothing_said_is_an_embedded_installation_of_its_own_folder(monkeypatch, tmp_path):
    monkeypatch.setattr(env, "ROOT", tmp_path)
    found = env.read({})
    assert found.mode is Mode.EMBEDDED
    assert found.data_dir == tmp_path / "var"
    assert (found.storage_dir, found.static_dir) == (tmp_path / "var/files", tmp_path / "var/static")
    assert found.base_url == "http://localhost:8000"
    assert found.allowed_hosts == ("localhost", "127.0.0.1", "[::1]")
    assert found.mail == Mail(folder=tmp_path / "var/mail")
    assert (found.log_format, found.require_mfa, found.secure) == ("text", False, False)
    assert (found.oidc, found.clamav, found.sentry_dsn, found.trusted_proxies) == (None, None, "", ())
    assert dj_database_url.parse(found.database_url)["NAME"] == str(tmp_path / "var/filiere.sqlite3")


def test_production_says_what_it_was_told(read):
    found = read(production=True)
    assert found.production
    assert found.secure
    assert (found.log_format, found.require_mfa) == ("json", True)
    assert found.allowed_hosts[0] == "filiere.exemple.fr"
    assert found.mail == Mail(host="courriel.exemple.fr", port=587, user="compte", password=SECRET, tls=True)


def test_secrets_stay_out_of_what_the_environment_looks_like(read):
    found = read(production=True, FILIERE_OIDC_ISSUER="https://fi.fr", FILIERE_OIDC_CLIENT_ID="nous",
                 FILIERE_OIDC_CLIENT_SECRET=SECRET)  # fmt: skip
    assert SECRET not in repr(found)
    assert KEY not in repr(found)


@pytest.mark.parametrize("name", sorted(set(PRODUCTION) - {"FILIERE_ENV"}))
@pytest.mark.parametrize("value", [None, "", "   "])
def test_production_demands_what_has_no_safe_default(name, value, tmp_path):
    variables = {**PRODUCTION, "FILIERE_DATA_DIR": str(tmp_path), name: value}
    with pytest.raises(EnvironmentProblem, match=rf"^{name} manque : "):
        env.read({key: text for key, text in variables.items() if text is not None})


# --- Refused values ---------------------------------------------------------

MALFORMED = [
    ("FILIERE_ENV", "prod", "production"),
    ("FILIERE_ENV", "Production", "production"),
    ("FILIERE_DATA_DIR", "var", "chemin absolu"),
    ("FILIERE_DATA_DIR", "./var", "chemin absolu"),
    ("FILIERE_DATA_DIR", "~compte-qui-n-existe-pas/var", "compte inconnu"),
    ("FILIERE_DATA_DIR", "/etc/hostname", "dossier"),
    ("FILIERE_SECRET_KEY", "clef\x00coupée", "invisible"),
    ("FILIERE_BASE_URL", "filiere.exemple.fr", "https://"),
    ("FILIERE_BASE_URL", "ftp://filiere.exemple.fr", "https://"),
    ("FILIERE_BASE_URL", "HTTPS://filiere.exemple.fr", "https://"),
    ("FILIERE_BASE_URL", "https://", "hôte"),
    ("FILIERE_BASE_URL", "https://filiere.exemple.fr/csf", "racine"),
    ("FILIERE_BASE_URL", "https://filiere.exemple.fr?x=1", "paramètre"),
    ("FILIERE_BASE_URL", f"https://moi:{SECRET}@filiere.exemple.fr", "racine"),
    ("FILIERE_BASE_URL", "https://filiere.exemple.fr:port", "port"),
    ("FILIERE_BASE_URL", "https://filiere.exemple.fr:99999", "port"),
    ("FILIERE_BASE_URL", "https://filiere.exemple.fr:0", "port"),
    ("FILIERE_BASE_URL", "https://filiere.exemple.fr:8000abc", "port"),
    ("FILIERE_BASE_URL", "https://filiere.exemple.fr autre", "espace"),
    ("FILIERE_BASE_URL", "https://fili_ere.exemple.fr", "hôte"),
    ("FILIERE_BASE_URL", "https://-filiere.exemple.fr", "hôte"),
    ("FILIERE_BASE_URL", "https://filiere..fr", "hôte"),
    ("FILIERE_BASE_URL", f"https://{'a' * 64}.fr", "hôte"),
    ("FILIERE_BASE_URL", f"https://{'a.' * 130}fr", "hôte"),
    ("FILIERE_BASE_URL", "https://[::1", "adresse lisible"),
    ("FILIERE_BASE_URL", "https://a℀b", "adresse lisible"),
    ("FILIERE_ALLOWED_HOSTS", "https://filiere.exemple.fr", "nom d’hôte"),
    ("FILIERE_ALLOWED_HOSTS", "filiere.exemple.fr/csf", "nom d’hôte"),
    ("FILIERE_ALLOWED_HOSTS", "filiere.exemple.fr bon_nom?", "nom d’hôte"),
    ("DATABASE_URL", "mysql://h/b", "postgres://"),
    ("DATABASE_URL", "/tmp/base.sqlite3", "postgres://"),
    ("DATABASE_URL", "sqlite:///base.sqlite3", "absolu"),
    ("DATABASE_URL", "sqlite://", "absolu"),
    ("DATABASE_URL", "sqlite://:memory:", "DATABASE_URL"),
    ("DATABASE_URL", "sqlite:////tmp/a#b.sqlite3", "%23"),
    ("DATABASE_URL", "postgres://base", "base"),
    ("DATABASE_URL", f"postgres://compte:{SECRET}@hôte:5432/", "base"),
    ("DATABASE_URL", f"postgres://compte:{SECRET}@hôte:543x/b", "port"),
    ("DATABASE_URL", f"postgres://compte:{SECRET}/suite@hôte:5432/b", "%2F"),
    ("DATABASE_URL", f"postgres://compte:{SECRET}#suite@hôte:5432/b", "%23"),
    ("DATABASE_URL", f"postgres://compte:{SECRET}@h℀te/b", "adresse lisible"),
    ("REDIS_URL", "redis:", "redis://"),
    ("REDIS_URL", "http://hôte:6379/0", "redis://"),
    ("REDIS_URL", "redis:///0", "hôte"),
    ("REDIS_URL", f"redis://:{SECRET}@hôte:6379/zero", "nombre"),
    ("REDIS_URL", f"redis://:{SECRET}@hôte:63790000/0", "port"),
    ("REDIS_URL", "unix://run/valkey.sock", "absolu"),
    ("REDIS_URL", "unix:///run/valkey.sock?db=un", "nombre"),
    ("REDIS_URL", f"unix:///run/valkey.sock?password={SECRET}", "paramètre"),
    ("EMAIL_URL", "localhost:25", "smtp://"),
    ("EMAIL_URL", "smtp://", "smtp://compte"),
    ("EMAIL_URL", "smtp://hôte:25/boite", "smtp://compte"),
    ("EMAIL_URL", f"smtp://compte:{SECRET}@hôte?tls=peut-être", "1 ou 0"),
    ("EMAIL_URL", f"smtp://compte:{SECRET}@hôte?starttls=1", "tls"),
    ("EMAIL_URL", f"smtp://compte:{SECRET}:25@hôte:587x", "port"),
    ("EMAIL_URL", "file://courriels", "absolu"),
    ("EMAIL_URL", "file:///", "absolu"),
    ("FILIERE_FROM_EMAIL", "Filière", "écrivez"),
    ("FILIERE_FROM_EMAIL", "Filière <ne-pas-repondre>", "écrivez"),
    ("FILIERE_FROM_EMAIL", "a@exemple.fr\nBcc: tous@exemple.fr", "saut de ligne"),
    ("FILIERE_STORAGE_URL", "s3://seau", "file://"),
    ("FILIERE_STORAGE_URL", "file://fichiers", "absolu"),
    ("FILIERE_STORAGE_URL", "/srv/fichiers", "file://"),
    ("FILIERE_STATIC_DIR", "static", "chemin absolu"),
    ("FILIERE_STATIC_DIR", "/etc/hostname", "dossier"),
    ("FILIERE_REQUIRE_MFA", "peut-être", "1 ou 0"),
    ("FILIERE_REQUIRE_MFA", "2", "1 ou 0"),
    ("FILIERE_OIDC_ISSUER", "proconnect", "https://"),
    ("FILIERE_OIDC_ISSUER", "https://", "hôte"),
    ("FILIERE_OIDC_ISSUER", "https://fi.fr?client=nous", "paramètre"),
    ("FILIERE_CLAMAV", "clamav:3310", "tcp://"),
    ("FILIERE_CLAMAV", "tcp://", "tcp://hôte"),
    ("FILIERE_CLAMAV", "tcp://clamav:3310/scan", "tcp://hôte"),
    ("FILIERE_CLAMAV", "unix://clamd.ctl", "absolu"),
    ("SENTRY_DSN", "clé@hôte/1", "https://"),
    ("SENTRY_DSN", "https://hôte/1", "https://clé"),
    ("SENTRY_DSN", f"https://{SECRET}@hôte", "https://clé"),
    ("FILIERE_LOG_FORMAT", "xml", "json"),
    ("FILIERE_TRUSTED_PROXIES", "10.0.0.1/8", "réseau"),
    ("FILIERE_TRUSTED_PROXIES", "mandataire", "réseau"),
    ("FILIERE_TRUSTED_PROXIES", "10.0.0.1:80", "réseau"),
    ("FILIERE_TRUSTED_PROXIES", "10.0.0.0/8 0.0.0.0/0", "tout le monde"),
    ("FILIERE_TRUSTED_PROXIES", "::/0", "tout le monde"),
]


@pytest.mark.parametrize(
    ("name", "value", "word"), MALFORMED, ids=[f"{name}={value!r}" for name, value, _ in MALFORMED]
)
def test_malformed_value_is_refused_by_a_sentence_that_names_its_variable(read, name, value, word):
    sentence = refusal(read, **{name: value})
    assert sentence.startswith(name)
    assert word in sentence


@pytest.mark.parametrize("name", env.VARIABLES)
def test_every_variable_says_no_to_something(name):
    without_shape = {"FILIERE_OIDC_CLIENT_ID", "FILIERE_OIDC_CLIENT_SECRET", "FILIERE_OIDC_NAME",
                     "FILIERE_OIDC_ACR_VALUES", "FILIERE_OIDC_SCOPES"}  # fmt: skip
    assert name in {known for known, _, _ in MALFORMED} | without_shape


@pytest.mark.parametrize("name", env.VARIABLES)
def test_every_variable_can_come_from_a_file(read, tmp_path, name):
    """The file is what is read: an empty one is refused, in the name of that very variable."""
    empty = tmp_path / "empty"
    empty.write_text(" \n")
    oidc = {"FILIERE_OIDC_ISSUER": "https://fi.fr", "FILIERE_OIDC_CLIENT_ID": "n", "FILIERE_OIDC_CLIENT_SECRET": "s"}
    variables = {**(oidc if "OIDC" in name else {}), "FILIERE_DATA_DIR": str(tmp_path), f"{name}_FILE": str(empty)}
    variables.pop(name, None)
    with pytest.raises(EnvironmentProblem, match=rf"^{name}_FILE : le fichier .* est vide"):
        env.read({"FILIERE_ENV": "test", **variables} if name != "FILIERE_ENV" else variables)


def test_file_and_value_at_once_are_refused(read, tmp_path):
    (tmp_path / "secret").write_text(KEY)
    sentence = refusal(read, FILIERE_SECRET_KEY=KEY, FILIERE_SECRET_KEY_FILE=str(tmp_path / "secret"))
    assert "tous deux" in sentence


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_unreadable_file_is_named(read, tmp_path, content):
    path = tmp_path / "secret"
    if content is not None:
        path.write_bytes(content)
    sentence = refusal(read, FILIERE_SECRET_KEY_FILE=str(path))
    assert sentence.startswith("FILIERE_SECRET_KEY_FILE")
    assert str(path) in sentence


def test_file_that_is_a_folder_is_refused(read, tmp_path):
    assert "illisible" in refusal(read, DATABASE_URL_FILE=str(tmp_path))


def test_file_may_end_with_a_line_break(read, tmp_path):
    (tmp_path / "key").write_text(f"{KEY}\n")
    found = read(production=True, FILIERE_SECRET_KEY="", FILIERE_SECRET_KEY_FILE=str(tmp_path / "key"))
    assert found.secret_key == KEY


# --- Accepted values, and what becomes of them ------------------------------


@pytest.mark.parametrize("value", ["1", "true", "OUI", "on", " yes "])
def test_flag_that_says_yes(read, value):
    assert read(FILIERE_REQUIRE_MFA=value).require_mfa is True


@pytest.mark.parametrize("value", ["0", "false", "Non", "off", "no"])
def test_flag_that_says_no(read, value):
    assert read(production=True, FILIERE_REQUIRE_MFA=value).require_mfa is False


@pytest.mark.parametrize(
    ("url", "base", "host"),
    [
        ("https://filiere.exemple.fr/", "https://filiere.exemple.fr", "filiere.exemple.fr"),
        ("https://filiere.exemple.fr:8443", "https://filiere.exemple.fr:8443", "filiere.exemple.fr"),
        ("http://[2001:db8::1]:8000", "http://[2001:db8::1]:8000", "[2001:db8::1]"),
        ("https://filière.exemple.fr", "https://xn--filire-6ua.exemple.fr", "xn--filire-6ua.exemple.fr"),
        ("http://10.0.0.5:8000", "http://10.0.0.5:8000", "10.0.0.5"),
    ],
)
def test_public_address_gives_the_host_a_browser_sends(read, url, base, host):
    found = read(FILIERE_BASE_URL=url)
    assert found.base_url == base
    assert found.allowed_hosts[0] == host


def test_allowed_hosts_are_separated_by_commas_or_spaces(read):
    found = read(FILIERE_ALLOWED_HOSTS="a.fr, .b.fr  filière.fr,a.fr")
    assert found.allowed_hosts[:3] == ("a.fr", ".b.fr", "xn--filire-6ua.fr")
    assert len(set(found.allowed_hosts)) == len(found.allowed_hosts)


def test_every_host_is_allowed_in_embedded_mode_alone(read):
    assert "*" in read(FILIERE_ALLOWED_HOSTS="*").allowed_hosts
    assert "nommez" in refusal(read, production=True, FILIERE_ALLOWED_HOSTS="*")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://h.fr", Mail(host="h.fr", port=25)),
        ("smtp://h.fr:2525", Mail(host="h.fr", port=2525)),
        ("smtp://h.fr?tls=oui", Mail(host="h.fr", port=587, tls=True)),
        ("smtp://h.fr:25?tls=0", Mail(host="h.fr", port=25)),
        ("smtps://h.fr", Mail(host="h.fr", port=465, ssl=True)),
        ("smtps://h.fr?tls=1", Mail(host="h.fr", port=465, ssl=True)),
        ("smtp://u%40x.fr:a%2Fb%23c%40d@h.fr", Mail(host="h.fr", port=25, user="u@x.fr", password="a/b#c@d")),
        ("file:///srv/boite%20aux%20lettres", Mail(folder=Path("/srv/boite aux lettres"))),
    ],
)
def test_mail_goes_where_its_address_says(read, url, expected):
    assert read(EMAIL_URL=url).mail == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("tcp://clamav", Scanner(host="clamav", port=3310)),
        ("tcp://clamav:3311", Scanner(host="clamav", port=3311)),
        ("unix:///run/clamav/clamd.ctl", Scanner(socket=Path("/run/clamav/clamd.ctl"))),
    ],
)
def test_scanner_listens_where_its_address_says(read, url, expected):
    assert read(FILIERE_CLAMAV=url).clamav == expected


def test_storage_is_a_folder(read):
    assert read(FILIERE_STORAGE_URL="file:///srv/fichiers%20de%20filiere").storage_dir == Path(
        "/srv/fichiers de filiere"
    )


@pytest.mark.parametrize(
    "url",
    [
        "postgres:///filiere?host=/run/postgresql",
        "postgresql://c:m@[2001:db8::1]:5432/f?sslmode=require",
        "postgres://c:m%2F@base.exemple.fr/f",
    ],
)
def test_database_address_is_passed_on_untouched(read, url):
    assert read(DATABASE_URL=url).database_url == url


@pytest.mark.parametrize("url", ["redis://h", "redis://h:6379/3", "rediss://:m@h:6380/0", "unix:///r/v.sock?db=2"])
def test_broker_address_is_passed_on_untouched(read, url):
    assert read(REDIS_URL=url).redis_url == url


def test_data_folder_may_have_any_name(tmp_path):
    folder = tmp_path / "données du CSF #1 ?100%"
    found = env.read({"FILIERE_ENV": "test", "FILIERE_DATA_DIR": str(folder)})
    assert dj_database_url.parse(found.database_url)["NAME"] == str(folder / "filiere.sqlite3")
    assert "#" not in found.redis_url


def test_data_folder_of_a_home(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert env.read({"FILIERE_ENV": "test", "FILIERE_DATA_DIR": "~/csf"}).data_dir == tmp_path / "csf"


def test_trusted_proxies_are_networks(read):
    found = read(FILIERE_TRUSTED_PROXIES="10.0.0.0/8, 192.0.2.7 2001:db8::/32").trusted_proxies
    assert found == tuple(map(ipaddress.ip_network, ("10.0.0.0/8", "192.0.2.7/32", "2001:db8::/32")))


def test_openid_connect_needs_its_three_parts(read):
    issuer = {"FILIERE_OIDC_ISSUER": "https://fi.fr/api/v2/"}
    assert refusal(read, **issuer).startswith("FILIERE_OIDC_CLIENT_ID manque")
    assert refusal(read, **issuer, FILIERE_OIDC_CLIENT_ID="nous").startswith("FILIERE_OIDC_CLIENT_SECRET manque")
    assert refusal(read, FILIERE_OIDC_CLIENT_ID="nous").startswith("FILIERE_OIDC_ISSUER manque")
    found = read(**issuer, FILIERE_OIDC_CLIENT_ID="nous", FILIERE_OIDC_CLIENT_SECRET=SECRET,
                 FILIERE_OIDC_ACR_VALUES="eidas2 eidas3").oidc  # fmt: skip
    assert (found.issuer, found.name, found.acr_values) == ("https://fi.fr/api/v2", "ProConnect", ("eidas2", "eidas3"))
    assert found.scopes[0] == "openid"


def test_openid_connect_of_production_is_encrypted(read):
    assert "https://" in refusal(read, production=True, FILIERE_OIDC_ISSUER="http://fi.fr")


@pytest.mark.parametrize(
    ("name", "value", "package"),
    [("SENTRY_DSN", f"https://{SECRET}@h/1", "sentry-sdk"), ("DATABASE_URL", f"postgres://c:{SECRET}@h/b", "pilote")],
)
def test_what_needs_a_package_that_is_absent_is_refused(read, monkeypatch, name, value, package):
    monkeypatch.setattr(env, "find_spec", lambda name: None)
    sentence = refusal(read, **{name: value})
    assert sentence.startswith(name)
    assert package in sentence


def test_error_collector_is_passed_on_when_its_package_is_there(read, monkeypatch):
    monkeypatch.setattr(env, "find_spec", lambda name: object())
    assert read(SENTRY_DSN=f"https://{SECRET}@h/1").sentry_dsn == f"https://{SECRET}@h/1"


# --- The secret key ---------------------------------------------------------


@pytest.mark.parametrize("key", ["court", "a" * 60, KEY[:49]])
def test_weak_key_is_refused_in_production(read, key):
    sentence = refusal(read, production=True, FILIERE_SECRET_KEY=key)
    assert sentence.startswith("FILIERE_SECRET_KEY est trop faible")
    assert key not in sentence


def test_embedded_key_is_made_once_and_kept_private(tmp_path):
    variables = {"FILIERE_DATA_DIR": str(tmp_path / "neuf")}
    first, second = env.read(variables), env.read(variables)
    assert first.secret_key == second.secret_key
    assert len(first.secret_key) >= 50
    path = tmp_path / "neuf/secret_key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [child.name for child in path.parent.iterdir()] == ["secret_key"]


def test_embedded_keys_differ_from_one_installation_to_another(tmp_path):
    keys = {env.read({"FILIERE_DATA_DIR": str(tmp_path / name)}).secret_key for name in "ab"}
    assert len(keys) == 2


def test_process_that_loses_the_race_takes_the_winner_s_key(tmp_path, monkeypatch):
    def somebody_was_faster(source, target):
        Path(target).write_text("w" * 60)
        raise FileExistsError

    monkeypatch.setattr(os, "link", somebody_was_faster)
    assert env.read({"FILIERE_DATA_DIR": str(tmp_path)}).secret_key == "w" * 60


@pytest.mark.parametrize("content", [b"", b"court", b"\xff" * 60])
def test_damaged_key_file_is_named(tmp_path, content):
    (tmp_path / "secret_key").write_bytes(content)
    with pytest.raises(EnvironmentProblem, match="secret_key"):
        env.read({"FILIERE_DATA_DIR": str(tmp_path)})


def test_data_folder_where_nothing_can_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(EnvironmentProblem, match=r"^FILIERE_DATA_DIR"):
        env.read({"FILIERE_DATA_DIR": str(tmp_path / "file/below")})


def test_socket_of_somebody_else_is_refused(tmp_path, monkeypatch):
    def planted(_self):
        raise env.UnsafePlaceError("Le dossier /tmp/x n’est pas privé à votre compte.")

    monkeypatch.setattr(env.Places, "socket", property(planted))
    with pytest.raises(EnvironmentProblem, match=r"^FILIERE_DATA_DIR : .*privé"):
        env.read({"FILIERE_ENV": "test", "FILIERE_DATA_DIR": str(tmp_path)})
    env.read({"FILIERE_ENV": "test", "FILIERE_DATA_DIR": str(tmp_path), "REDIS_URL": "redis://h"})
