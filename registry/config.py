"""The settings of one installation, from the environment; refuses to start unsafe.

`docs/deploying.md` describes each setting; a test keeps the two lists equal.
"""

import os
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

MINIMUM_SECRET_BYTES = 32
SECOND_FACTOR_ROLES = frozenset({"reviewer", "labour_office", "bp3mi", "admin"})
OPTIONAL_FOR_ALL = "-"
# One stolen password must not take a whole province away.
SECOND_PERSON_ROWS = 1000


class UnsafeStart(RuntimeError):
    """The program refuses to start; the message says what to do, in Indonesian."""


@dataclass(frozen=True)
class Settings:
    """What an installation may set.

    Attributes:
        instance_path: folder with the data of this machine.
        database_url: SQLAlchemy address; SQLite in the instance folder by default.
        secret_key: signs CSRF tokens and flash cookies; at least 32 bytes.
        keys_path: file that holds the sealing keys (0400).
        trusted_proxies: number of reverse proxies whose `X-Forwarded-*` headers are believed.
        minimum_free_mb: free space on the disk below which records become read-only.
        second_person_rows: unmasked files of more rows need a second person; 0 for none.
        backup_recipient: file with the public key to which backups are encrypted.
        database_folder: a folder on the disk of a PostgreSQL of this machine, whose free space
            counts, too.
        open_backups: whether backups that are not encrypted are wanted here.
        postgres_bin: folder of `pg_dump` and `pg_restore`, where they are not on the PATH.
        second_factor_roles: values of the roles that sign in with a code from a phone as well.
    """

    instance_path: Path
    database_url: str
    secret_key: bytes
    keys_path: Path
    trusted_proxies: int = 0
    minimum_free_mb: int = 200
    postgres_bin: Path | None = None
    second_factor_roles: frozenset[str] = SECOND_FACTOR_ROLES
    second_person_rows: int = SECOND_PERSON_ROWS
    backup_recipient: Path | None = None
    database_folder: Path | None = None
    open_backups: bool = False

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")


def load_settings(root: Path) -> Settings:
    """Settings from the environment; raises UnsafeStart when a secret is missing or weak.

    Args:
        root: the folder of the program, whose `instance/` is the default data folder.
    """
    instance_path = Path(os.environ.get("INSTANCE_PATH") or root / "instance").resolve()
    default_database = f"sqlite:///{instance_path / 'pamit.sqlite'}"
    postgres_bin = os.environ.get("POSTGRES_BIN")
    backup_recipient = os.environ.get("BACKUP_RECIPIENT")
    return Settings(
        instance_path=instance_path,
        database_url=os.environ.get("DATABASE_URL") or default_database,
        secret_key=_secret_key(instance_path),
        keys_path=Path(os.environ.get("KEYS_PATH") or instance_path / "kunci.json"),
        trusted_proxies=_whole_number("TRUSTED_PROXIES", 0),
        minimum_free_mb=_whole_number("MINIMUM_FREE_MB", 200),
        postgres_bin=Path(postgres_bin) if postgres_bin else None,
        second_factor_roles=_second_factor_roles(os.environ.get("SECOND_FACTOR_ROLES")),
        second_person_rows=_whole_number("SECOND_PERSON_ROWS", SECOND_PERSON_ROWS),
        backup_recipient=Path(backup_recipient) if backup_recipient else None,
        open_backups=_whole_number("OPEN_BACKUPS", 0) > 0,
        database_folder=_database_folder(os.environ.get("DATABASE_FOLDER")),
    )


def _database_folder(text: str | None) -> Path | None:
    if not text:
        return None
    try:
        shutil.disk_usage(text)
    except OSError as error:
        raise UnsafeStart(
            "DATABASE_FOLDER tidak dapat dilihat. Isi dengan folder yang ada di disk PostgreSQL."
        ) from error
    return Path(text)


def _second_factor_roles(text: str | None) -> frozenset[str]:
    if not text:
        return SECOND_FACTOR_ROLES
    if text.strip() == OPTIONAL_FOR_ALL:
        return frozenset()
    return frozenset(role.strip() for role in text.split(","))


def _whole_number(name: str, default: int) -> int:
    text = os.environ.get(name)
    if not text:
        return default
    if not text.isascii() or not text.isdigit():
        raise UnsafeStart(f"Isi {name} dengan bilangan bulat, misalnya {default}.")
    return int(text)


def _secret_key(instance_path: Path) -> bytes:
    from_environment = os.environ.get("SECRET_KEY")
    path = instance_path / "secret_key"
    if from_environment is not None:
        secret = from_environment.encode()
    elif path.exists():
        refuse_if_readable_by_others(path)
        secret = path.read_bytes()
    else:
        raise UnsafeStart("SECRET_KEY belum ada. Jalankan ./run, atau isi variabel SECRET_KEY.")
    if len(secret) < MINIMUM_SECRET_BYTES:
        raise UnsafeStart("SECRET_KEY terlalu pendek: paling sedikit 32 byte.")
    return secret


def refuse_if_readable_by_others(path: Path, right_mode: str = "0400") -> None:
    """Raise UnsafeStart when somebody but the owner may read or write the file."""
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise UnsafeStart(
            f"Berkas {path.name} dapat dibaca orang lain. Jalankan: chmod {right_mode} {path.name}"
        )
