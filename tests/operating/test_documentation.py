"""The manual names every setting of the program, and no other."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "docs/examples").iterdir())


def settings_in_code():
    """Names that `config.py` asks the environment for, and PORT of the server's own settings."""
    names = set()
    for path in ("registry/config.py", "registry/operating/server.py"):
        for node in ast.walk(ast.parse((ROOT / path).read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in (
                "os.environ.get",
                "_whole_number",
            ):
                first = node.args[0]
                names |= {first.value} if isinstance(first, ast.Constant) else set()
    return names


def settings_in_manual():
    manual = (ROOT / "docs/deploying.md").read_text()
    table = manual.split("## 2. Settings")[1].split("\n## ")[0]
    return set(re.findall(r"^\| `([A-Z_]+)` \|", table, re.MULTILINE))


def test_the_manual_lists_exactly_the_settings_of_the_program():
    assert len(settings_in_code()) > 5
    assert settings_in_manual() == settings_in_code()


def test_the_manual_names_every_example():
    manual = (ROOT / "docs/deploying.md").read_text()
    for path in EXAMPLES:
        assert f"examples/{path.name}" in manual


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_examples_use_commands_and_settings_that_exist(path):
    text = path.read_text()
    for name in re.findall(r"^(?:Environment=)?\"?([A-Z_]{4,})=", text, re.MULTILINE):
        assert name in settings_in_code() | {"PYTHONDONTWRITEBYTECODE"}
    for command in re.findall(r"flask --app wsgi ([a-z-]+)", text):
        assert command in {"assess", "backup", "audit", "health", "self-check"}
