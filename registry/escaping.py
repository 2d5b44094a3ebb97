"""Texts as HTML, where a page is written in Python for speed (pure)."""


def escaped(text: str) -> str:
    """The text as HTML, for an element or a quoted attribute; the letters of markupsafe's own."""
    return (
        text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace('"', "&#34;")
        .replace("'", "&#39;")
    )


def linked(words: str, url: str | None) -> str:
    """The words, as a link where there is an address; escaped."""
    return f'<a href="{escaped(url)}">{escaped(words)}</a>' if url else escaped(words)
