"""The parts of a turn that open and end conversations; answering.py reads what was answered."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.dialog import asking, repair
from bot.dialog.flow import Answered, Answerer, Flow, Instead, Request
from bot.dialog.question import Context, Heard, Option, Question
from bot.dialog.state import Frame, Talk
from bot.i18n import _
from bot.messages import IncomingMessage, Link

if TYPE_CHECKING:
    from bot.dialog.engine import Carrying, Engine

DEEPEST = 2
"""More open flows than this no person can hold."""


class Opening:
    """What a turn knows, what is open in it, and how another conversation begins."""

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
        given = flow.given(argument) if flow.given else {}
        pushed = (*frames, Frame(flow.name, argument, answers=tuple(given.items())))
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
