"""A second family member: a code is given in one chat, and written in another."""

from bot.dialog import Answered, Answerer, Answers, AskAgain, Done, Flow, Option, Question, Request
from bot.dialog.expect import Reference
from bot.domain.applications import TooManyTries
from bot.i18n import _
from bot.messages import Reply
from bot.services import Turn
from bot.services.joining import EXAMPLE, GROUPS, JOIN
from handlers.booking_told import told
from handlers.mine import MENU, MINE_OPTION, PERSON, gone


def invite(request: Request, turn: Turn) -> Answered:
    """A code for one more chat."""
    booking = turn.bookings.mine_numbered(turn.conversation_id, request.argument)
    if booking is None:
        done = gone()
        return Answered(done.reply, done.options)
    code = turn.joining.new_code(booking)
    reply = Reply(
        heading=_("A code for your family"),
        items=(_("Code: {code}").fill(code=code),),
        paragraphs=(
            _("Give it only to somebody you trust: they see and change this booking as you do."),
            _("They write 'I have a code' to me, and then the code. It works once, for a week."),
        ),
        question=_("What would you like to do next?"),
    )
    return Answered(reply, (MINE_OPTION, MENU))


CODE = Question(
    key="code",
    ask=_("Please write the code that you were given. What is it?"),
    expect=Reference(JOIN, EXAMPLE, GROUPS),
    label=_("Code"),
    why=_("Only with it can I show you somebody else's booking."),
    hint=_("Three groups of four characters. Whoever booked gets it under 'my bookings'."),
)


def join(answers: Answers, turn: Turn) -> Done | AskAgain:
    try:
        booking = turn.joining.join(answers[CODE])
    except TooManyTries as pause:
        reply = Reply(
            paragraphs=(
                _("Several codes did not fit. For safety I try none before {moment}.").fill(
                    moment=pause.until
                ),
                _("A person can help you at once."),
            ),
            question=_("What would you like to do?"),
        )
        return Done(reply, (PERSON, MENU))
    if booking is None:
        return AskAgain(
            CODE,
            _(
                "This code opens nothing: it was used, is older than a week, or has a slip. "
                "Please compare it, or ask for a new one."
            ),
        )
    if not booking.state.live:
        return gone()
    one = Option(f"mine:{booking.number}", _("My booking"))
    reply = told(booking, _("You see this booking now"), turn)
    return Done(reply, (one, MINE_OPTION, PERSON, MENU))


INVITE = Answerer("invite", invite)
JOIN_FLOW = Flow(
    name="join",
    title=_("joining a booking"),
    questions=(CODE,),
    finish=join,
)
