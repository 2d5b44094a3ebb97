"""Whose name a text finds, by the words of `name_word` (`names` says when it does)."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, or_, select
from sqlalchemy.orm import aliased

from registry.departures.name_words import DISTRICT, NameWord
from registry.departures.names import Asked, asked_words
from registry.enums import Level
from registry.regions.area import COUNTRY_CODE, Area
from registry.regions.models import Region

# Behind every letter and digit of a word: what begins with a text lies between it and this.
AFTER_WORDS = "{"


def named(area: Area, text: str, *, whole_words: bool) -> Select[Any]:
    """The ids of the area's departures whose name the text finds; one may come twice."""
    return found_words(area, text, whole_words=whole_words).with_only_columns(NameWord.departure_id)


def found_words(area: Area, text: str, *, whole_words: bool) -> Select[Any]:
    """The rows of the first word, the longest, of names that hold all the others as well."""
    asked = asked_words(text, whole=whole_words)
    if not asked:
        return select(NameWord).where(false())
    first, *others = asked
    statement = select(NameWord).where(_lies_in(area, NameWord), _is(NameWord, first))
    for word in others:
        other = aliased(NameWord)
        condition = _is(other, word)
        if whole_words:
            # One look into the index for each; the first word has few.
            also = select(1).where(
                other.district_code == NameWord.district_code,
                other.departure_id == NameWord.departure_id,
                condition,
            )
            statement = statement.where(also.correlate(NameWord).exists())
        else:
            also = select(other.departure_id).where(_lies_in(area, other), condition)
            statement = statement.where(NameWord.departure_id.in_(also))
    return statement


def _is(words: Any, asked: Asked) -> ColumnElement[bool]:
    found = [and_(words.word >= one, words.word < one + AFTER_WORDS) for one in asked.beginnings]
    if asked.words:
        found.append(words.word.in_(asked.words))
    return or_(*found) if len(found) > 1 else found[0]


def _lies_in(area: Area, words: Any) -> ColumnElement[bool]:
    """The scope, and the kabupaten in it, since words are kept by that."""
    if area.level >= Level.DISTRICT:
        within = words.district_code == area.code[:DISTRICT]
    else:
        children = select(Region.code).where(Region.parent_code == area.code)
        if area.code == COUNTRY_CODE:
            children = select(Region.code).where(Region.parent_code.in_(children))
        within = words.district_code.in_(children)
    return and_(within, area.covers(words.village_code))
