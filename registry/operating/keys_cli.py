"""`flask keys`: the sealing keys of the installation."""

import click
from flask import current_app
from flask.cli import AppGroup

from registry import sealing
from registry.accounts.users_cli import Failure
from registry.formatting import thousands
from registry.operating.in_words import KINDS
from registry.operating.renewing import RecordEdited
from registry.operating.rotation import (
    RotationRefused,
    is_only_to_be_tidied,
    people_under_old_keys,
    rotate,
)
from registry.progress import progress
from registry.sealing import SealBroken

keys = AppGroup("keys", help="Kunci penyegel.")


@keys.command("rotate")
def keys_rotate() -> None:
    """Mengganti kunci data dan indeks selagi melayani; yang terhenti dilanjutkan."""
    with progress("Menyegel ulang", people_under_old_keys()) as done:
        try:
            version = rotate(done)
        except RecordEdited as error:
            kind, subject_id = str(error).split()
            raise Failure(
                f"{KINDS[kind].capitalize()} {subject_id} diubah di luar jurnal, jadi tidak "
                "disegel ulang. Jalankan audit verify. Kunci lama dan baru tetap berlaku."
            ) from error
        except SealBroken as error:
            raise Failure(f"{error} Kunci lama dan baru tetap berlaku.") from error
        except RotationRefused as error:
            raise Failure(str(error)) from error
    click.echo(
        f"Kunci versi {version} berlaku; tidak ada lagi yang tersegel dengan kunci lama. "
        "Simpan salinan kunci.json yang baru; salinan lama tetap perlu untuk cadangan lama."
    )


@keys.command("status")
def keys_status() -> None:
    """Menunjukkan versi kunci, dan apakah penggantiannya sudah selesai."""
    path = current_app.config["PAMIT"].keys_path
    ring = sealing.load_keyring(path)
    if ring.older or is_only_to_be_tidied(path, ring):
        raise Failure(
            f"Penggantian ke kunci versi {ring.version} belum selesai: "
            f"{thousands(people_under_old_keys())} orang masih tersegel dengan kunci lama. "
            "Lanjutkan dengan keys rotate."
        )
    click.echo(f"Kunci versi {ring.version}; tidak ada penggantian yang berjalan.")
