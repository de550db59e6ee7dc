"""Preferences: plain messages, how staff reach this person, language, what is kept of them."""

from collections.abc import Mapping
from dataclasses import replace

from bot.dialog import Answered, Answerer, Option, Request
from bot.domain.preferences import Preferences
from bot.domain.visit_needs import Call
from bot.i18n import Text, _, verbatim
from bot.messages import Reply
from bot.services import Turn
from handlers.start import MENU

_MENU = Option("_menu", _("Main menu"))
_TO_THE_TEAM = {True: "请不要打电话，只发文字。", False: "现在可以打电话了。"}
"""What the team of a visit reads, by Preferences.text_only; staff read Chinese."""

SAID: Mapping[str, Text] = {
    "plain": _("From now on my messages are as plain as I can make them."),
    "normal": _("From now on I write as usual again."),
    "reader": _("Noted. Staff see that you use a screen reader."),
    "no_reader": _("Noted. Staff no longer see that you use a screen reader."),
    "text": _("Noted. Staff see that they should write to you and not phone."),
    "phone": _("Noted. Staff may phone you."),
}


def preferences(request: Request, turn: Turn) -> Answered:
    """What may be changed; or, with an argument, that it is changed."""
    before = request.prefers
    if request.argument == "reach":
        return _reach(before)
    if request.argument not in SAID:
        return Answered(Reply(question=_("What would you like to change?")), _choices(before))
    after = _changed(before, request.argument)
    said = [SAID[request.argument]]
    if after.text_only != before.text_only:
        said += _teams_told(turn, text_only=after.text_only)
    if request.argument in ("plain", "normal"):
        return Answered(Reply(paragraphs=tuple(said)), MENU, prefers=after)
    reply = Reply(paragraphs=tuple(said), question=_("Is there more that staff should know?"))
    return Answered(reply, _reach(after).options, prefers=after)


def _choices(now: Preferences) -> tuple[Option, ...]:
    return (
        Option("preferences:normal", _("Usual messages"))
        if now.plain
        else Option("preferences:plain", _("Plain messages")),
        Option("preferences:reach", _("How staff reach me")),
        Option("language:", verbatim("Language 语言")),
        Option("elsewhere", _("Go on elsewhere")),
        Option("go_on", _("I have a number")),
        Option("erase", _("Delete my data")),
        _MENU,
    )


def _reach(now: Preferences) -> Answered:
    """Nobody has to say why."""
    reply = Reply(
        paragraphs=(_("Staff see this when they answer you, so that they reach you well."),),
        items=(
            _("Screen reader: yes") if now.screen_reader else _("Screen reader: not said"),
            _("Phone: please do not call") if now.text_only else _("Phone: may call"),
        ),
        question=_("What should staff know?"),
    )
    return Answered(
        reply,
        (
            Option("preferences:no_reader", _("I use no screen reader"))
            if now.screen_reader
            else Option("preferences:reader", _("I use a screen reader")),
            Option("preferences:phone", _("You may phone me"))
            if now.text_only
            else Option("preferences:text", _("Text only, no calls")),
            Option("preferences", _("Other preferences")),
            _MENU,
        ),
    )


def _changed(now: Preferences, what: str) -> Preferences:
    match what:
        case "plain" | "normal":
            return replace(now, plain=what == "plain")
        case "reader" | "no_reader":
            return replace(now, screen_reader=what == "reader")
        case _:
            return replace(now, text_only=what == "text")


def _teams_told(turn: Turn, *, text_only: bool) -> list[Text]:
    """Visits that are booked with a phone call hear of it too, or the team would phone."""
    told = [
        turn.bookings.note(booking.number, "note", _TO_THE_TEAM[text_only])
        for booking in turn.bookings.mine(turn.conversation_id)
        if booking.request.call is not Call.TEXT
    ]
    return [
        _("The team of your visit {number} reads it too.").fill(number=booking.number)
        for booking in told
    ]


PREFERENCES = Answerer("preferences", preferences)
