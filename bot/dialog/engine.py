"""One turn of a conversation: who hears a message first.

| # | who hears | effect |
|---|---|---|
| 0 | an emergency, in whatever state | the numbers to call, a person alerted, then on |
| 1 | a tap: the question that it was offered for, if it still applies | answers or corrects it |
| 2 | words and commands that always work | back, cancel, menu, help, repeat, why, a person |
| - | words that are never an answer ('confirm moving') | a flow on top |
| 3 | a notice's or the last choices (number, label) | next |
| - | about a question: 'why do you ask?', 'change the name', 'none' where it is optional | said |
| 4 | the question asked, which lets a question back pass to 5 | next, or again |
| 5 | while nothing is open, a listener; then an intent | answered, or a flow on top, two deep |
| 6 | nobody | the question's hint; after three misses the offer of a person |

Then whatever is open is asked again, so that a digression resumes by itself.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from bot.dialog import asking, repair
from bot.dialog.about import AboutQuestions
from bot.dialog.flow import Handlers, Listener
from bot.dialog.hearing import Control, Hearing
from bot.dialog.question import Context
from bot.dialog.state import Conversation, Talk
from bot.i18n import Translator, _
from bot.messages import IncomingMessage, Kind, Link, Reply


class Carrying(StrEnum):
    """May this channel carry sensitive answers?"""

    CONSENT = "consent"
    """Yes, after a separate consent."""
    CONSENT_ABROAD = "consent_abroad"
    """The same, and the consent says that the data leave the country."""
    LINK = "link"
    """No: a one-time link leads to our own page, because its servers are abroad."""
    LINK_HERE = "link_here"
    """The same, although they are not: what was said in a chat stays in it."""
    ALLOWED = "allowed"
    """Yes, without asking: another agreement covers it."""

    @property
    def by_link(self) -> bool:
        return self in (Carrying.LINK, Carrying.LINK_HERE)


class Engine:
    """Takes turns. One engine serves all conversations; it keeps nothing between two turns."""

    def __init__(
        self, handlers: Handlers, hearing: Hearing, translate: Callable[[str], Translator]
    ) -> None:
        self.handlers = handlers
        self.hearing = hearing
        self.translate = translate

    def take_turn(
        self,
        conversation: Conversation,
        message: IncomingMessage,
        context: Context,
        *,
        now: datetime,
        carrying: Carrying = Carrying.CONSENT,
        private_page: Callable[[], Link] | None = None,
    ) -> tuple[Conversation, list[Reply]]:
        """The conversation as it stands now, and what to say. Never silent but on goodbye.

        `private_page` makes a one-time link to our own page; needed with Carrying.LINK.
        """
        talk = Talk(conversation)
        if message.kind is Kind.LEFT:
            return replace(conversation, last_heard=now), []
        repair.fit(talk, self.handlers)
        repair.after_silence(talk, self.handlers, now)
        turn = Turn(self, talk, message, context, carrying, private_page)
        turn.hear()
        turn.go_on()
        repair.lost(talk)
        said = () if talk.conversation.frames else tuple(talk.replies)
        return replace(talk.conversation, last_heard=now, last_said=said), talk.replies


class Turn(AboutQuestions):
    """The table above, top to bottom."""

    def hear(self) -> None:
        message = self.message
        if message.kind is Kind.TAP:
            self.hear_tap(message.tap)
        elif message.kind is not Kind.TEXT:
            self.hear_odd()
        else:
            self.hear_text(message.text.strip())

    def hear_text(self, text: str) -> None:
        if self.hearing.emergency(text):
            self.run("emergency")
            self.hear_answer(text)  # '昏迷在床' may also be what was asked for
            return
        control = self.hearing.control(text)
        if control is Control.CANCEL and not self.talk.conversation.frames:
            # with nothing open to stop, 'cancel it' is the choice of that name
            if not self.hear_choice(text):
                self.cancel()
        elif control:
            self.obey(control)
        elif len(text) > repair.LONGEST_TEXT:
            self.hear_long()
        elif text.startswith("/"):
            self.command(text)
        elif not self.hearing.plain(text):
            if not self.hear_choice(text):  # '👍' has no words, but may answer
                self.talk.notes.append(repair.EMPTY)
        elif not (
            self.hear_listeners(self.handlers.first)
            or self.hear_never_an_answer(text)
            or self.hear_choice(text)
            or self.hear_about(text)
            or self.hear_answer(text)
            or self.hear_listeners()
            or self.hear_intent(text)
        ):
            self.nobody_heard()

    def hear_odd(self) -> None:
        """Anything but words: for the question if it takes that kind, else a flow, else kindly."""
        question = self.open_question()
        if question and self.message.kind in question.expect.takes:
            self.read(question, self.heard(self.message.text.strip()))
        elif not (self.hear_listeners() or self.open_by_kind(self.message.kind)):
            self.talk.notes.append(repair.ODD[self.message.kind])
            if not self.talk.conversation.frames:
                self.run("menu")

    def hear_long(self) -> None:
        """Long words are a plea more often than an answer: nothing of them may be lost."""
        question = self.open_question()
        if question and question.expect.takes_anything:
            self.read(question, self.heard(self.message.text.strip()))
        elif question:
            self.miss(repair.TOO_LONG)
        elif not (self.hear_listeners() or self.open_by_kind(Kind.DOCUMENT)):
            self.talk.notes.append(repair.TOO_LONG)
            self.run("menu")

    def command(self, text: str) -> None:
        """'/book', '/book@the_bot', '/start something'."""
        name, _space, argument = text[1:].partition(" ")
        name = name.partition("@")[0].lower()
        name = self.handlers.commands.get(name, name)
        asked_for = self.handlers.commands.get(argument.strip(), argument.strip())
        if name == "start":
            self.start(asked_for if asked_for in self.handlers.by_name else "")
        elif name in self.handlers.by_name:
            self.open_by(f"{name}:{argument.strip()}")
        else:
            self.talk.notes.append(_("I do not know that command."))
            self.run("menu")

    def start(self, asked_for: str) -> None:
        """The greeting; after it at once what a poster's code or a link led to (rule C40)."""
        if asked_for in ("", "start"):
            self.run("start")
            return
        self.talk.replies.append(replace(self.answered_by("start").reply, question=None))
        self.open_by(asked_for)

    def obey(self, control: Control) -> None:
        obeyed: dict[Control, Callable[[], None]] = {
            Control.BACK: self.back,
            Control.CANCEL: self.cancel,
            Control.MENU: lambda: self.run("menu"),
            Control.HUMAN: lambda: self.open_by("human"),
            Control.HELP: self.help,
            Control.REPEAT: self.repeat,
            Control.WHY: self.why,
            Control.RESUME: lambda: None if self.talk.conversation.frames else self.run("menu"),
        }
        obeyed[control]()

    def back(self) -> None:
        """Un-answer the last given answer, and nothing else."""
        frame = self.talk.conversation.top
        if frame is None:
            self.run("menu")
        elif frame.asking and frame.asking in frame.answered():
            self.keep(replace(frame, asking="", partial=None, misses=0))
        elif frame.partial is not None:
            self.keep(replace(frame, partial=None, misses=0))
        elif frame.answers:
            self.keep(frame.without_answer(frame.answers[-1][0]))
        else:
            self.talk.notes.append(_("This is the first question. To stop, say 'cancel'."))

    def cancel(self) -> None:
        frame = self.talk.conversation.top
        if frame is None:
            self.talk.notes.append(_("Nothing is open, so there is nothing to cancel."))
            self.run("menu")
            return
        title = self.flow_of(frame).title
        self.close()
        self.talk.notes.append(
            _("Stopped: {title}. Nothing was sent, and your answers are deleted.").fill(title=title)
        )
        if not self.talk.conversation.frames:
            self.run("menu")

    def help(self) -> None:
        frame = self.talk.conversation.top
        flow = self.flow_of(frame) if frame else None
        reply = repair.help_reply(flow)
        if flow:
            self.talk.replies.append(reply)
        else:
            asking.say(self.talk, reply, (asking.BACK_TO_MENU, asking.TALK_TO_A_PERSON))

    def repeat(self) -> None:
        """The last prompt and its choices, unchanged (rule C26)."""
        if self.talk.conversation.frames:
            return
        if self.talk.conversation.last_said:
            self.talk.replies.extend(self.talk.conversation.last_said)
            self.talk.settled = True
        else:
            self.run("menu")

    def hear_listeners(self, listeners: tuple[Listener, ...] | None = None) -> bool:
        """Somebody waits for these words: a member of staff who asked something."""
        if self.talk.conversation.frames:
            return False
        for listen in self.handlers.listeners if listeners is None else listeners:
            answered = listen(self.message, self.context)
            if answered:
                self.answer(answered)
                return True
        return False

    def hear_never_an_answer(self, text: str) -> bool:
        """Words that would pass for a name, say, and must not."""
        if not self.talk.conversation.frames or not self.handlers.never_answers:
            return False
        name = self.hearing.named(text)
        if name in self.handlers.never_answers:
            self.open_by(name)
        return name in self.handlers.never_answers

    def hear_intent(self, text: str) -> bool:
        """A question back, or another conversation; an open question yields only when sure."""
        intent = self.hearing.intent(text, self.talk.conversation.language)
        open_one = bool(self.talk.conversation.frames)
        if intent is None or (open_one and not intent.sure):
            return False
        self.talk.conversation = replace(self.talk.conversation, misses=0)
        before = self.talk.conversation.frames
        self.open_by(f"{intent.name}:{intent.argument}" if intent.argument else intent.name)
        question = self.open_question()
        opened = len(self.talk.conversation.frames) > len(before)
        if intent.more and opened and question and question.expect.for_people:
            self.read(question, self.heard(text))  # nobody tells their trouble twice
        return True

    def nobody_heard(self) -> None:
        if self.talk.conversation.frames:
            self.miss(None)
            return
        if self.hear_listeners(self.handlers.last):
            return
        self.talk.conversation = repair.missed(self.talk.conversation)
        self.run(self.handlers.fallback)
