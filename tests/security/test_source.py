"""What the program never does: run text as code, build SQL from it, call out, weaken keys.

Each rule reads every module of the program; a planted line for each proves that it would be seen.
"""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted(p for p in (ROOT / "registry").rglob("*.py") if "migrations" not in p.parts)

RUNS_CODE = {"eval", "exec", "compile", "__import__"}
RUNS_TEMPLATES = {"render_template_string", "from_string", "Template"}
UNSAFE_READERS = {"pickle", "cPickle", "marshal", "shelve", "dill", "jsonpickle", "yaml", "toml"}
CALLS_OUT = {
    "requests", "httpx", "urllib3", "aiohttp", "ftplib", "smtplib", "telnetlib", "http.client",
    "urllib.request", "xmlrpc", "xmlrpc.client", "ldap3", "paramiko",
}  # fmt: skip
PATTERN_TAKERS = {"compile", "match", "search", "sub", "fullmatch", "split", "findall", "finditer"}
WEAK = {"md5", "sha1", "MD5", "SHA1", "TripleDES", "ARC4", "Blowfish", "ECB", "CBC", "PKCS1v15"}
SQL_TAKERS = {"text", "exec_driver_sql", "execute"}
# Names of our own in statements that know no parameters, each looked at.
OWN_SQL = {
    ("operating/rotation.py", "LOCK_TIMEOUT"),
    ("operating/rotation.py", "names"),
    ("operating/daily.py", "ADVISORY_LOCK"),
    ("operating/checks.py", "name"),
    ("db.py", "pragma"),
    ("db.py", "table"),
    *(("departures/summary/keys.py", part) for part in ("name", "event", "when", "body")),
    ("departures/summary/keys.py", "event.rpartition(' ')[2]"),
    *(("departures/name_words.py", part) for part in ("name", "event", "body")),
    ("departures/name_words.py", "event.rpartition(' ')[2]"),
    ("departures/name_words.py", "'OLD' if 'DELETE' in event else 'NEW'"),
    # Tables and columns of our own models, copied from one database into the other.
    *(("operating/rows.py", part) for part in ("names", "table.name")),
    ("operating/copying.py", "table.name"),
    ("audit/triggers.py", "table"),
    ("audit/triggers.py", "verb"),
    ("audit/triggers.py", "verb.lower()"),
}
# RFC 6238 with what every authenticator app can do.
OWN_WEAK = {("accounts/totp.py", "SHA1")}
# Made of the rules' own sentences and of labels.
OWN_PATTERNS = {"departures/flag_sentences.py"}
# The invented people of the demo are no secrets.
MAY_BE_GUESSED = "demo/"
# What may start a process: the parser's own child, and the tools of PostgreSQL.
STARTS_PROCESSES = {"workbooks/reader.py", "operating/postgres.py"}


def imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def calls(tree):
    """Every call with its object and its last name: `re.sub(...)` gives `re`, `sub`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute):
                yield node, ast.unparse(node.func.value), node.func.attr
            elif isinstance(node.func, ast.Name):
                yield node, "", node.func.id


def names_in(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.ImportFrom):
            yield from (alias.name for alias in node.names)


def runs_text(name, tree):
    for _node, owner, called in calls(tree):
        if called in RUNS_CODE and owner in ("", "builtins"):
            yield called
        if called in RUNS_TEMPLATES:
            yield called


def reads_objects(name, tree):
    yield from (m for m in imported(tree) if m.split(".")[0] in UNSAFE_READERS)


def calls_out(name, tree):
    yield from (m for m in imported(tree) if m in CALLS_OUT or m.split(".")[0] in CALLS_OUT)


def starts_a_shell(name, tree):
    for node, owner, called in calls(tree):
        if (owner, called) in {("os", "system"), ("os", "popen"), ("subprocess", "getoutput")}:
            yield called
        if any(keyword.arg == "shell" for keyword in node.keywords):
            yield "shell="
    if "subprocess" in imported(tree) and name not in STARTS_PROCESSES:
        yield "subprocess"


def builds_sql(name, tree):
    for node, _owner, called in calls(tree):
        if called in SQL_TAKERS and node.args:
            yield from (
                f"{called}: {part}"
                for part in parts_of(node.args[0])
                if (name, part) not in OWN_SQL
            )


def parts_of(node):
    """What a text is put together from, where it is put together."""
    if isinstance(node, ast.JoinedStr):
        for value in node.values:
            if isinstance(value, ast.FormattedValue):
                yield ast.unparse(value.value)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
        if any(isinstance(n, ast.Constant | ast.JoinedStr) for n in ast.walk(node)):
            yield ast.unparse(node)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        of_text = isinstance(node.func.value, ast.Constant)
        if node.func.attr == "format" or (of_text and node.func.attr == "join"):
            yield ast.unparse(node)


def builds_patterns(name, tree):
    """A pattern that is not written out, or made of constants in capitals."""
    if name in OWN_PATTERNS:
        return
    for node, owner, called in calls(tree):
        if owner == "re" and called in PATTERN_TAKERS and node.args:
            read = [n for n in ast.walk(node.args[0]) if isinstance(n, ast.Name)]
            own = {n.id for n in read if isinstance(n.ctx, ast.Store)} | {"chr", "range"}
            used = sorted({n.id for n in read} - own)
            yield from (f"{called}: {word}" for word in used if not word.isupper())


def formats_what_came(name, tree):
    """`text.format(...)` where the text came from a form, a file or the database."""
    for node, owner, called in calls(tree):
        if called == "format" and any(
            word in owner for word in ("request", ".data", "form.", "cell", "args")
        ):
            yield ast.unparse(node)


def weakens_keys(name, tree):
    yield from (word for word in names_in(tree) if word in WEAK and (name, word) not in OWN_WEAK)
    if not name.startswith(MAY_BE_GUESSED):
        yield from (m for m in imported(tree) if m in ("random", "uuid"))


# Each rule with a line that breaks it.
RULES = {
    runs_text: "eval(request.args['q'])",
    reads_objects: "import pickle",
    calls_out: "from urllib.request import urlopen",
    starts_a_shell: "subprocess.run(name, shell=True)",
    builds_sql: "db.session.execute(text(f'SELECT * FROM resident ORDER BY {sort}'))",
    builds_patterns: "re.search(typed, name)",
    formats_what_came: "form.note.data.format(user=user)",
    weakens_keys: "hashlib.md5(password)",
}
MORE = [
    (runs_text, "render_template_string(typed)"),
    (runs_text, "app.jinja_env.from_string(typed)"),
    (reads_objects, "from yaml import load"),
    (calls_out, "import requests"),
    (starts_a_shell, "import subprocess"),
    (starts_a_shell, "os.system('ls ' + name)"),
    (builds_sql, "connection.exec_driver_sql('SELECT ' + column)"),
    (builds_sql, "text('SELECT {}'.format(column))"),
    (builds_patterns, "re.compile(f'^{typed}$')"),
    (weakens_keys, "import random"),
    (weakens_keys, "from cryptography.hazmat.primitives.ciphers.modes import CBC"),
]


def rule_name(rule):
    return rule.__name__


@pytest.mark.parametrize("rule", RULES, ids=rule_name)
def test_the_program_never(rule):
    assert len(SOURCES) > 200
    found = {}
    for path in SOURCES:
        name = path.relative_to(ROOT / "registry").as_posix()
        if said := list(rule(name, ast.parse(path.read_text()))):
            found[name] = said
    assert found == {}


@pytest.mark.parametrize(
    ("rule", "line"), [*RULES.items(), *MORE], ids=lambda one: getattr(one, "__name__", str(one))
)
def test_a_line_that_does_is_seen(rule, line):
    assert list(rule("departures/views.py", ast.parse(line)))
