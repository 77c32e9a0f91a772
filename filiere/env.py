"""The environment, read once and strictly: a malformed value stops the start with a sentence.

Every variable may also come from a file named by NAME_FILE, as container secrets do. `docs/operations.md` lists them.
"""

import ipaddress
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import SplitResult, quote, unquote

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from filiere.launch.places import Places, UnsafePlaceError
from filiere.variables import EnvironmentProblem, Source, ascii_host, flag, is_host, parameter

__all__ = ["ROOT", "VARIABLES", "Environment", "EnvironmentProblem", "Mail", "Mode", "OpenIDConnect", "Scanner", "read"]

ROOT = Path(__file__).resolve().parent.parent
VARIABLES = (
    "FILIERE_ENV", "FILIERE_DATA_DIR", "FILIERE_SECRET_KEY", "FILIERE_ALLOWED_HOSTS", "FILIERE_BASE_URL",
    "DATABASE_URL", "REDIS_URL", "EMAIL_URL", "FILIERE_FROM_EMAIL", "FILIERE_STORAGE_URL", "FILIERE_STATIC_DIR",
    "FILIERE_REQUIRE_MFA", "FILIERE_OIDC_ISSUER", "FILIERE_OIDC_CLIENT_ID", "FILIERE_OIDC_CLIENT_SECRET",
    "FILIERE_OIDC_NAME", "FILIERE_OIDC_ACR_VALUES", "FILIERE_OIDC_SCOPES", "FILIERE_CLAMAV", "SENTRY_DSN",
    "FILIERE_LOG_FORMAT", "FILIERE_TRUSTED_PROXIES",
)  # fmt: skip

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Mode(StrEnum):
    EMBEDDED = "embedded"
    PRODUCTION = "production"
    TEST = "test"


@dataclass(frozen=True)
class Mail:
    """Where mail goes: an SMTP server, or a folder of .eml files."""

    folder: Path | None = None
    host: str = ""
    port: int = 25
    user: str = ""
    password: str = field(default="", repr=False)
    tls: bool = False
    ssl: bool = False


@dataclass(frozen=True)
class Scanner:
    """Where ClamAV listens: a unix socket, or a host and its port."""

    socket: Path | None = None
    host: str = ""
    port: int = 3310


@dataclass(frozen=True)
class OpenIDConnect:
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    name: str
    acr_values: tuple[str, ...]
    scopes: tuple[str, ...]


@dataclass(frozen=True)
class Environment:
    mode: Mode
    data_dir: Path
    storage_dir: Path
    static_dir: Path
    secret_key: str = field(repr=False)
    allowed_hosts: tuple[str, ...]
    base_url: str
    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    mail: Mail
    from_email: str
    require_mfa: bool
    oidc: OpenIDConnect | None
    clamav: Scanner | None
    log_format: str
    sentry_dsn: str = field(repr=False)
    trusted_proxies: tuple[Network, ...]

    @property
    def production(self) -> bool:
        return self.mode is Mode.PRODUCTION

    @property
    def secure(self) -> bool:
        """Cookies and redirects follow the public address: an embedded one is plain HTTP."""
        return self.base_url.startswith("https://")


def read(environ: Mapping[str, str] = os.environ) -> Environment:
    source = Source(environ)
    mode = Mode(source.choice("FILIERE_ENV", among=[*Mode], default=Mode.EMBEDDED))
    production = mode is Mode.PRODUCTION
    data_dir = source.folder("FILIERE_DATA_DIR", ROOT / "var")
    base = _base_url(source, production=production)
    return Environment(
        mode=mode,
        data_dir=data_dir,
        storage_dir=_storage(source, data_dir),
        # Collected files belong to the version that runs, not to the data: an image carries its own.
        static_dir=source.folder("FILIERE_STATIC_DIR", data_dir / "static"),
        secret_key=_secret_key(source, mode, data_dir),
        allowed_hosts=_allowed_hosts(source, base, production=production),
        base_url=f"{base.scheme}://{ascii_host(base.netloc)}",
        database_url=_database_url(source, data_dir, production=production),
        redis_url=_redis_url(source, data_dir, production=production),
        mail=_mail(source, data_dir, production=production),
        from_email=_from_email(source, production=production),
        require_mfa=source.flag("FILIERE_REQUIRE_MFA", default=production),
        oidc=_oidc(source, production=production),
        clamav=_clamav(source),
        log_format=source.choice(
            "FILIERE_LOG_FORMAT", among=["text", "json"], default="json" if production else "text"
        ),
        sentry_dsn=_sentry(source),
        trusted_proxies=_proxies(source),
    )


