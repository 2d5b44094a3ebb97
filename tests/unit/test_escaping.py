from html.parser import HTMLParser

import pytest
from markupsafe import escape

from registry.escaping import escaped, linked

TEXTS = ("", "Way Mengaku", "a & b", "<b>", '"\'"', "&amp;", "<5", "•", "?negara=TW&jk=P")


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_is_escaped_as_the_templates_escape_it(text):
    assert escaped(text) == str(escape(text))


@pytest.mark.parametrize("text", TEXTS)
def test_words_and_address_of_a_link_come_back_as_they_were(text):
    found = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attributes: found.append((tag, attributes))
    parser.handle_data = lambda data: found.append(data)
    parser.feed(linked(text or "-", f"/dasbor/18{text}"))
    parser.close()
    assert found[0] == ("a", [("href", f"/dasbor/18{text}")])
    assert "".join(found[1:]) == (text or "-")


def test_words_without_an_address_are_no_link():
    assert linked("a < b", None) == "a &lt; b"
