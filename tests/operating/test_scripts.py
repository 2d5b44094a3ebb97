"""`./run` says clearly what it can do and what it lacks, before it changes anything."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = ("run", "test", ".ci/run", ".ci/venv.sh")
PYTHONS = ("python3", "python3.14", "python3.13", "python3.12", "python3.11", "python")


def run(*arguments, folder=ROOT, **environment):
    return subprocess.run(
        [folder / "run", *arguments],
        env=dict(os.environ) | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("name", SCRIPTS)
def test_scripts_are_whole(name):
    subprocess.run(["bash", "-n", ROOT / name], check=True)
    assert os.access(ROOT / name, os.X_OK) == (not name.endswith(".sh"))


def test_help_lists_the_options():
    said = run("--help")
    assert said.returncode == 0
    for option in ("--port", "--empty", "--setup-only"):
        assert option in said.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--kosong"], "Pilihan tidak dikenal: --kosong"),
        (["--port", "delapan"], "--port memerlukan sebuah angka"),
        (["--port"], "--port memerlukan sebuah angka"),
    ],
)
def test_an_unfit_option_is_one_clear_line(arguments, message):
    said = run(*arguments)
    assert said.returncode == 1
    assert said.stderr.splitlines()[-1].startswith(message)


def test_a_machine_without_a_fit_python_is_told_what_it_needs(tmp_path):
    program = tmp_path / "pamit"
    (program / ".ci").mkdir(parents=True)
    for name in ("run", ".ci/venv.sh", "requirements.txt"):
        shutil.copy(ROOT / name, program / name)
    old = tmp_path / "bin"
    old.mkdir()
    for name in PYTHONS:  # as an older one answers
        (old / name).write_text("#!/bin/sh\nexit 1\n")
        (old / name).chmod(0o755)
    said = run("--setup-only", folder=program, PATH=f"{old}:/usr/bin:/bin", PYTHON="")
    assert said.returncode == 1
    assert said.stderr.startswith("Diperlukan Python 3.11")
    assert len(said.stderr.splitlines()) == 1
    assert not (program / ".venv").exists()
