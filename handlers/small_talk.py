"""Small talk is answered as a clerk would, in a sentence; then what can be done here."""

from bot.dialog import Answered, Answerer, Option, Request
from bot.i18n import Text, _
from bot.messages import Reply
from bot.services import Turn
from handlers.policy import MENU, NEXT_STEPS

SAID: dict[str, tuple[Text, ...]] = {
    "thanks": (_("You are welcome. If anything else comes up, write to me at any time."),),
    "bye": (_("Goodbye, and take care. This chat stays here for you."),),
    "heard": (_("Good. If you need anything else, just write it."),),
    "robot": (
        _("I am a bot of the Disabled Persons' Federation, not a person."),
        _(
            "I answer questions about the disability certificate, book home assessments, "
            "and pass what you write on to the staff."
        ),
    ),
    "how_are_you": (_("Thank you, I am here. How can I help you?"),),
    "alone": (
        _("Thank you for telling me. I am only a bot, and talking to a person does more good."),
        _("I can pass your words on to the staff. You can also call 12345."),
    ),
    "abuse": (
        _("I am sorry that this is so annoying. I am a bot and do not understand everything."),
        _("A person can help you here. If you want to complain, I pass that on as well."),
    ),
}
OPTIONS: dict[str, tuple[Option, ...]] = {
    "alone": (NEXT_STEPS["human"], MENU),
    "abuse": (NEXT_STEPS["human"], NEXT_STEPS["feedback"], MENU),
    "robot": (Option("policy:topics", _("See all questions")), NEXT_STEPS["human"], MENU),
}


def small_talk(request: Request, turn: Turn) -> Answered:
    """The argument is what bot.understanding.small_talk heard."""
    kind = request.argument if request.argument in SAID else "heard"
    return Answered(Reply(paragraphs=SAID[kind]), OPTIONS.get(kind, (MENU,)))


SMALL_TALK = Answerer("small_talk", small_talk)
