"""Choosing a visit: the nearest five, more, another day, the waiting list, or 'call me'.

For booking and for moving, at home and in a group. Nothing is shown that no office opened.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from bot.dialog import (
    Asked,
    Expect,
    Heard,
    Narrowed,
    Option,
    Reading,
    Refused,
    Unclear,
    Understood,
)
from bot.dialog.days import day_in
from bot.domain.bookings import Booking
from bot.domain.people import KIND_NAMES, DisabilityKind
from bot.domain.visit_reminders import day_of
from bot.domain.visits import Half, Mode, Visit, VisitKind, VisitOffer, Wish, first_day
from bot.i18n import Json, Text, _, enumerated, verbatim
from bot.services import Turn
from bot.services.booking_words import when

A_PAGE = 5
ANY_TIME = "any"
WAIT = "wait"
_MORE = "more:"
_EARLIEST = "earliest"
_OTHER_DAY = "other_day"
HORIZON = 366
"""Days: nobody opens places later than in a year."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A visit as it was offered; or the waiting list; or any time at all."""

    visit_id: int | None = None
    visit: Visit | None = None
    waits: bool = False
    halves: str = ""
    """On the waiting list: 'morning' or 'afternoon' only."""

    @classmethod
    def of(cls, visit: Visit) -> "Slot":
        return cls(visit.id, visit)

    def words(self) -> Text:
        if self.visit is not None:
            return when(self.visit)
        if self.waits:
            return _("On the waiting list")
        return _("Any time: contact me")