def _base_url(source: Source, *, production: bool) -> SplitResult:
    if production:
        source.required("FILIERE_BASE_URL", "indiquez l’adresse publique, https://filiere.exemple.fr.")
    parts = source.url("FILIERE_BASE_URL", ["https", "http"]) or SplitResult("http", "localhost:8000", "", "", "")
    if not parts.hostname:
        raise EnvironmentProblem("FILIERE_BASE_URL ne contient pas de nom d’hôte.")
    if parts.path.strip("/") or parts.query or "@" in parts.netloc:
        raise EnvironmentProblem(
            "FILIERE_BASE_URL s’arrête après l’hôte et le port : le site occupe la racine de son adresse."
        )
    return parts


def _allowed_hosts(source: Source, base: SplitResult, *, production: bool) -> tuple[str, ...]:
    named = source.words("FILIERE_ALLOWED_HOSTS")
    for word in named:
        if word == "*" and not production:
            continue
        if word == "*":
            raise EnvironmentProblem("FILIERE_ALLOWED_HOSTS vaut « * » : en production, nommez chaque hôte.")
        if not is_host(word.removeprefix(".").removeprefix("[").removesuffix("]")):
            raise EnvironmentProblem(
                f"FILIERE_ALLOWED_HOSTS : « {word} » n’est pas un nom d’hôte (ni https://, ni port, ni chemin)."
            )
    own = base.hostname or ""
    # The health checks of a container call the loopback address whatever the public name is.
    hosts = (*map(ascii_host, named), f"[{own}]" if ":" in own else ascii_host(own), "localhost", "127.0.0.1", "[::1]")
    return tuple(dict.fromkeys(hosts))


def _storage(source: Source, data_dir: Path) -> Path:
    parts = source.url("FILIERE_STORAGE_URL", ["file"])
    return _path_of("FILIERE_STORAGE_URL", parts) if parts else data_dir / "files"


def _path_of(name: str, parts: SplitResult) -> Path:
    path = unquote(parts.path)
    if parts.netloc or not path.startswith("/") or path.strip("/") == "":
        raise EnvironmentProblem(f"{name} doit être de la forme {parts.scheme}:///chemin/absolu.")
    return Path(path)


def _secret_key(source: Source, mode: Mode, data_dir: Path) -> str:
    value = source.text("FILIERE_SECRET_KEY")
    if mode is Mode.PRODUCTION and (len(value) < 50 or len(set(value)) < 5):
        fault = "est trop faible" if value else "manque"
        raise EnvironmentProblem(f"FILIERE_SECRET_KEY {fault} : 50 caractères tirés au hasard au moins.")
    if value:
        return value
    if mode is Mode.TEST:
        return "only-for-tests-" + "0" * 50
    return _generated_key(data_dir / "secret_key")


def _generated_key(path: Path) -> str:
    """Web, worker and scheduler start together: the file is created whole, by one of them."""
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            _write_key(path)
        key = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "contenu illisible"
        raise EnvironmentProblem(f"FILIERE_DATA_DIR : la clé secrète {path} est inaccessible ({reason}).") from error
    if len(key) < 50:
        raise EnvironmentProblem(f"La clé secrète du fichier {path} est abîmée : effacez-le pour en créer une autre.")
    return key


def _write_key(path: Path) -> None:
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(secrets.token_urlsafe(64))
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # another process won the race: its key is the key
    finally:
        draft.unlink()


def _database_url(source: Source, data_dir: Path, *, production: bool) -> str:
    if production:
        source.required("DATABASE_URL", "postgres://compte:motdepasse@hôte:5432/base.")
    parts = source.url("DATABASE_URL", ["postgres", "postgresql", "sqlite"], query=None)
    if parts is None:
        # An absolute path: the database stays where it is whatever the working folder.
        return f"sqlite:///{quote(str(data_dir / 'filiere.sqlite3'))}"
    if parts.scheme == "sqlite":
        # In memory, web and worker would each have a database of their own.
        if parts.netloc or not parts.path.startswith("//"):
            raise EnvironmentProblem("DATABASE_URL doit être de la forme sqlite:////chemin/absolu.sqlite3.")
    elif not parts.path.strip("/"):
        raise EnvironmentProblem("DATABASE_URL ne nomme pas de base : postgres://compte:motdepasse@hôte:5432/base.")
    elif find_spec("psycopg") is None:
        raise EnvironmentProblem(
            "DATABASE_URL demande PostgreSQL, dont le pilote n’est pas installé : "
            "installez requirements/production.txt."
        )
    return source.text("DATABASE_URL")


def _redis_url(source: Source, data_dir: Path, *, production: bool) -> str:
    if production:
        source.required("REDIS_URL", "redis://hôte:6379/0.")
    parts = source.url("REDIS_URL", ["redis", "rediss", "unix"], query=None)
    if parts is None:
        try:
            return f"unix://{quote(str(Places(data_dir).socket))}?db=0"
        except (UnsafePlaceError, OSError) as error:
            raise EnvironmentProblem(f"FILIERE_DATA_DIR : {error}") from error
    if parts.scheme == "unix":
        _path_of("REDIS_URL", parts)
        source.url("REDIS_URL", ["unix"], query=["db"])
        number = parameter(parts, "db") or "0"
    else:
        if not parts.hostname:
            raise EnvironmentProblem("REDIS_URL ne contient pas de nom d’hôte : redis://hôte:6379/0.")
        number = parts.path.strip("/") or "0"
    if not number.isdecimal():
        raise EnvironmentProblem("REDIS_URL : la base se désigne par un nombre, redis://hôte:6379/0.")
    return source.text("REDIS_URL")


