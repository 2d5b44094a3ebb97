"""Backups encrypted to a public key, in the format of age; the private half is never here."""

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyrage
from pyrage import x25519

from registry.operating.half_written import held, remove_left_behind

SUFFIX = ".age"
HEADER = b"age-encryption.org/v1"
PREFIX = ".cadangan-"
OS_ERROR = re.compile(r"\(os error (\d+)\)")
SECRET_PREFIX = "AGE-SECRET-KEY-"  # noqa: S105 (how a private key begins, not one)


class NotEncrypted(RuntimeError):
    """A backup that could not be encrypted or opened; the message says why and names nobody."""


def read_recipient(path: Path) -> x25519.Recipient:
    """The public key in the file, `age1...` as age-keygen prints it; comments are skipped."""
    (line,) = _one_line(path)
    if line.upper().startswith(SECRET_PREFIX):
        raise NotEncrypted(
            f"Berkas {path.name} berisi kunci rahasia. Simpan itu di luar server ini; "
            "di sini cukup kunci publiknya (age1...)."
        )
    try:
        return x25519.Recipient.from_str(line)
    except pyrage.RecipientError as error:
        raise NotEncrypted(f"Berkas {path.name} tidak berisi kunci publik (age1...).") from error


def read_identity(path: Path) -> x25519.Identity:
    """The private key in a file of age-keygen."""
    (line,) = _one_line(path)
    try:
        return x25519.Identity.from_str(line)
    except pyrage.IdentityError as error:
        raise NotEncrypted(f"Berkas {path.name} tidak berisi kunci rahasia age.") from error


def _one_line(path: Path) -> list[str]:
    try:
        lines = path.read_text(encoding="ascii").splitlines()
    except UnicodeDecodeError:
        lines = []
    said = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    if len(said) != 1:
        raise NotEncrypted(f"Berkas {path.name} harus berisi tepat satu kunci age.")
    return said


@contextmanager
def encrypted_to(recipient: x25519.Recipient | None, path: Path, folder: Path) -> Iterator[Path]:
    """A name to write to, whose content then lies encrypted in `path`; `path` without recipient.

    Args:
        folder: of this installation, where the open content may lie for a moment.
    """
    if recipient is None:
        yield path
        return
    with _for_a_moment(folder) as plain:
        yield plain
        try:
            pyrage.encrypt_file(str(plain), str(path), [recipient])
        except (pyrage.EncryptError, OSError) as error:
            _raise_if_disk(error, path)
            raise NotEncrypted(f"Berkas {path.name} tidak dapat dienkripsi.") from error


@contextmanager
def decrypted_with(identity: x25519.Identity | None, path: Path, folder: Path) -> Iterator[Path]:
    """The open content of a backup; `path` itself where it is not encrypted."""
    if not _is_encrypted(path):
        yield path
        return
    if identity is None:
        raise NotEncrypted("Cadangan ini terenkripsi. Sertakan --identity FILE.")
    with _for_a_moment(folder) as plain:
        try:
            pyrage.decrypt_file(str(path), str(plain), [identity])
        except pyrage.DecryptError as error:
            _raise_if_disk(error, plain)
            raise NotEncrypted(
                f"Berkas {path.name} tidak dapat dibuka dengan kunci rahasia ini."
            ) from error
        except OSError as error:  # what does not authenticate, and what ends too early
            _raise_if_disk(error, plain)
            raise NotEncrypted(
                f"Berkas {path.name} rusak atau terpotong. Salin lagi dari tempat asalnya, atau "
                "pakai cadangan sebelumnya."
            ) from error
        yield plain


def _is_encrypted(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(HEADER)) == HEADER


def _raise_if_disk(error: Exception, path: Path) -> None:
    """Raise what the operating system refused, which the library tells in its text alone."""
    if number := OS_ERROR.search(str(error)):
        code = int(number[1])
        raise OSError(code, os.strerror(code), str(path)) from error


@contextmanager
def _for_a_moment(folder: Path) -> Iterator[Path]:
    remove_left_behind(folder.glob(f"{PREFIX}????????"))
    descriptor, name = tempfile.mkstemp(prefix=PREFIX, dir=folder)
    os.close(descriptor)
    with held(Path(name)) as plain:
        yield plain