@dataclass(frozen=True, slots=True)
class FreeVisit(Expect[Slot]):
    """One of the free visits for a wish; what else there is depends on the county."""

    wanted: Callable[[Asked], Wish]
    """Where, and what is to be assessed."""
    present: Callable[[Asked], Booking | None] | None = None
    """The booking that is moved: its date is not offered, nor a list or a call."""

    def options(self, asked: Asked) -> tuple[Option, ...]:
        if asked.partial == _OTHER_DAY:
            return (Option(_EARLIEST, _("Earliest dates")),)
        offers = self._offers(asked)
        shown = [offer.visit for offer in offers[:A_PAGE]]
        options = [Option(_dumped(visit), when(visit), _venue(visit)) for visit in shown]
        if len(offers) > A_PAGE:
            options.append(Option(f"{_MORE}{shown[-1].id}", _("Later dates")))
        if asked.partial is not None:
            options.append(Option(_EARLIEST, _("Earliest dates")))
        elif offers:
            options.append(Option(_OTHER_DAY, _("Another day")))
        if self.present is None:
            options += self._without_a_date(asked, any_free=bool(offers))
        return tuple(options)

    def _without_a_date(self, asked: Asked, *, any_free: bool) -> list[Option]:
        turn: Turn = asked.context
        wish = self.wanted(asked)
        group = wish.kind is VisitKind.GROUP
        if turn.visits.county(wish.street).mode is Mode.REQUESTS:
            return [Option(ANY_TIME, _("Send a request"))]
        options = [] if any_free else [Option(WAIT, _("Put me on the waiting list"))]
        if not any_free and not turn.visits.planned(wish):
            return [Option(ANY_TIME, Slot().words()), *options]
        if not any_free and not group:
            options += [
                Option(f"{WAIT}:{Half.MORNING}", _("Waiting list, mornings")),
                Option(f"{WAIT}:{Half.AFTERNOON}", _("Waiting list, afternoons")),
            ]
        return [*options, Option(ANY_TIME, Slot().words())]

    def prompt(self, asked: Asked) -> Text | None:
        turn: Turn = asked.context
        if asked.partial == _OTHER_DAY:
            return _(
                "Write the day, for example 3月15日, or 'next Wednesday'. Which day suits you?"
            )
        if self._offers(asked):
            return None
        if asked.partial is not None:
            return _("There are no later dates. What shall I do?")
        if self.present is not None:
            return _("No dates are open at the moment. To keep what you have, say 'cancel'.")
        wish = self.wanted(asked)
        if turn.visits.county(wish.street).mode is Mode.REQUESTS:
            return _(
                "This county takes requests: its federation proposes a date, and you say yes or "
                "ask for another. I can promise no date. Shall I send it?"
            )
        if not turn.visits.planned(wish):
            return _not_planned(wish)
        return _(
            "All places that fit are taken. On the waiting list you are asked as soon as one is "
            "free. What shall I do?"
        )

    def pick(self, value: str, asked: Asked) -> Reading[Slot]:
        if value == _EARLIEST:
            return Narrowed(None)
        if value == _OTHER_DAY:
            return Narrowed(_OTHER_DAY)
        if value.startswith(_MORE):
            return Narrowed(int(value.removeprefix(_MORE)))
        return Understood(_parsed(value, asked))

    def read(self, heard: Heard, asked: Asked) -> Reading[Slot]:
        """A day in words: the nearest free visits from that day on."""
        turn: Turn = asked.context
        today, earliest = day_of(turn.now), first_day(turn.now)
        day = day_in(heard.plain, today)
        if day is None:
            return self._half(heard, asked)
        if turn.visits.county(self.wanted(asked).street).mode is Mode.REQUESTS:
            return Refused(
                _(
                    "Here the federation proposes the date, and you can ask for another then. "
                    "Please choose 'send a request'."
                )
            )
        if day < today:
            return Refused(
                _("{day} is past. Please choose a later day, for example {example}.").fill(
                    day=day, example=earliest
                )
            )
        if (day - today).days > HORIZON:
            return Refused(
                _("{day} is too far away: no dates are open yet. Please choose a nearer one.").fill(
                    day=day
                )
            )
        if day < earliest:
            said = _("A visit needs two days to prepare. These are the nearest from {day}.")
            return Narrowed(f"from:{earliest.isoformat()}", said.fill(day=earliest))
        narrowed = f"from:{day.isoformat()}"
        offers = self._found(asked, narrowed)
        if not offers:
            return Refused(
                _("From {day} on nothing is open yet. Please choose an earlier day.").fill(day=day)
            )
        if offers[0].visit.day == day:
            return Narrowed(narrowed)
        if not turn.known.calendar.is_workday(day):
            off = _("{day} is a day off, and the teams are at home. These are the nearest after.")
            return Narrowed(narrowed, off.fill(day=day))
        taken = _("On {day} nothing is free. These are the nearest after.")
        return Narrowed(narrowed, taken.fill(day=day))

    def _half(self, heard: Heard, asked: Asked) -> Reading[Slot]:
        """'上午', 'in the afternoon': of those that are shown."""
        words = {"上午": Half.MORNING, "早上": Half.MORNING, "morning": Half.MORNING}
        words |= {"下午": Half.AFTERNOON, "afternoon": Half.AFTERNOON}
        half = next((half for word, half in words.items() if word in heard.plain), None)
        if half is None:
            return Unclear()
        fits = [one.visit for one in self._offers(asked)[:A_PAGE] if one.visit.half is half]
        if len(fits) == 1:
            return Understood(Slot.of(fits[0]))
        return Refused(_("There are several. Please choose one of them by its number."))

    def show(self, value: Slot) -> Text:
        return value.words()

    def dump(self, value: Slot) -> Json:
        if value.visit is None:
            return f"{WAIT}:{value.halves}" if value.waits else ANY_TIME
        visit = value.visit
        return [visit.id, visit.day.isoformat(), visit.half.value, visit.starts]

    def load(self, stored: Json) -> Slot:
        if stored == ANY_TIME:
            return Slot()
        if isinstance(stored, str) and stored.startswith(WAIT):
            return Slot(waits=True, halves=stored.partition(":")[2])
        visit_id, day, half, starts = stored
        shown = Visit(visit_id, 0, "", date.fromisoformat(day), Half(half), starts=starts)
        return Slot(int(visit_id), shown)

    def _offers(self, asked: Asked) -> list[VisitOffer]:
        return self._found(asked, asked.partial)

    def _found(self, asked: Asked, partial: Json) -> list[VisitOffer]:
        """One more than is shown, to know whether there is more; narrowed by page or by day."""
        turn: Turn = asked.context
        after = partial if isinstance(partial, int) else None
        from_day = None
        if isinstance(partial, str) and partial.startswith("from:"):
            from_day = date.fromisoformat(partial.removeprefix("from:"))
        booking = self.present(asked) if self.present else None
        own = booking.visit.id if booking and booking.visit else None
        found = turn.visits.bookable(self.wanted(asked), after, A_PAGE + 2, from_day)
        return [one for one in found if one.visit.id != own][: A_PAGE + 1]


def _not_planned(wish: Wish) -> Text:
    """Some disabilities need equipment that few teams bring: then nothing is 'taken'."""
    if not wish.kinds:
        return _(
            "Nothing is planned here yet. The federation can tell you what is possible, or you "
            "wait on the list. What shall I do?"
        )
    return _(
        "Nothing is planned here yet that assesses {kinds}. The federation can tell you what is "
        "possible, or you wait on the list. What shall I do?"
    ).fill(kinds=enumerated([KIND_NAMES[kind] for kind in DisabilityKind if kind in wish.kinds]))


def _dumped(visit: Visit) -> str:
    return f"visit:{visit.id}"


def _parsed(value: str, asked: Asked) -> Slot:
    """What was offered: only its number is trusted, what is shown of it is read anew."""
    if value.startswith(WAIT):
        return Slot(waits=True, halves=value.partition(":")[2])
    if not value.startswith("visit:"):
        return Slot()
    turn: Turn = asked.context
    visit = turn.visits.visit(int(value.removeprefix("visit:")))
    return Slot.of(visit) if visit else Slot()


def _venue(visit: Visit) -> Text | None:
    return verbatim(visit.venue) if visit.venue else None
