"""`flask audit`: walking the journal, and its head to be kept elsewhere."""

import os
from collections.abc import Collection
from pathlib import Path

import click
from flask.cli import AppGroup

from registry.accounts.users_cli import Failure
from registry.audit.anchors import Anchor, AnchorUnreadable, read_anchors
from registry.audit.verify import Verification, count_entries, head_anchor, verify_chain
from registry.db import snapshot
from registry.formatting import thousands
from registry.operating.beside import first_edited_beside_journal
from registry.operating.in_words import said_of_edited
from registry.progress import progress

LONGEST_NAME = 250

audit = AppGroup("audit", help="Jurnal.")


@audit.command("head")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Ditambahkan ke berkas ini, di bawah kepala yang terdahulu.",
)
def head(out: Path | None) -> None:
    """Menampilkan kepala jurnal, untuk disimpan di luar server atau disalin ke kertas."""
    with snapshot():
        anchor = head_anchor()
    if anchor is None:
        raise Failure("Jurnal masih kosong.")
    if out is None:
        click.echo(anchor.text, nl=False)
        return
    descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(anchor.text)
    click.echo(f"{out}: kepala jurnal, entri {thousands(anchor.seq)}.")


@audit.command("verify")
@click.option(
    "--anchor",
    "anchors",
    multiple=True,
    metavar="FILE|DIR|TEKS",
    help="Kepala terdahulu: berkas, folder cadangan, atau barisnya sendiri; boleh berulang.",
)
def audit_verify(anchors: tuple[str, ...]) -> None:
    """Memeriksa rantai jurnal dan kecocokan setiap catatan dengan entri terakhirnya."""
    kept = [anchor for said in anchors for anchor in _anchors_of(said)]
    found = verified(kept)
    if not found.is_whole:
        raise Failure(f"Rantai jurnal putus pada {broken(found)}")
    with snapshot():
        edited = first_edited_beside_journal()
    if edited:
        raise Failure(
            f"{thousands(found.entries)} entri, rantai utuh, tetapi {said_of_edited(edited)}."
        )
    agreed = f", cocok dengan {len(kept)} kepala yang disimpan" if kept else ""
    click.echo(
        f"{thousands(found.entries)} entri, rantai utuh{agreed}; semua catatan cocok dengan jurnal."
    )


def verified(anchors: Collection[Anchor]) -> Verification:
    """Walk the chain past these heads, with a bar on a terminal."""
    with snapshot(), progress("Memeriksa jurnal", count_entries()) as done:
        return verify_chain(anchors, done)


def broken(found: Verification) -> str:
    """Where a chain that is not whole breaks, and why."""
    where = f"entri {found.broken_at}"
    if found.through and found.through != found.broken_at:
        where = f"salah satu dari entri {found.broken_at} sampai {found.through}"
    return f"{where}: {found.reason}."


def _anchors_of(said: str) -> list[Anchor]:
    try:
        found = [anchor for text in _texts(said) for anchor in read_anchors(text)]
    except AnchorUnreadable as error:
        raise Failure(str(error)) from error
    if not found:
        raise Failure(f"Tidak ada kepala jurnal di {said or '--anchor'}.")
    return found


def _texts(said: str) -> list[str]:
    """What the files say, when it is the name of one or of a folder; else the text itself."""
    path = Path(said)
    if "\n" in said or len(said) > LONGEST_NAME or not path.exists():
        return [said]
    files = sorted(path.glob("*.kepala")) if path.is_dir() else [path]
    return [file.read_text(errors="replace") for file in files]
