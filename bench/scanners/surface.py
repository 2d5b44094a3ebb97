"""What a role can ask of the program: each route with the parameters that pages and forms send.

Written from the URL map, an address of something that is there for each rule, and what links and
forms on those pages say; as an OpenAPI description for one scanner, as plain requests for another.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from xml.etree import ElementTree as ET

from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule

from registry.accounts.roles import Role
from tests.faults.serving import Browser
from tests.page import HTML, parsed
from tests.security.matrix import SIGN_OUT, addresses_of, filled_in
from tests.security.routes import EVERYBODY, ROUTES, Entry
from tests.security.world import World

CONTROLS = tuple(HTML + name for name in ("input", "select", "textarea", "button"))
TOKEN = "csrf_token"  # noqa: S105 (the name of the field)
UNPUT = {"file", "submit", "button"}


@dataclass
class Operation:
    """One route and method: an address of it, and a value for each parameter that was seen."""

    rule: Rule
    method: str
    path: str
    values: dict[str, Any]
    query: dict[str, str] = field(default_factory=dict)
    body: dict[str, str] = field(default_factory=dict)


class Surface:
    """All operations of a role, read from the served program.

    Args:
        app: the application that is served, for its URL map alone.
        browser: signed in as the role.
    """

    def __init__(self, app: Flask, world: World, role: Role, browser: Browser) -> None:
        self.app, self.world, self.browser = app, world, browser
        self.adapter = app.url_map.bind("127.0.0.1")
        self.operations: dict[tuple[str, str], Operation] = {}
        pages = []
        for operation in self._addressed(role):
            key = operation.rule.rule, operation.method
            self.operations.setdefault(key, operation)
            if operation.method == "GET":
                pages.append(operation.path)
        self.unseen = {key for key in self.operations if key[1] == "POST"}
        for path in pages:
            self._read(path)

    def _addressed(self, role: Role) -> Iterator[Operation]:
        """Every rule that serves the role, about each thing of one place in its area."""
        place = self.world.places[0]
        for rule in self.app.url_map.iter_rules():
            is_known = rule.endpoint in ROUTES
            entry = ROUTES[rule.endpoint] if is_known else Entry(EVERYBODY)
            if rule.endpoint in SIGN_OUT or not entry.is_for(role):
                continue
            for values in addresses_of(rule, place, self.world) if is_known else [{}]:
                with self.app.test_request_context():
                    path = self.app.url_for(rule.endpoint, **values)
                    body = filled_in(place, values)
                for method in sorted({"GET", "POST"} & (rule.methods or set())):
                    sent = body if method == "POST" else {}
                    yield Operation(rule, method, path, values, body=sent)

    def _read(self, path: str) -> None:
        """Learn from the links and forms of a page which parameters there are."""
        try:
            text = self.browser.get(path).text
        except ConnectionError:  # the server may close one that was idle
            text = self.browser.get(path).text
        if not text.startswith("<!doctype html>"):
            return
        page = parsed(text)
        for link in page.iter(f"{HTML}a"):
            parts = urlsplit(link.get("href") or "")
            if parts.query and not parts.scheme:
                self._learn(parts.path or path, "GET", dict(parse_qsl(parts.query, True)))
        for form in page.iter(f"{HTML}form"):
            action = urlsplit(form.get("action") or path).path
            self._learn(action, (form.get("method") or "get").upper(), dict(_fields(form)))

    def _learn(self, path: str, method: str, found: dict[str, str]) -> None:
        try:
            rule, values = self.adapter.match(path, method, return_rule=True)
        except HTTPException:
            return
        key = rule.rule, method
        if not (operation := self.operations.get(key)):
            return
        if key in self.unseen:  # the form itself knows better than the list of all fields
            self.unseen.remove(key)
            operation.path, operation.values, operation.body = path, values, {}
        known = operation.query if method == "GET" else operation.body
        known.update({name: value for name, value in found.items() if name not in known})

    def token(self) -> str:
        """The token that the forms of this session carry."""
        page = parsed(self.browser.get("/akun/saya").text)
        found = (dict(_fields(form)).get(TOKEN) for form in page.iter(f"{HTML}form"))
        return next(filter(None, found))

    def parameters(self) -> int:
        """How many parameters of addresses and forms there are, tokens aside."""
        said = self.operations.values()
        return sum(len({*o.query, *o.body} - {TOKEN}) + len(o.values) for o in said)

    def openapi(self) -> dict[str, Any]:
        """The description that schemathesis makes its requests from."""
        token = self.token()
        paths: dict[str, dict[str, Any]] = {}
        for operation in self.operations.values():
            path = operation.rule.rule
            for name in operation.rule.arguments:
                kind = next(p for p in path.split("<")[1:] if p.split(">")[0].endswith(name))
                path = path.replace(f"<{kind.split('>')[0]}>", f"{{{name}}}")
            described = {
                "parameters": [
                    {
                        "name": name,
                        "in": place,
                        "required": place == "path",
                        "schema": _one_of(value),
                    }
                    for place, known in (("path", operation.values), ("query", operation.query))
                    for name, value in known.items()
                ],
                "responses": {"default": {"description": "any"}},
            }
            if operation.method == "POST":
                described["requestBody"] = _body_schema(operation.body, token)
            paths.setdefault(path, {})[operation.method.lower()] = described
        return {"openapi": "3.0.3", "info": {"title": "Pamit", "version": "1"}, "paths": paths}

    def requests(self, port: int) -> str:
        """Every request that has a parameter, as a proxy would have logged it for sqlmap.

        Those that only read come first, then the short forms: a scan may run out of time.
        """
        token, logged = self.token(), []
        for operation in sorted(self.operations.values(), key=lambda o: (o.method, len(o.body))):
            texts = [value for value in operation.values.values() if isinstance(value, str)]
            body = urlencode({**operation.body, TOKEN: token}) if operation.body else ""
            if operation.query or body:
                query = f"?{urlencode(operation.query)}" if operation.query else ""
                logged.append(_logged(port, operation.method, operation.path + query, body))
            if texts and operation.method == "GET":  # `*` marks what is tried in the address itself
                marked = operation.path.replace(texts[0], f"{texts[0]}*")
                logged.append(_logged(port, "GET", marked, ""))
        return "".join(logged)


def _fields(form: ET.Element) -> Iterator[tuple[str, str]]:
    for control in form.iter():
        if control.tag in CONTROLS and (name := control.get("name")):
            if control.get("type") in UNPUT and not control.get("value"):
                continue
            options = [o.get("value") or "" for o in control.iter(f"{HTML}option")]
            yield name, control.get("value") or next(filter(None, options), "")


def _one_of(value: Any) -> dict[str, Any]:
    """What is there as often as anything else."""
    return {"anyOf": [{"enum": [value]}, {"type": "string"}]}


def _body_schema(body: dict[str, str], token: str) -> dict[str, Any]:
    fields = {name: _one_of(value) for name, value in body.items()}
    fields[TOKEN] = {"enum": [token]}
    schema = {"type": "object", "properties": fields, "required": list(fields)}
    return {"content": {"application/x-www-form-urlencoded": {"schema": schema}}}


def _logged(port: int, method: str, path: str, body: str) -> str:
    line = "=" * 54
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
    kind = "Content-Type: application/x-www-form-urlencoded\r\n" if body else ""
    return (
        f"{line}\n12:00:00  http://127.0.0.1:{port}\n{line}\n{head}{kind}\r\n{body}\n{line}\n\n\n"
    )
