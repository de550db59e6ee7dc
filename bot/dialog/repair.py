"""When talk goes astray: old buttons, long silences, odd messages, another release's state."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.dialog.asking import OFFER_A_PERSON_AFTER, say, so_far
from bot.dialog.flow import Flow, Handlers
from bot.dialog.question import Question
from bot.dialog.state import Conversation, Frame, Talk
from bot.i18n import Text, _
from bot.messages import Kind, Reply

WELCOME_BACK_AFTER = timedelta(hours=6)
"""A silence after which the open flow is shown again before it goes on."""
LONGEST_TEXT = 2000
"""Characters of one message that a question or a search reads."""

ODD: dict[Kind, Text] = {
    Kind.PHOTO: _("I got your photo, but I cannot read photos here. Please type the answer."),
    Kind.VOICE: _(
        "I got your voice message, but I cannot listen yet. Please type, or say 'human'."
    ),
    Kind.VIDEO: _("I got your video, but I cannot watch it. Please type the answer."),
    Kind.DOCUMENT: _("I got your file, but I cannot read it here. Please type the answer."),
    Kind.STICKER: _("I got your sticker, but I cannot understand it. Please type a few words."),
    Kind.LOCATION: _("I got your location, but I cannot read it. Please type the place."),
    Kind.CONTACT: _("I got a contact card, but I do not need one now. Please type the answer."),
    Kind.EDITED: _(
        "I saw that you changed an earlier message. I go by what you send last: "
        "please send the right words again."
    ),
    Kind.OTHER: _("I cannot read this kind of message. Please type a few words."),
}
EMPTY = _("Your message reached me without words that I can read. Please type a few words.")
TOO_LONG = _("That is very long. Please send it in a few words, or say 'human' for a person.")
OLD_BUTTON = _("That button is from an earlier talk, so I did nothing with it.")
AT_CONSENT = _("Please say 'agree' or 'no'.")
AT_REVIEW = _("Please say 'yes' to send it, or 'no' to change something.")
ALREADY = _("You have already chosen that.")
GONE = _(
    "I lost the thread because the service was renewed. I am sorry: let us start this part again."
)


def fit(talk: Talk, handlers: Handlers) -> None:
    """Make a state of another release fit this one: what is unknown goes, the rest stays."""
    frames: list[Frame] = []
    for frame in talk.conversation.frames:
        flow = handlers.by_name.get(frame.flow)
        if isinstance(flow, Flow):
            frames.append(_fit_frame(frame, flow))
        else:
            talk.notes.append(GONE)
    talk.conversation = replace(talk.conversation, frames=tuple(frames))


def _fit_frame(frame: Frame, flow: Flow) -> Frame:
    questions = {question.key: question for question in flow.questions}
    readable = tuple(
        (key, stored)
        for key, stored in frame.answers
        if key in questions and _can_load(questions[key], stored)
    )
    if readable == frame.answers:
        return frame
    return replace(frame, answers=readable, asking="", partial=None)


def _can_load(question: Question[Any], stored: object) -> bool:
    try:
        if stored is not None:
            question.expect.show(question.expect.load(stored))
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        return False
    return True


def kept_until(conversation: Conversation, handlers: Handlers) -> datetime | None:
    """What is open is closed then, if nobody writes; None: nothing is open."""
    heard, frame = conversation.last_heard, conversation.top
    if heard is None or frame is None:
        return None
    flow = handlers.by_name.get(frame.flow)
    return heard + flow.keep_for if isinstance(flow, Flow) else heard


def without_drafts(conversation: Conversation) -> Conversation:
    """The answers are deleted; of the top flow its name stays, to be told when they come back."""
    frame = conversation.top
    told = (Frame(frame.flow),) if frame else ()
    return replace(conversation, frames=told, offers=())


def after_silence(talk: Talk, handlers: Handlers, now: datetime) -> None:
    """Close what was left for longer than it is kept; greet who comes back sooner."""
    heard, frame = talk.conversation.last_heard, talk.conversation.top
    if heard is None or frame is None:
        return
    flow = handlers.by_name[frame.flow]
    if not isinstance(flow, Flow):
        return
    if now - heard > flow.keep_for:
        talk.conversation = replace(talk.conversation, frames=())
        talk.notes.append(
            _(
                "You began '{title}' more than {days} days ago. "
                "To protect your data I have deleted those answers. Nothing was sent."
            ).fill(title=flow.title, days=flow.keep_for.days)
        )
    elif now - heard > WELCOME_BACK_AFTER:
        items = so_far(flow, frame)
        if items:
            talk.replies.append(
                Reply(
                    heading=_("Welcome back"),
                    paragraphs=(_("We go on with '{title}'. So far:").fill(title=flow.title),),
                    items=items,
                )
            )


def missed(conversation: Conversation) -> Conversation:
    """One more message in a row that did not answer the open question."""
    frame = conversation.top
    if frame is None:
        return replace(conversation, misses=conversation.misses + 1)
    return conversation.with_top(replace(frame, misses=frame.misses + 1))


def note_miss(talk: Talk, why: Text | None, hint: Text | None) -> None:
    """Say what is wrong and how to mend it; the third time, that a person can help."""
    talk.conversation = missed(talk.conversation)
    frame = talk.conversation.top
    misses = frame.misses if frame else talk.conversation.misses
    if why:
        talk.notes.append(why)
    elif hint is None:
        talk.notes.append(_("I did not understand that as an answer."))
    if hint and (misses > 1 or not why):
        talk.notes.append(hint)
    if misses >= OFFER_A_PERSON_AFTER:
        talk.notes.append(_("This is not going well, and it is not your fault. A person can help."))


def help_reply(flow: Flow | None) -> Reply:
    """The words that always work (rule C5)."""
    words = (
        _("'menu': everything I can do"),
        _("'back': one question back"),
        _("'cancel': stop, nothing is sent"),
        _("'repeat': say the last thing again"),
        _("'why': why I ask this"),
        _("'human': a person answers you here"),
    )
    return Reply(
        heading=_("Words that always work"),
        items=words,
        paragraphs=(
            (_("You can answer with a number, with the words, or by pressing a button."),)
            if flow
            else ()
        ),
    )


def lost(talk: Talk) -> None:
    """Nobody said anything: never silence (found by property, so it has a sentence)."""
    if not talk.replies:
        say(talk, Reply(paragraphs=(_("I am here. Say 'menu' to see what I can do."),)))
