"""The example for nginx, made to run in a folder of a test."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "docs/examples"
NAME = "pamit.example.go.id"
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def installed(name):
    """The path of a tool that the machine must have; else the test is not run, and says so."""
    found = shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/bin")
    if found is None:
        pytest.skip(f"NOT RUN: {name} is not on this machine")
    return found


def written(folder, text):
    """The file with the example inside its http block, with a certificate of its own."""
    pair = ["-keyout", folder / "key.pem", "-out", folder / "cert.pem"]
    made = [installed("openssl"), "req", "-x509", "-newkey", "ec"]
    subprocess.run(
        [*made, "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={NAME}", *pair],
        check=True,
        capture_output=True,
    )
    text = re.sub(r"/etc/letsencrypt\S+/fullchain\.pem", str(folder / "cert.pem"), text)
    text = re.sub(r"/etc/letsencrypt\S+/privkey\.pem", str(folder / "key.pem"), text)
    text = text.replace("/var/log/nginx", str(folder))
    places = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in TEMPORARY)
    path = folder / "nginx.conf"
    path.write_text(f"pid {folder}/pid;\nevents {{}}\nhttp {{\n{places}{text}\n}}\n")
    return path
