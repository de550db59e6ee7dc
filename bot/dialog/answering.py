"""The parts of a turn: reading answers, opening, finishing, and asking what is open."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.dialog import asking, repair
from bot.dialog.flow import (
    Answered,
    Answerer,
    AskAgain,
    Flow,
    Instead,
    Request,
)
from bot.dialog.question import (
    Answers,
    Asked,
    Context,
    Elsewhere,
    Heard,
    Narrowed,
    Option,
    Question,
    Reading,
    Refused,
    Unclear,
    Understood,
)
from bot.dialog.state import Conversation, Frame, Talk
from bot.i18n import Text, _
from bot.messages import IncomingMessage, Kind, Link, Reply

if TYPE_CHECKING:
    from bot.dialog.engine import Carrying, Engine

DEEPEST = 2
"""More open flows than this no person can hold."""


class Answering:
    """What a turn can do; choosing.py adds the ways to choose, engine.py who hears first."""

    def __init__(
        self,
        engine: "Engine",
        talk: Talk,
        message: IncomingMessage,
        context: Context,
        carrying: "Carrying",
        private_page: Callable[[], Link] | None,
    ) -> None:
        self.engine = engine
        self.handlers = engine.handlers
        self.hearing = engine.hearing
        self.talk = talk
        self.message = message
        self.context = context
        self.carrying = carrying
        self.private_page = private_page

    # --- what is open

    def flow_of(self, frame: Frame) -> Flow:
        flow = self.handlers.by_name[frame.flow]
        assert isinstance(flow, Flow)  # noqa: S101 - repair.fit has seen to it
        return flow

    def open_question(self) -> Question[Any] | None:
        """The question being asked; None at the review, and when nothing is open."""
        frame = self.talk.conversation.top
        return asking.next_question(self.flow_of(frame), frame) if frame else None

    def keep(self, frame: Frame) -> None:
        self.talk.conversation = self.talk.conversation.with_top(frame)

    def close(self) -> None:
        """Take the top flow off; what lies under it goes on."""
        self.drop()
        frames = self.talk.conversation.frames
        if frames:
            self.talk.notes.append(
                _("Back to: {title}.").fill(title=self.flow_of(frames[-1]).title)
            )

    def heard(self, text: str) -> Heard:
        return Heard(
            text,
            self.hearing.plain(text),
            self.message.kind,
            self.message.attachment,
            self.hearing.yes_no(text),
        )

    def old_button(self) -> None:
        self.talk.echo = None
        self.talk.notes[:] = [repair.OLD_BUTTON]
        if not self.talk.conversation.frames:
            self.run("menu")

    # --- answers

    def asked(self, question: Question[Any]) -> Asked:
        frame = self.talk.conversation.frames[-1]
        return asking.asked_in(frame, self.context, frame.partial)

    def read(self, question: Question[Any], heard: Heard) -> bool:
        reading = question.expect.read(heard, self.asked(question))
        if isinstance(reading, Unclear):
            return False
        self.take(question, reading)
        return True

    def take(self, question: Question[Any], reading: Reading[Any]) -> None:
        frame = self.talk.conversation.frames[-1]
        match reading:
            case Understood(value=value):
                stored = question.expect.dump(value)
                if frame.answered().get(question.key, ...) == stored:
                    self.talk.notes.append(repair.ALREADY)
                frame = frame.with_answer(question.key, stored, question.changes)
                for key, also in reading.fills:
                    frame = frame.with_answer(key, also)
                self.keep(frame)
            case Elsewhere(to=to):
                self.leave(to)
            case Narrowed(partial=partial, say=said):
                self.keep(replace(frame, asking=question.key, partial=partial, misses=0))
                if said:
                    self.talk.notes.append(said)
            case Refused(why=why):
                self.miss(why)
            case Unclear():
                self.miss(None)

    def miss(self, why: Text | None) -> None:
        question = self.open_question()
        if question is None:
            hint: Text | None = repair.AT_REVIEW if self.talk.conversation.frames else None
        elif self.may_ask(question):
            hint = question.hint
        else:
            hint = None if self.carrying.by_link else repair.AT_CONSENT
        repair.note_miss(self.talk, why, hint)

    def leave(self, to: str) -> None:
        """This flow ends without an end of its own, and another conversation goes on."""
        self.drop()
        self.open_by(to)

    def drop(self) -> None:
        frames = self.talk.conversation.frames[:-1]
        self.talk.conversation = replace(self.talk.conversation, frames=frames, misses=0)

    # --- conversations

    def open_by(self, value: str) -> None:
        """'booking', 'policy:cert.what', or one of the engine's own choices."""
        if value == asking.RESUME:
            return
        name, _colon, argument = value.removeprefix("_").partition(":")
        conversation = self.handlers.by_name.get(name)
        if isinstance(conversation, Flow):
            self.open(conversation, argument)
        elif conversation:
            self.run(name, argument)
        else:
            self.old_button()

    def open_by_kind(self, kind: Kind) -> bool:
        """A photo out of the blue starts the flow that wants photos, as its first answer."""
        if self.talk.conversation.frames:
            return False
        for flow in self.handlers.flows:
            if kind in flow.opens_on_kinds:
                self.open(flow, "")
                self.read(flow.questions[0], self.heard(self.message.text.strip()))
                return True
        return False

    def open(self, flow: Flow, argument: str) -> None:
        frames = self.talk.conversation.frames
        if any(frame.flow == flow.name for frame in frames):
            self.talk.notes.append(_("We are already in the middle of that."))
            return
        if len(frames) >= DEEPEST:
            self.talk.notes.append(
                _("Let us finish this first, or say 'cancel'. Then I come to '{title}'.").fill(
                    title=flow.title
                )
            )
            return
        refusal = flow.opens(argument, self.context) if flow.opens else None
        if isinstance(refusal, Instead):
            self.open_by(refusal.value)
            return
        if refusal:
            self.answer(Answered(refusal.reply, refusal.options))
            return
        pushed = (*frames, Frame(flow.name, argument))
        self.talk.conversation = replace(self.talk.conversation, frames=pushed, misses=0)
        if flow.opening:
            self.talk.notes.append(flow.opening)

    def run(self, name: str, argument: str = "") -> None:
        """One answerer's reply; the menu's choices stay even while a flow is open."""
        self.answer(self.answered_by(name, argument))

    def answered_by(self, name: str, argument: str = "") -> Answered:
        answerer = self.handlers.by_name[name]
        assert isinstance(answerer, Answerer)  # noqa: S101 - checked by the caller or by tests
        frame = self.talk.conversation.top
        request = Request(
            text=self.message.text.strip(),
            argument=argument,
            language=self.talk.conversation.language,
            message=self.message,
            during=self.flow_of(frame).title if frame else None,
            prefers=self.talk.conversation.prefers,
        )
        return answerer.reply(request, self.context)

    def answer(self, answered: Answered) -> None:
        """Say it; while a flow is open its own question follows, so the choices are left out.

        But what only asks (the menu, 'which language?') asks: its choices and 'go on' stand.
        """
        if answered.language:
            self.talk.conversation = replace(self.talk.conversation, language=answered.language)
        if answered.prefers is not None:
            self.talk.conversation = replace(self.talk.conversation, prefers=answered.prefers)
        frame, said = self.talk.conversation.top, answered.reply
        if frame and answered.options and not (said.heading or said.paragraphs or said.items):
            go_on = Option(
                asking.RESUME, _("Go on with {title}").fill(title=self.flow_of(frame).title)
            )
            asking.say(self.talk, said, (go_on, *answered.options), notes=self.talk.notes)
        elif frame:
            notes, self.talk.notes = self.talk.notes, []
            reply = replace(said, paragraphs=(*notes, *said.paragraphs), question=None)
            self.talk.replies.append(reply)
        else:
            asking.say(self.talk, answered.reply, answered.options, notes=self.talk.notes)

    # --- going on

    def may_ask(self, question: Question[Any]) -> bool:
        """May this question be asked, and its answer read, over this channel, now?"""
        if not question.sensitive or self.carrying == "allowed":
            return True
        if self.carrying.by_link:
            return self.message.private
        return self.talk.conversation.consented

    def go_on(self) -> None:
        """Ask whatever is open: the next question, consent before it, or the review."""
        while self.talk.conversation.frames and not self.talk.settled:
            frame = self.talk.conversation.frames[-1]
            flow = self.flow_of(frame)
            question = asking.next_question(flow, frame)
            if question is None and flow.review:
                asking.review(self.talk, flow, hide=self.carrying.by_link)
            elif question is None:
                self.finish(flow, frame)
            elif self.may_ask(question):
                private = question.sensitive and self.carrying.by_link
                asking.ask(self.talk, flow, question, self.context, private=private)
            elif self.carrying.by_link and self.private_page:
                self.lead_to_page(self.private_page())
            else:
                asking.ask_consent(self.talk, flow, abroad=self.carrying == "consent_abroad")
        if self.talk.notes and not self.talk.settled:
            asking.say(self.talk, Reply(paragraphs=tuple(self.talk.notes)))

    def lead_to_page(self, link: Link) -> None:
        """This chat must not carry the answer: our own page asks it (PIPL Art. 38-39)."""
        why = (
            _(
                "The next questions are personal, and this chat's servers are outside "
                "mainland China. So please answer them on our own page."
            )
            if self.carrying == "link"
            else _(
                "The next questions are personal, and what is said here stays in this chat. "
                "So please answer them on our own page."
            )
        )
        reply = Reply(
            paragraphs=(
                why,
                _("After that we go on here. The link works once, for 30 minutes."),
            ),
            link=link,
        )
        asking.say(self.talk, reply, (), notes=self.talk.notes)

    def finish(self, flow: Flow, frame: Frame) -> None:
        """Everything was answered (and confirmed, where the flow has a review)."""
        language = self.talk.conversation.language
        plain = self.talk.conversation.prefers.plain
        given = Answers(frame.answered(), frame.argument, language, plain=plain)
        outcome = flow.finish(given, self.context)
        if isinstance(outcome, AskAgain):
            kept = frame.without_answer(outcome.question.key, outcome.question.changes)
            self.keep(replace(kept, asking=outcome.question.key, misses=frame.misses + 1))
            self.talk.notes.append(outcome.because)
            return
        if outcome.forget:
            self.talk.conversation = Conversation(
                self.talk.conversation.language,
                frames=self.talk.conversation.frames[-1:],
                offered=self.talk.conversation.offered,
                prefers=self.talk.conversation.prefers,
            )
        else:
            asking.remember(self.talk, flow, frame, outcome.known)
        self.drop()
        frames = self.talk.conversation.frames
        self.answer(Answered(outcome.reply, outcome.options or (asking.BACK_TO_MENU,)))
        if frames:
            self.talk.notes.append(
                _("Back to: {title}.").fill(title=self.flow_of(frames[-1]).title)
            )
