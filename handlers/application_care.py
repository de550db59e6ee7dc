"""What can be done with an application of this chat: name it, ask why, hand in, remove it."""

from collections.abc import Sequence

from bot.dialog import Answered, Answerer, Answers, Asked, Done, Flow, Option, Question, Request
from bot.dialog.expect import Words
from bot.dialog.question import Heard, Reading, Refused
from bot.domain.applications import LinkedApplication
from bot.i18n import Text, _, verbatim
from bot.messages import Reply
from bot.services import Turn
from handlers.application import ANOTHER, MENU, PERSON, name_of, standing
from handlers.status import not_here
from handlers.story import Telling

LONGEST_NAME = 12
FEWEST_DIGITS = 6
"""So many digits are a number of somebody, not a name."""


def show(request: Request, turn: Turn) -> Answered:
    """The one that the argument names; without one, what this chat has."""
    linked = turn.applications.linked(turn.conversation_id)
    if not request.argument and len(linked) > 1:
        return chosen_from(linked, turn, request.language)
    if not request.argument and linked:
        return standing(linked[0], turn, request.language, plain=request.prefers.plain)
    one = turn.applications.linked_numbered(turn.conversation_id, request.argument)
    if one is None:
        return not_here()
    return standing(one, turn, request.language, plain=request.prefers.plain)


def chosen_from(linked: Sequence[LinkedApplication], turn: Turn, language: str) -> Answered:
    """Several people of one caregiver."""
    book = turn.known.stages
    options = tuple(
        Option(
            f"application:{one.application.number}",
            verbatim(one.called or one.application.number),
            book.name(one.application.stage, language),
        )
        for one in linked
    )
    reply = Reply(
        heading=_("Applications in this chat"),
        question=_("Which application would you like to see?"),
    )
    return Answered(reply, (*options, ANOTHER, PERSON, MENU))


def more(request: Request, turn: Turn) -> Answered:
    one = turn.applications.linked_numbered(turn.conversation_id, request.argument)
    if one is None:
        return not_here()
    number = one.application.number
    switch = (
        Option(f"application_told:off:{number}", _("Stop telling me"))
        if one.told
        else Option(f"application_told:on:{number}", _("Tell me when it moves"))
    )
    said = _("I write here when it moves.") if one.told else _("I do not write when it moves.")
    reply = Reply(
        heading=verbatim(name_of(one, request.language)),
        paragraphs=(_("Its number: {number}").fill(number=number), said),
        question=_("What would you like to change?"),
    )
    return Answered(
        reply,
        (
            Option(f"application_name:{number}", _("Give it a name")),
            switch,
            Option(f"application_unlink:{number}", _("Take it out of here")),
            Option(f"application:{number}", _("See it again")),
            MENU,
        ),
    )


def unlink(request: Request, turn: Turn) -> Answered:
    one = turn.applications.linked_numbered(turn.conversation_id, request.argument)
    if one is None:
        return not_here()
    turn.applications.unlink(turn.conversation_id, one)
    reply = Reply(
        paragraphs=(
            _("{application} is no longer in this chat, and I write no more about it.").fill(
                application=verbatim(name_of(one, request.language))
            ),
            _("The application itself goes on. Keep its number to look it up again."),
        ),
        question=_("What would you like to do?"),
    )
    return Answered(reply, (Option("status:new", _("Look one up")), PERSON, MENU))


def why(request: Request, turn: Turn) -> Answered:
    """A person of the staff is asked, with the number; asking twice opens one item."""
    one = turn.applications.linked_numbered(turn.conversation_id, request.argument)
    if one is None:
        return not_here()
    ticket, new = turn.applications.ask_why(turn, one.application, _for_staff(one, turn))
    said: Text = (
        _("I have asked the staff why it takes so long. Your number is {number}.")
        if new
        else _("The staff have been asked already. Your number is {number}.")
    )
    reply = Reply(
        paragraphs=(
            said.fill(number=ticket.number),
            _("Staff answer on working days. The reply comes here, in this chat."),
        ),
        question=_("Would you like to add something?"),
    )
    return Answered(reply, (Option(f"note:{ticket.number}", _("Add something")), PERSON, MENU))


def _for_staff(one: LinkedApplication, turn: Turn) -> str:
    """In Chinese, as staff read it: number, stage, since when it is late."""
    application = one.application
    stage = turn.known.stages.words[application.stage].name["zh_Hans"]
    late = f" · 规定最迟 {application.due}" if application.due else ""
    return f"{application.number} · {stage}{late}"


class Called(Words):
    """What a caregiver calls somebody: 'Mum'; never a number of somebody."""

    def read(self, heard: Heard, asked: Asked) -> Reading[str]:
        if sum(character.isdecimal() for character in heard.text) >= FEWEST_DIGITS:
            return Refused(_("Please write no number here, just a name, for example: Mum."))
        return Words.read(self, heard, asked)


NAME = Question(
    key="called",
    ask=_("What do you call this person?"),
    expect=Called(longest=LONGEST_NAME, example=_("Mum")),
    label=_("Name"),
    why=_("So that you know which application I speak of, if there are several."),
    hint=_("For example: Mum. Nobody but you sees it."),
)


def may_open(number: str, turn: Turn) -> Done | None:
    if turn.applications.linked_numbered(turn.conversation_id, number):
        return None
    shown = not_here()
    return Done(shown.reply, shown.options)


def call(answers: Answers, turn: Turn) -> Done:
    one = turn.applications.linked_numbered(turn.conversation_id, answers.argument)
    if one is None:
        shown = not_here()
        return Done(shown.reply, shown.options)
    turn.applications.call(turn.conversation_id, one, answers[NAME])
    reply = Reply(
        paragraphs=(_("Good: here it is called {name}.").fill(name=verbatim(answers[NAME])),),
        question=_("What would you like to do next?"),
    )
    number = one.application.number
    return Done(reply, (Option(f"application:{number}", _("See it again")), MENU))


PAPERS = Question(
    key="story",
    ask=_("Please send a photo of the paper. Several are fine, one after the other."),
    expect=Telling(),
    label=_("Papers"),
    why=_("A member of staff looks at it and adds it to the application."),
    hint=_("Take the photo in good light, with all four corners on it."),
)


def hand_in(answers: Answers, turn: Turn) -> Done:
    one = turn.applications.linked_numbered(turn.conversation_id, answers.argument)
    if one is None:
        shown = not_here()
        return Done(shown.reply, shown.options)
    ticket, _new = turn.applications.hand_in(turn, one.application, _for_staff(one, turn))
    for part in answers[PAPERS]:
        ticket = turn.tickets.add(ticket, part.words, part.file)
    reply = Reply(
        heading=_("Received"),
        paragraphs=(
            _("Your papers are with the staff, under number {number}.").fill(number=ticket.number),
            _("They look whether it is enough, and answer here on a working day."),
        ),
        question=_("What would you like to do next?"),
    )
    number = one.application.number
    return Done(reply, (Option(f"application:{number}", _("See it again")), PERSON, MENU))


SHOW = Answerer("application", show)
MORE = Answerer("application_more", more)
UNLINK = Answerer("application_unlink", unlink)
WHY = Answerer("application_why", why)
CALL = Flow(
    name="application_name",
    title=_("naming an application"),
    questions=(NAME,),
    opens=may_open,
    finish=call,
)
HAND_IN = Flow(
    name="application_papers",
    title=_("handing in papers"),
    questions=(PAPERS,),
    opens=may_open,
    finish=hand_in,
)
