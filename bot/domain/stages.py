"""The stages of an application and the ways through them, as content/stages/ says them.

Source of every limit: Measures for the Administration of Disability Certificates (残疾人证管理办法,
in force since 2018-01-01), Art. 9. It sets no total time: the assessment takes as long as it takes,
and we promise nothing.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property

from bot.i18n import Text, translator, verbatim


class Procedure(StrEnum):
    """Measures, Art. 9, 19, 22, 23, 20 and 24."""

    FIRST = "first"
    RENEWAL = "renewal"
    CHANGE = "change"
    """Another kind or grade: assessed again."""
    MOVED = "moved"
    """The household moved to another county."""
    LOST = "lost"
    CANCELLED = "cancelled"


class Way(StrEnum):
    LOCAL = "local"
    CROSS = "cross"
    """Handled where the person lives, in another province than the household (跨省通办)."""


class Stage(StrEnum):
    """Where an application stands; the stored words of the table `applications`."""

    ACCEPTED = "accepted"
    SENT = "sent"
    BOOKED = "booked"
    ASSESSED = "assessed"
    NOTICE = "notice"
    REVIEW = "review"
    FORWARDED = "forwarded"
    APPROVED = "approved"
    PRINTED = "printed"
    READY = "ready"
    POSTED = "posted"
    ENDED = "ended"
    """The certificate was cancelled, as wished."""
    PAPERS_MISSING = "papers_missing"
    """Aside: goes on when the papers are there."""
    OBJECTION = "objection"
    REASSESSMENT = "reassessment"
    NOT_ELIGIBLE = "not_eligible"
    """The end: the assessment does not meet the standard."""
    WITHDRAWN = "withdrawn"
    """The end, by the person's own wish."""


SIDE_WAYS = frozenset(
    {
        Stage.PAPERS_MISSING,
        Stage.OBJECTION,
        Stage.REASSESSMENT,
        Stage.NOT_ELIGIBLE,
        Stage.WITHDRAWN,
    }
)
ENDS = frozenset({Stage.READY, Stage.POSTED, Stage.ENDED, Stage.NOT_ELIGIBLE, Stage.WITHDRAWN})
HANDED_OUT = frozenset({Stage.READY, Stage.POSTED})
"""Either may stand at the end of a way whose path names the other."""

ByLanguage = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class StageWords:
    """All by language; `says` holds {who}, `until` also {until} ('' where no law sets a limit)."""

    name: ByLanguage
    says: ByLanguage
    until: ByLanguage
    means: ByLanguage
    can: ByLanguage
    plain: ByLanguage


@dataclass(frozen=True, slots=True)
class Limit:
    workdays: int
    source: ByLanguage


@dataclass(frozen=True)
class WayFacts:
    """One procedure's way: the stages in their order, and what is known of the times."""

    path: tuple[Stage, ...]
    limits: Mapping[Stage, Limit]
    sources: Sequence[ByLanguage]
    confirmed: bool
    note: ByLanguage | None
    """What the person must know where it is not confirmed."""

    @cached_property
    def stages(self) -> tuple[Stage, ...]:
        """All that an application of this kind may stand at."""
        out = [one for one in Stage if one in HANDED_OUT and not HANDED_OUT.isdisjoint(self.path)]
        assessed = Stage.ASSESSED in self.path
        side = [
            one for one in Stage if one in SIDE_WAYS and (assessed or one is not Stage.OBJECTION)
        ]
        return tuple(dict.fromkeys((*self.path, *out, *side)))


@dataclass(frozen=True)
class StageBook:
    """Everything that is said of stages and procedures."""

    words: Mapping[Stage, StageWords]
    procedures: Mapping[Procedure, ByLanguage]
    ways: Mapping[tuple[Procedure, Way], WayFacts]
    dispute: ByLanguage
    """The source of the right to dispute a result."""
    checked: date

    def way(self, procedure: Procedure, way: Way) -> WayFacts:
        return self.ways[procedure, way]

    def name(self, stage: Stage, language: str) -> Text:
        return verbatim(self.words[stage].name[language])

    def sentence(self, stage: Stage, language: str, who: str, until: date | None = None) -> Text:
        """'Mum's application is in public notice until 4 December.'"""
        words = self.words[stage]
        if until and words.until.get(language):
            day = translator(language).date(until)
            return verbatim(words.until[language].format(who=who, until=day))
        return verbatim(words.says[language].format(who=who))

    @cached_property
    def stage_named(self) -> Mapping[str, Stage]:
        """By stored word and by name in any language, as `plainly` writes it."""
        found = {plainly(stage.value): stage for stage in Stage}
        for stage, words in self.words.items():
            found.update({plainly(name): stage for name in words.name.values()})
        return found

    @cached_property
    def procedure_named(self) -> Mapping[str, Procedure]:
        found = {plainly(one.value): one for one in Procedure}
        for procedure, names in self.procedures.items():
            found.update({plainly(name): procedure for name in names.values()})
        return found


WAY_NAMES: Mapping[str, Way] = {
    "local": Way.LOCAL,
    "本地": Way.LOCAL,
    "户籍地": Way.LOCAL,
    "戶籍地": Way.LOCAL,
    "cross": Way.CROSS,
    "跨省": Way.CROSS,
    "跨省通办": Way.CROSS,
    "跨省通辦": Way.CROSS,
}
"""As spreadsheets write it."""


def plainly(words: str) -> str:
    """Full width, case and spaces do not matter."""
    return "".join(unicodedata.normalize("NFKC", words).split()).casefold().replace("_", "")
