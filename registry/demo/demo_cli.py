"""`flask demo load`: synthetic residents and departures for trying the registry out."""

import click
from flask.cli import AppGroup

from registry.accounts.users_cli import Failure
from registry.db import db, learn_sizes
from registry.demo.accounts import ACCOUNTS, PASSWORD
from registry.demo.load import DemoRefused, is_loaded, load_demo
from registry.demo.published import TOTAL, YEAR
from registry.departures.summary.recounting import catch_up
from registry.formatting import thousands, today
from registry.progress import progress

DEFAULT_SEED = 1

demo = AppGroup("demo", help="Data contoh untuk mencoba.")


@demo.command("load")
@click.option(
    "--records",
    type=click.IntRange(min=1, max=100_000),
    default=TOTAL,
    show_default=True,
    help=f"Banyaknya keberangkatan tahun {YEAR}; yang di sekitar hari ini mengikuti.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=DEFAULT_SEED,
    show_default=True,
    help="Benih acak; benih dan tanggal yang sama memberi data yang sama.",
)
def demo_load(records: int, seed: int) -> None:
    """Memuat akun dan keberangkatan contoh ke basis data yang kosong; boleh diulang."""
    try:
        if is_loaded():
            click.echo("Data contoh sudah dimuat; tidak ada yang diubah.")
            return
        loaded = load_demo(records, seed, today())
    except DemoRefused as refusal:
        raise Failure(str(refusal)) from refusal
    db.session.commit()
    learn_sizes()
    catch_up(progress)
    click.echo(
        f"Data contoh: {thousands(loaded.of_the_year)} keberangkatan tahun {YEAR} dan "
        f"{loaded.around_today} di sekitar hari ini, {thousands(loaded.residents)} warga."
    )
    names = ", ".join(account.username for account in ACCOUNTS if account.signs_in)
    click.echo(f"Akun: {names}. Kata sandi: {PASSWORD}")
