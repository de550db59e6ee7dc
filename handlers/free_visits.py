"""Choosing one of the visits that have a free place: for booking and for moving."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from bot.dialog import Asked, Expect, Narrowed, Option, Reading, Understood
from bot.domain.visits import HALVES, Half, Visit, VisitOffer, Wish
from bot.i18n import Text, _
from bot.services import Turn

A_PAGE = 5
ANY_TIME = "any"
_MORE = "more:"
_EARLIEST = "earliest"


@dataclass(frozen=True, slots=True)
class Slot:
    """A visit as it was offered, or any time at all."""

    visit_id: int | None = None
    day: date | None = None
    half: Half | None = None

    @classmethod
    def of(cls, visit: Visit) -> "Slot":
        return cls(visit.id, visit.day, visit.half)

    @classmethod
    def parse(cls, stored: str) -> "Slot":
        """What `str` made."""
        if stored == ANY_TIME:
            return cls()
        visit_id, day, half = stored.split()
        return cls(int(visit_id), date.fromisoformat(day), Half(half))

    def __str__(self) -> str:
        if self.visit_id is None or self.day is None or self.half is None:
            return ANY_TIME
        return f"{self.visit_id} {self.day.isoformat()} {self.half.value}"

    def words(self) -> Text:
        if self.day is None or self.half is None:
            return _("Any time: call me")
        return _("{day}, {half}").fill(day=self.day, half=HALVES[self.half])


@dataclass(frozen=True, slots=True)
class FreeVisit(Expect[Slot]):
    """One of the free visits for a street and a kind: the nearest five, more, or a call."""

    wanted: Callable[[Asked], Wish]
    """Where, and what is to be assessed."""
    may_be_any: bool = True

    def options(self, asked: Asked) -> tuple[Option, ...]:
        offers = self._offers(asked)
        shown = [Slot.of(offer.visit) for offer in offers[:A_PAGE]]
        options = [Option(str(slot), slot.words()) for slot in shown]
        if len(offers) > A_PAGE:
            options.append(Option(f"{_MORE}{shown[-1].visit_id}", _("Later dates")))
        if asked.partial is not None:
            options.append(Option(_EARLIEST, _("Earliest dates")))
        if self.may_be_any:
            options.append(Option(ANY_TIME, Slot().words()))
        return tuple(options)

    def prompt(self, asked: Asked) -> Text | None:
        if self._offers(asked):
            return None
        if asked.partial is not None:
            return _("There are no later dates. What shall I do?")
        if not self.may_be_any:
            return _("No dates are open at the moment. To keep what you have, say 'cancel'.")
        return _(
            "For this place and kind no dates are open here yet. "
            "I can pass on your request, and the federation calls you. Shall I?"
        )

    def pick(self, value: str, asked: Asked) -> Reading[Slot]:
        if value == _EARLIEST:
            return Narrowed(None)
        if value.startswith(_MORE):
            return Narrowed(int(value.removeprefix(_MORE)))
        return Understood(Slot.parse(value))

    def show(self, value: Slot) -> Text:
        return value.words()

    def dump(self, value: Slot) -> str:
        return str(value)

    def load(self, stored: str) -> Slot:
        return Slot.parse(stored)

    def _offers(self, asked: Asked) -> list[VisitOffer]:
        """One more than is shown, to know whether there is more."""
        turn: Turn = asked.context
        return turn.visits.bookable(self.wanted(asked), asked.partial, A_PAGE + 1)
