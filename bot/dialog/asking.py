"""Putting a question: the next one, its choices, the review, and consent before it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.dialog.flow import Flow
from bot.dialog.question import (
    Answers,
    Asked,
    Context,
    Option,
    Question,
)
from bot.dialog.state import Conversation, Frame, Talk
from bot.i18n import Json, Text, _, verbatim
from bot.messages import Choice, Kind, Reply

REVIEW = "_review"
CONSENT = "_consent"
SKIP, HUMAN, CANCEL, RESUME, MENU = "_skip", "_human", "_cancel", "_resume", "_menu"
KNOWN, CONFIRM, CHANGE = "_known:", "_confirm:", "_change:"
AGREE, DISAGREE = "_agree", "_disagree"

SEND_IT = _("Send it")
TALK_TO_A_PERSON = Option(HUMAN, _("Talk to a person"))
BACK_TO_MENU = Option(MENU, _("Main menu"))
FROM_THE_DEVICE = frozenset({Kind.LOCATION, Kind.VOICE})
"""What a channel may offer a button for, where the question takes it."""
OFFER_A_PERSON_AFTER = 3
"""Misses in a row, after which a person is offered (rule C17)."""


def asked_in(frame: Frame, context: Context, partial: object = None) -> Asked:
    """The situation for a question of this frame."""
    return Asked(Answers(frame.answered(), frame.argument), context, partial)


def applying(flow: Flow, frame: Frame) -> list[Question[Any]]:
    """The questions of the flow that apply to the answers given so far."""
    answers = Answers(frame.answered(), frame.argument)
    return [question for question in flow.questions if question.when(answers)]


def next_question(flow: Flow, frame: Frame) -> Question[Any] | None:
    """The question asked out of turn, or the first one that applies and has no answer."""
    answered = frame.answered()
    questions = applying(flow, frame)
    for question in questions:
        if question.key == frame.asking:
            return question
    return next((question for question in questions if question.key not in answered), None)


def options_of(
    question: Question[Any], frame: Frame, conversation: Conversation, context: Context
) -> tuple[Option, ...]:
    """What can be chosen: what this chat already knows, then what the question offers."""
    options = list(question.expect.options(asked_in(frame, context, frame.partial)))
    if (question.remember or question.recalls) and frame.partial is None:
        known = dict(conversation.known).get(question.remember or question.recalls, ())
        options = [
            *(
                Option(f"{KNOWN}{at}", question.expect.known_words(stored))
                for at, stored in enumerate(known)
            ),
            *options,
        ]
    if question.optional and question.expect.skippable(asked_in(frame, context, frame.partial)):
        options.append(Option(SKIP, _("Skip this")))
    if frame.misses >= OFFER_A_PERSON_AFTER:
        options.append(TALK_TO_A_PERSON)
    return tuple(options)


def ask(
    talk: Talk, flow: Flow, question: Question[Any], context: Context, *, private: bool
) -> None:
    """One reply: the notes so far, where we are, the question, its choices."""
    frame = talk.conversation.frames[-1]
    prompt = question.expect.prompt(asked_in(frame, context, frame.partial)) or question.ask
    given = flow.given(frame.argument) if flow.given else {}
    questions = [one for one in applying(flow, frame) if one.key not in given or one is question]
    notes = [*talk.notes]
    if len(questions) > 1 and not talk.conversation.prefers.plain:
        at = questions.index(question) + 1
        notes.append(_("Question {number} of {count}.").fill(number=at, count=len(questions)))
    options = options_of(question, frame, talk.conversation, context)
    reply = Reply(question=prompt, private=private, wants=question.expect.takes & FROM_THE_DEVICE)
    say(talk, reply, options, flow.name, question.key, notes)


def review(talk: Talk, flow: Flow, *, hide: bool = False, changing: bool = False) -> None:
    """All answers with a number each to change them, and the choice that sends them.

    Rules C18 and C19: nothing is sent before this was shown and confirmed. `hide`: this channel
    must not carry sensitive answers back either. `changing`: something is not right, but what?
    """
    frame = talk.conversation.frames[-1]
    answers = Answers(frame.answered(), frame.argument)
    sends = flow.review(answers) if callable(flow.review) else flow.review
    confirm = Option(f"{CONFIRM}{frame.digest()}", sends or SEND_IT)
    changes = [
        Option(
            f"{CHANGE}{question.key}",
            _("Change {what}").fill(what=question.label),
            shown(question, answers, hide=hide),
        )
        for question in applying(flow, frame)
    ]
    if changing:
        reply = Reply(question=_("What should be changed? Nothing has been sent yet."))
        say(talk, reply, changes, flow.name, REVIEW, talk.notes)
        return
    reply = Reply(
        heading=_("Please check what you told me"),
        question=_("Nothing has been sent yet. Is everything right?"),
    )
    say(talk, reply, (confirm, *changes), flow.name, REVIEW, talk.notes)


def shown(question: Question[Any], answers: Answers, *, hide: bool) -> Text:
    """An answer as the review shows it: masked where it is personal."""
    value = answers.get(question)
    if hide and question.sensitive and value is not None:
        return _("answered already")
    return _("not given") if value is None else question.expect.show(value)


def so_far(flow: Flow, frame: Frame) -> tuple[Text, ...]:
    """The answers given so far, for somebody who comes back (rule C22)."""
    answers = Answers(frame.answered(), frame.argument)
    return tuple(
        _("{label}: {answer}").fill(
            label=question.label, answer=shown(question, answers, hide=True)
        )
        for question in applying(flow, frame)
        if question in answers
    )


def ask_consent(talk: Talk, flow: Flow, *, abroad: bool) -> None:
    """Separate consent before the first sensitive question (PIPL Art. 29, 30 and 39)."""
    where = (
        _("This chat runs over Telegram. Its servers are outside mainland China.")
        if abroad
        else _("It is stored encrypted, and only the staff who handle your matter see it.")
    )
    reply = Reply(
        heading=_("Before I ask personal things"),
        paragraphs=(
            *talk.notes,
            _(
                "The next questions ask for sensitive data: identity, disability, address. "
                "They are needed only to deal with this request."
            ),
            where,
            _("You can have it deleted at any time. If you say no, a person can help instead."),
        ),
        question=_("Do you agree?"),
    )
    options = (Option(AGREE, _("Agree")), Option(DISAGREE, _("No, I want a person")))
    say(talk, reply, options, flow.name, CONSENT, ())


def say(
    talk: Talk,
    reply: Reply,
    options: Sequence[Option] = (),
    flow: str = "",
    question: str = "",
    notes: Sequence[Text] = (),
) -> None:
    """Add a reply, with its choices kept on the server; older choices are no longer current."""
    conversation = talk.conversation.offer(flow, question, tuple(options))
    talk.conversation = conversation
    echo = [talk.echo] if talk.echo and not reply.heading else []
    talk.echo = None
    choices = tuple(
        Choice(f"{conversation.offered}.{at}", option.label, option.detail)
        for at, option in enumerate(options)
    )
    paragraphs = (*echo, *notes, *reply.paragraphs)
    talk.replies.append(replace(reply, paragraphs=paragraphs, choices=choices))
    talk.notes = []
    talk.settled = True


def remember(
    talk: Talk, flow: Flow, frame: Frame, known: tuple[tuple[str, Json], ...] = ()
) -> None:
    """What is offered in this chat's later flows: answers, and what the flow's end says."""
    answered = frame.answered()
    told = [(one.remember, answered.get(one.key)) for one in flow.questions if one.remember]
    for name, stored in (*told, *known):
        if stored is not None:
            talk.conversation = talk.conversation.remember(name, stored)


def quoted(words: str, longest: int = 40) -> Text:
    """Somebody's own words, shortened, to show what was heard."""
    return verbatim(words if len(words) <= longest else f"{words[:longest]}…")