def _mail(source: Source, data_dir: Path, *, production: bool) -> Mail:
    if production:
        source.required("EMAIL_URL", "smtp://compte:motdepasse@hôte:587?tls=1.")
    parts = source.url("EMAIL_URL", ["smtp", "smtps", "file"], query=["tls"])
    if parts is None:
        return Mail(folder=data_dir / "mail")
    if parts.scheme == "file":
        return Mail(folder=_path_of("EMAIL_URL", parts))
    if not parts.hostname or parts.path.strip("/"):
        raise EnvironmentProblem("EMAIL_URL doit être de la forme smtp://compte:motdepasse@hôte:587?tls=1.")
    ssl = parts.scheme == "smtps"
    tls = flag("EMAIL_URL (tls)", parameter(parts, "tls") or "0")
    return Mail(
        host=parts.hostname,
        port=parts.port or (465 if ssl else 587 if tls else 25),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        ssl=ssl,
        tls=tls and not ssl,
    )


def _from_email(source: Source, *, production: bool) -> str:
    if production:
        source.required("FILIERE_FROM_EMAIL", "indiquez l’adresse d’expédition des courriels.")
    value = source.text("FILIERE_FROM_EMAIL", "Filière <ne-pas-repondre@demo.example>")
    try:
        validate_email(parseaddr(value)[1])
    except ValidationError:
        raise EnvironmentProblem(
            f"FILIERE_FROM_EMAIL vaut « {value} » : écrivez Filière <ne-pas-repondre@exemple.fr>."
        ) from None
    return value


def _oidc(source: Source, *, production: bool) -> OpenIDConnect | None:
    issuer = source.url("FILIERE_OIDC_ISSUER", ["https"] if production else ["https", "http"])
    if issuer is None:
        if source.text("FILIERE_OIDC_CLIENT_ID") or source.text("FILIERE_OIDC_CLIENT_SECRET"):
            raise EnvironmentProblem("FILIERE_OIDC_ISSUER manque : l’adresse du fournisseur d’identité.")
        return None
    if not issuer.hostname:
        raise EnvironmentProblem("FILIERE_OIDC_ISSUER ne contient pas de nom d’hôte.")
    return OpenIDConnect(
        issuer=source.text("FILIERE_OIDC_ISSUER").rstrip("/"),
        client_id=source.required("FILIERE_OIDC_CLIENT_ID", "le fournisseur d’identité l’attribue."),
        client_secret=source.required("FILIERE_OIDC_CLIENT_SECRET", "le fournisseur d’identité l’attribue."),
        name=source.text("FILIERE_OIDC_NAME", "ProConnect"),
        acr_values=source.words("FILIERE_OIDC_ACR_VALUES"),
        scopes=source.words("FILIERE_OIDC_SCOPES") or ("openid", "email", "given_name", "usual_name"),
    )


def _clamav(source: Source) -> Scanner | None:
    parts = source.url("FILIERE_CLAMAV", ["tcp", "unix"])
    if parts is None:
        return None
    if parts.scheme == "unix":
        return Scanner(socket=_path_of("FILIERE_CLAMAV", parts))
    if not parts.hostname or parts.path.strip("/"):
        raise EnvironmentProblem("FILIERE_CLAMAV doit être de la forme tcp://hôte:3310 ou unix:///chemin.")
    return Scanner(host=parts.hostname, port=parts.port or 3310)


def _sentry(source: Source) -> str:
    parts = source.url("SENTRY_DSN", ["https", "http"])
    if parts is None:
        return ""
    if not parts.hostname or not parts.username or not parts.path.strip("/"):
        raise EnvironmentProblem("SENTRY_DSN doit être de la forme https://clé@hôte/projet.")
    if find_spec("sentry_sdk") is None:
        raise EnvironmentProblem("SENTRY_DSN demande le paquet sentry-sdk : installez-le, ou retirez la variable.")
    return source.text("SENTRY_DSN")


def _proxies(source: Source) -> tuple[Network, ...]:
    return tuple(map(_network, source.words("FILIERE_TRUSTED_PROXIES")))


def _network(word: str) -> Network:
    try:
        network = ipaddress.ip_network(word)
    except ValueError:
        raise EnvironmentProblem(
            f"FILIERE_TRUSTED_PROXIES : « {word} » n’est ni une adresse ni un réseau (10.0.0.0/8)."
        ) from None
    if network.prefixlen == 0:
        raise EnvironmentProblem(f"FILIERE_TRUSTED_PROXIES : « {word} » ferait confiance à tout le monde.")
    return network
