"""Why an office moves or cancels a visit, so that everybody is told in their own language."""

from enum import StrEnum

from bot.i18n import Text, _, verbatim


class Why(StrEnum):
    """Keys are never stored: what is kept is the sentence that was told."""

    ILL = "ill"
    WEATHER = "weather"
    DAY_OFF = "day_off"
    TRANSPORT = "transport"
    ROUND = "round"
    ASKED = "asked"
    OTHER = "other"
    """In the colleague's own words."""


WHYS: dict[Why, Text] = {
    Why.ILL: _("A doctor of the team is not available."),
    Why.WEATHER: _("The weather does not allow the visit."),
    Why.DAY_OFF: _("The office is closed on that day."),
    Why.TRANSPORT: _("The team has no car on that day."),
    Why.ROUND: _("The round of that day had to be arranged anew."),
    Why.ASKED: _("You asked for it on the phone."),
}


def said(why: str, words: str) -> Text:
    """What the person reads; `words` stand for themselves, after the sentence if there is one.

    Raises ValueError: neither a sentence nor words.
    """
    own = words.strip()
    chosen = WHYS.get(Why(why)) if why in list(Why) else None
    if chosen is None:
        if not own:
            raise ValueError(why)
        return verbatim(own)
    return _("{sentence} {more}").fill(sentence=chosen, more=verbatim(own)) if own else chosen
