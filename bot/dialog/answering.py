"""The parts of a turn: reading answers, and asking what is open or ending it."""

from dataclasses import replace
from typing import Any

from bot.dialog import asking, repair
from bot.dialog.flow import Answered, AskAgain, Flow
from bot.dialog.opening import Opening
from bot.dialog.question import (
    Answers,
    Asked,
    Elsewhere,
    Heard,
    Narrowed,
    Question,
    Reading,
    Refused,
    Unclear,
    Understood,
)
from bot.dialog.state import Conversation, Frame
from bot.i18n import Text, _
from bot.messages import Kind, Link, Reply


class Answering(Opening):
    """What a turn can do; choosing.py adds the ways to choose, engine.py who hears first."""

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
