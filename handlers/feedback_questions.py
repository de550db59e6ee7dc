"""What is asked before something goes to the staff: the questions of feedback.FEEDBACK."""

from dataclasses import dataclass

from bot.dialog import Asked, Expect, Heard, Option, Question, Reading, Unclear, Understood
from bot.dialog.expect import Choice, Words
from bot.dialog.place import Place
from bot.domain.tickets import TicketKind
from bot.i18n import Text, _, verbatim
from bot.messages import Kind
from bot.services import Turn
from handlers.story import Telling

NAMED, ANONYMOUS = "named", "anonymous"

STORY = Question(
    key="story",
    ask=_("What would you like to tell us? You can write, or send a photo or a voice message."),
    expect=Telling(),
    label=_("Message"),
    why=_("A member of staff reads it and answers you."),
)
KINDS = {
    TicketKind.QUESTION: _("A question"),
    TicketKind.COMPLAINT: _("A complaint"),
    TicketKind.SUGGESTION: _("A suggestion"),
    TicketKind.PRAISE: _("Praise"),
    TicketKind.PLACE: _("Place hard to get into"),
    TicketKind.VISIT: _("About a home visit"),
}
KIND = Question(
    key="kind",
    ask=_("What is it?"),
    expect=Choice(KINDS),
    label=_("Kind"),
    why=_("So that it reaches the right person."),
)


@dataclass(frozen=True, slots=True)
class Spot(Words):
    """Where exactly: in words, or as a location that was sent."""

    longest: int = 200
    takes: frozenset[Kind] = frozenset({Kind.LOCATION})


SPOT = Question(
    key="spot",
    ask=_("You can write it, send your location, or skip this. Where exactly is it?"),
    expect=Spot(),
    label=_("Where exactly"),
    why=_("So that whoever goes there finds it."),
    hint=_("For example: the metro exit, the floor, the name of the shop."),
    when=lambda answers: answers.get(KIND) is TicketKind.PLACE,
    optional=True,
)


@dataclass(frozen=True, slots=True)
class OwnBooking(Expect[str]):
    """One of this chat's home visits."""

    def options(self, asked: Asked) -> tuple[Option, ...]:
        turn: Turn = asked.context
        live = turn.bookings.mine(turn.conversation_id)
        return tuple(Option(one.number, verbatim(one.number)) for one in live)

    def read(self, heard: Heard, asked: Asked) -> Reading[str]:
        numbers = {option.value for option in self.options(asked)}
        said = heard.text.upper().strip()
        return Understood(said) if said in numbers else Unclear()

    def show(self, value: str) -> Text:
        return verbatim(value)


VISIT = Question(
    key="visit",
    ask=_("You can skip this if it is none of these. Which visit is it about?"),
    expect=OwnBooking(),
    label=_("Visit"),
    why=_("Then whoever answers knows which team came."),
    hint=_("Please choose one from the list, or skip it."),
    when=lambda answers: answers.get(KIND) is TicketKind.VISIT,
    optional=True,
)
PLACE = Question(
    key="place",
    ask=_("You can skip this. Which district and street or town is it about?"),
    expect=Place(),
    label=_("Place"),
    why=_("It goes to the federation of that place."),
    hint=_("District and street, for example 荔湾区多宝街道."),
    when=lambda answers: answers.get(VISIT) is None,
    optional=True,
    remember="place",
)
NAME = Question(
    key="name",
    ask=_(
        "With your name, staff see this chat and your bookings. The reply reaches you either way. "
        "How shall I pass it on?"
    ),
    expect=Choice(
        {NAMED: _("With my name"), ANONYMOUS: _("Anonymously")},
        spoken=dict.fromkeys(
            ("不匿名", "唔匿名", "不用匿名", "实名", "署名", "我的名字", "用我的名字"), NAMED
        ),
    ),
    label=_("Name shown"),
    why=_("You decide whether staff see who you are."),
    when=lambda answers: answers.get(KIND) is not TicketKind.QUESTION,
)
