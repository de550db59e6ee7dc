"""What staff do with items. Every change is in the audit log, and undone together if it fails."""

from bot.domain.queue import LONGEST_LABEL, MOST_LABELS, BeingAnswered
from bot.domain.references import FEEDBACK, new_reference
from bot.domain.staff import Member, Role
from bot.domain.tickets import (
    Level,
    NotFound,
    NotPossible,
    Priority,
    Ticket,
    TicketKind,
    TicketState,
)
from bot.i18n import _, verbatim
from bot.messages import Attachment, Choice, Reply
from bot.services.ticket_base import TicketsBase
from bot.storage import (
    files,
    messages,
    public_notes,
    ticket_desks,
    ticket_letters,
    ticket_queue,
    ticket_words,
)
from bot.storage import tickets as stored

SUPERVISORS = (Role.SUPERVISOR, Role.ADMINISTRATOR)


class TicketWork(TicketsBase):
    """`version` is that of the page: raises AlreadyTaken where a colleague was quicker."""

    def next(self, member: Member) -> Ticket | None:
        """The most urgent item that nobody has, taken; None: nobody waits."""
        level = Level.SUPERVISOR if member.role in SUPERVISORS else Level.CLERK
        ticket = ticket_queue.next_free(self._connection, member.region, level)
        return self._changed("ticket.taken", ticket.take, member) if ticket else None

    def take(self, number: str, version: int, member: Member) -> Ticket:
        """Raises NotFound and AlreadyTaken, as all below."""
        return self._changed("ticket.taken", self._current(number, version, member).take, member)

    def give_back(self, number: str, version: int, member: Member) -> Ticket:
        ticket = self._current(number, version, member)
        return self._changed("ticket.given_back", ticket.give_back, member)

    def close(self, number: str, version: int, member: Member) -> Ticket:
        """Nobody is left without a word: who got no answer hears that there will be none."""
        ticket = self._current(number, version, member)
        closed = self._changed("ticket.closed", lambda by: ticket.close(by, self._now), member)
        messages.take_back(self._connection, f"ticket:{ticket.id}")
        if ticket.conversation_id:
            if stored.expected(self._connection, ticket.conversation_id) == ticket.id:
                stored.expect_answer(self._connection, ticket.conversation_id, None)
            if ticket.answered_at is None and ticket.kind is not TicketKind.FAILURE:
                self._tell(ticket, closed_reply(ticket.number))
        return closed

    def hand_over(
        self, number: str, version: int, member: Member, region: str, reason: str
    ) -> Ticket:
        """To another office, which sees why. Raises NotPossible for no office or no reason."""
        ticket = self._current(number, version, member)
        if region not in self._services.regions.by_code or not reason.strip():
            raise NotPossible
        handed = self._changed(
            "ticket.handed", lambda by: ticket.hand_to(region, by), member, f"to {region}"
        )
        name = self._services.offices.name(region) or "广东省"
        self._note_event(ticket, "handed", member.id, f"{name}：{reason.strip()}")
        ticket_desks.keep_draft(self._connection, ticket.id, member.id, "", self._now)
        return handed

    def wait_for_office(self, number: str, version: int, member: Member, whom: str) -> Ticket:
        """Somebody outside must act first. Raises NotPossible where it is not said who."""
        ticket = self._current(number, version, member)
        if not whom.strip():
            raise NotPossible
        waits = self._changed("ticket.waits", ticket.wait_for_office, member)
        self._note_event(ticket, "with_office", member.id, whom.strip())
        return waits

    def note(self, number: str, member: Member, words: str) -> None:
        """Among staff only; never sent. Raises NotPossible for no words."""
        ticket = self._mine(number, member)
        if not words.strip():
            raise NotPossible
        ticket_letters.say(
            self._connection, ticket.id, "note", words.strip(), self._now, staff_id=member.id
        )
        ticket_words.add(self._connection, ticket.id, self._bare(words))
        self._services.audit.record(member.id, "ticket.noted", ticket.number)

    def label(self, number: str, member: Member, labels: str) -> None:
        """Separated by spaces or commas; what was there before and is not named goes."""
        ticket = self._mine(number, member)
        for separator in "，、,;；":
            labels = labels.replace(separator, " ")
        wanted = tuple(one[:LONGEST_LABEL] for one in labels.split()[:MOST_LABELS])
        stored.set_labels(self._connection, ticket.id, wanted)
        self._services.audit.record(member.id, "ticket.labelled", ticket.number)

    def prioritise(self, number: str, version: int, member: Member, priority: Priority) -> Ticket:
        ticket = self._current(number, version, member)
        return self._changed(
            "ticket.prioritised",
            lambda _by: ticket.prioritise(priority),
            member,
            priority.name.lower(),
        )

    def merge(self, number: str, version: int, member: Member, into: str) -> Ticket:
        """Into another item of the same person, or as one more voice into a public one.

        Raises NotPossible for another person's that is not public: answers would reach both.
        """
        ticket = self._current(number, version, member)
        other = stored.by_number(self._connection, into)
        if other is None or not other.region.startswith(member.region):
            raise NotPossible
        same = ticket.same_writer(other)
        if not same and not self._services.public_notes.is_public(other.id):
            raise NotPossible
        merged = self._changed(
            "ticket.merged",
            lambda by: ticket.merge_into(other, by, self._now),
            member,
            other.number,
        )
        self._note_event(ticket, "merged", member.id, other.number)
        self._note_event(other, "merged_here", member.id, ticket.number)
        if ticket.conversation_id and same:
            stored.expect_answer(self._connection, ticket.conversation_id, other.id)
        elif ticket.conversation_id:
            self._told_of_joining(ticket, other)
        return merged

    def split(
        self, number: str, version: int, member: Member, ids: list[int], kind: TicketKind
    ) -> Ticket:
        """Those of the person's letters become an item of their own, nobody's yet.

        Raises NotPossible for none, for all, and for letters of another item.
        """
        ticket = self._current(number, version, member)
        letters = [
            one
            for one in ticket_letters.messages(self._connection, ticket.id)
            if one.who == "person"
        ]
        if not ids or not set(ids) < {one.id for one in letters}:
            raise NotPossible
        self._changed("ticket.split", lambda _by: ticket.touched(), member)
        made = stored.add(
            self._connection,
            {
                "number": new_reference(FEEDBACK),
                "kind": kind,
                "region": ticket.region,
                "conversation_id": ticket.conversation_id,
                "state": TicketState.WAITING,
                "waiting_since": ticket.waiting_since,
                "created_at": self._now,
                "due_at": self._hours.due(kind, ticket.waiting_since),
                "anonymous": ticket.anonymous,
            },
        )
        if ticket_letters.move_messages(self._connection, ids, made.id) != len(ids):
            raise NotPossible
        for one in (letter for letter in letters if letter.id in ids):
            ticket_words.add(self._connection, made.id, self._bare(one.words))
        self._note_event(ticket, "split", member.id, made.number)
        self._note_event(made, "split_from", member.id, ticket.number)
        return made

    def answer(
        self,
        number: str,
        version: int,
        member: Member,
        words: str,
        *,
        asks: bool = False,
        file: Attachment | None = None,
    ) -> Ticket:
        """The answer goes to the chat it came from; `asks`: it waits for the person then.

        Raises NotFound, AlreadyTaken, and BeingAnswered while a colleague writes one.
        """
        ticket = self._current(number, version, member)
        if ticket.taken_by is None:
            self._refuse_locked(ticket, member)
        answered = self._changed(
            "ticket.asked" if asks else "ticket.answered",
            lambda by: ticket.answer(by, self._now, asks=asks),
            member,
        )
        uid = None
        messages.take_back(self._connection, f"ticket:{ticket.id}")
        if ticket.conversation_id:
            reply = answer_reply(ticket.number, words, asks=asks, file=file)
            uid = self._tell(ticket, reply, who="staff")
            stored.expect_answer(self._connection, ticket.conversation_id, ticket.id)
        ticket_letters.say(
            self._connection,
            ticket.id,
            "staff",
            words,
            self._now,
            staff_id=member.id,
            outbox_uid=uid,
            file=file.reference if file else None,
        )
        ticket_words.add(self._connection, ticket.id, self._bare(words))
        ticket_desks.keep_draft(self._connection, ticket.id, member.id, "", self._now)
        return answered

    def keep_file(self, content: bytes, media_type: str, name: str) -> Attachment:
        """What staff send along, checked and made harmless already."""
        return files.keep_new(self._connection, content, media_type, name, self._now)

    def keep_draft(self, number: str, member: Member, words: str) -> str:
        """What is being written; who else writes at the same time, or ''. Raises NotFound."""
        ticket = self._mine(number, member)
        ticket_desks.keep_draft(self._connection, ticket.id, member.id, words, self._now)
        others = ticket_desks.others(self._connection, ticket.id, member.id)
        return next((one.name for one in others if one.has_lock(self._now)), "")

    def save_view(self, member: Member, name: str, query: str) -> None:
        ticket_desks.save_view(self._connection, member.id, name.strip()[:40], query[:300])

    def forget_view(self, member: Member, view_id: int) -> None:
        ticket_desks.forget_view(self._connection, member.id, view_id=view_id)

    # --- parts

    def _refuse_locked(self, ticket: Ticket, member: Member) -> None:
        """Who began to write first, and still writes, answers."""
        for other in ticket_desks.others(self._connection, ticket.id, member.id):
            if other.has_lock(self._now):
                raise BeingAnswered(other.name)

    def _told_of_joining(self, ticket: Ticket, other: Ticket) -> None:
        chat = ticket.conversation_id
        if chat is None:
            raise NotFound
        public_notes.follow(self._connection, other.id, chat, self._now)
        self._tell(ticket, joined_reply(ticket.number, other.number), who="staff")


