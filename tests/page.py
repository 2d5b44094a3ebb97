"""What must hold on every page that any test fetches, and small helpers to read one."""

import re
from collections import Counter
from functools import lru_cache
from xml.etree import ElementTree as ET

import html5lib

HTML = "{http://www.w3.org/1999/xhtml}"
PROTOCOLS = {"otpauth", "tel"}  # to an authenticator app, and to a telephone
UNLABELLED_KINDS = {"hidden", "submit", "button"}


@lru_cache(maxsize=8)
def parsed(text: str) -> ET.Element:
    """The page as a tree, for reading only; raises on stray or unclosed tags."""
    parser = html5lib.HTMLParser(strict=True)
    return parser.parse(text)


def words(element: ET.Element) -> str:
    return " ".join("".join(element.itertext()).split())


def check_page(text: str, *, tokens: bool = True) -> None:
    """One h1 that begins the title, unique ids, labelled controls, tokens, nothing inline."""
    root = parsed(text)
    headings = root.findall(f".//{HTML}h1")
    assert len(headings) == 1, f"{len(headings)} h1"
    title = words(root.find(f".//{HTML}title")).removeprefix("Galat: ").removeprefix("Error: ")
    assert title.startswith(words(headings[0])), (title, words(headings[0]))
    assert root.get("lang") in ("id", "en")
    ids = Counter(e.get("id") for e in root.iter() if e.get("id"))
    assert not [i for i, n in ids.items() if n > 1], ids.most_common(3)
    _check_controls(root)
    for form in root.iter(f"{HTML}form"):
        if tokens and form.get("method") == "post":
            found = [i for i in form.iter(f"{HTML}input") if "csrf_token" in (i.get("name") or "")]
            assert found, f"form to {form.get('action')} has no token"
    assert not list(root.iter(f"{HTML}style")), "inline style"
    for script in root.iter(f"{HTML}script"):
        assert script.get("src"), "inline script"
    for element in root.iter():
        assert not [name for name in element.attrib if re.match("style$|on", name)]
        for name in ("src", "href", "action"):
            assert not (element.get(name) or "").startswith(("http:", "https:", "//"))
        for name in ("href", "action", "formaction"):
            protocol, colon, _rest = re.split("[/?#]", element.get(name) or "")[0].partition(":")
            assert not colon or protocol in PROTOCOLS, f"{protocol}: on a page"
    assert not re.search(r"\b\d{16}\b", words(root.find(f".//{HTML}title")))


def _check_controls(root: ET.Element) -> None:
    labelled = {label.get("for") for label in root.iter(f"{HTML}label")}
    ids = {e.get("id") for e in root.iter()}
    for kind in ("input", "select", "textarea"):
        for control in root.iter(f"{HTML}{kind}"):
            if control.get("type") in UNLABELLED_KINDS:
                continue
            assert control.get("id") in labelled, f"{control.get('name')} has no label"
            for described in (control.get("aria-describedby") or "").split():
                assert described in ids, f"{described} is not on the page"
            if control.get("aria-invalid") == "true":
                assert control.get("aria-describedby") or control.get("type") in (
                    "radio",
                    "checkbox",
                    "text",
                )


def h1(response) -> str:
    return words(parsed(response.text).find(f".//{HTML}h1"))


def text_of(response) -> str:
    """All that a person can read on the page."""
    return words(parsed(response.text).find(f".//{HTML}body"))


def beside(response, name: str) -> str:
    """What is said to be wrong with a field, beside it; empty where nothing is."""
    for element in parsed(response.text).iter():
        if element.get("id") == f"{name}-galat":
            return words(element).removeprefix("Galat:").strip()
    return ""


def hidden(response, name: str) -> str:
    """The value of a hidden field."""
    for field in parsed(response.text).iter(f"{HTML}input"):
        if field.get("name") == name:
            return field.get("value") or ""
    raise AssertionError(f"{name} is not on the page")


def token(response) -> str:
    """The CSRF token of the page's forms."""
    return next(
        field.get("value")
        for field in parsed(response.text).iter(f"{HTML}input")
        if "csrf_token" in (field.get("name") or "")
    )


def links(response) -> list[tuple[str, str]]:
    """Text and address of every link."""
    return [(words(a), a.get("href") or "") for a in parsed(response.text).iter(f"{HTML}a")]


def rows(response) -> list[list[str]]:
    """The cells of every table row of the page's body."""
    found = []
    for body in parsed(response.text).iter(f"{HTML}tbody"):
        for row in body.iter(f"{HTML}tr"):
            found.append([words(cell) for cell in row])
    return found


def post(client, path: str, data: dict, *, seen: str | None = None, **kwargs):
    """Post a form as a browser would: with the token of the page it stands on."""
    page = client.get(seen or path)
    assert page.status_code == 200, (seen or path, page.status_code)
    return client.post(path, data={"csrf_token": token(page), **data}, **kwargs)
