"""Greeting, menu and language: where everybody comes from and goes back to."""

from bot.dialog import Answered, Answerer, Option, Request
from bot.i18n import Text, _, verbatim
from bot.messages import Reply
from bot.services import Turn

MENU = (
    Option("policy:topics", _("Ask about the certificate")),
    Option("booking", _("Book a home visit")),
    Option("status", _("Check an application")),
    Option("feedback", _("Feedback or complaint")),
    Option("mine", _("My bookings")),
    Option("human", _("Talk to a person")),
    Option("language:", verbatim("Language 语言")),
)
LANGUAGE_NAMES: dict[str, Text] = {
    "zh_Hans": verbatim("简体中文"),
    "zh_Hant": verbatim("繁體中文"),
    "en": verbatim("English"),
}


def start(request: Request, turn: Turn) -> Answered:
    """The first message: who speaks, what it can do, that a person is near (rule C40)."""
    reply = Reply(
        heading=_("Hello, this is Doorstep"),
        paragraphs=(
            _(
                "I am a bot of the Disabled Persons' Federation, not a person. I answer questions "
                "about the disability certificate and book home assessments."
            ),
            _("Just write what you need. Say 'human' at any time for a person, or call 12345."),
        ),
        question=_("What would you like to do?"),
    )
    return Answered(reply, MENU)


def menu(request: Request, turn: Turn) -> Answered:
    return Answered(Reply(question=_("What would you like to do?")), MENU)


def language(request: Request, turn: Turn) -> Answered:
    """Choose, or change at once when the language was named."""
    if request.argument in LANGUAGE_NAMES:
        chosen = LANGUAGE_NAMES[request.argument]
        reply = Reply(
            paragraphs=(_("From now on I speak {language}.").fill(language=chosen),),
            question=_("What would you like to do?"),
        )
        return Answered(reply, MENU, language=request.argument)
    options = tuple(Option(f"language:{tag}", name) for tag, name in LANGUAGE_NAMES.items())
    return Answered(Reply(question=_("Which language shall I speak?")), options)


START = Answerer("start", start)
MENU_ANSWERER = Answerer("menu", menu)
LANGUAGE = Answerer("language", language)