def answer_reply(
    number: str, words: str, *, asks: bool = False, file: Attachment | None = None
) -> Reply:
    """A staff answer as the person gets it. An answer asks in one tap whether that settles it."""
    heading = _("A reply from the staff, number {number}").fill(number=number)
    comes = (_("A file comes with it: {name}.").fill(name=file.name),) if file else ()
    if asks:
        return Reply(
            heading=heading,
            paragraphs=(verbatim(words), *comes),
            attachment=file,
            question=_("To answer, just write here."),
        )
    return Reply(
        heading=heading,
        paragraphs=(verbatim(words), *comes, _("To answer, just write here.")),
        attachment=file,
        question=_("Is your matter settled?"),
        choices=(
            Choice(f"!settled:{number}:yes", _("It is settled")),
            Choice(f"!settled:{number}:no", _("Not settled")),
        ),
    )


def closed_reply(number: str) -> Reply:
    return Reply(
        paragraphs=(
            _("Number {number} was closed without a further reply.").fill(number=number),
            _("If something comes up within 30 days, add it and it is opened again."),
        ),
        question=_("Is your matter settled?"),
        choices=(
            Choice(f"!settled:{number}:yes", _("It is settled")),
            Choice(f"!settled:{number}:no", _("Not settled")),
        ),
    )


def joined_reply(number: str, public_number: str) -> Reply:
    return Reply(
        paragraphs=(
            _("Others asked for the same as you in number {number}.").fill(number=number),
            _("It goes on together, under number {number}. I tell you here how it goes.").fill(
                number=public_number
            ),
        )
    )
