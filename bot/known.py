"""What this release knows: answers, stages, divisions, working days. Read once, at the start."""

from pathlib import Path

from bot import canned_file, checklist_file, content, stages_file
from bot.config import ConfigError
from bot.domain.calendar import WorkCalendar
from bot.domain.regions import Regions
from bot.hearing import OurHearing, finder_of
from bot.services import Known
from bot.services.articles import Library
from bot.understanding.grouping import groups
from bot.understanding.normalise import bare

CONTENT = Path(__file__).parent.parent / "content"


def load_pack() -> content.ContentPack:
    """The answers of this release. Raises ConfigError for content that cannot be read.

    Also for stages of applications that cannot: they are read here, and kept.
    """
    try:
        stages_file.released()
        return content.load(CONTENT)
    except content.ContentError as error:
        raise ConfigError(str(error)) from error


def load_known(public_url: str = "") -> tuple[Known, OurHearing]:
    """Content, divisions, calendar, and the hearing that the content makes.

    Raises ConfigError for content that cannot be read.
    """
    pack = load_pack()
    try:
        checklist = checklist_file.load(CONTENT)
        stages = stages_file.load(CONTENT / "stages")
        canned = canned_file.load(CONTENT)
    except content.ContentError as error:
        raise ConfigError(str(error)) from error
    hearing = OurHearing(finder_of(pack))
    known = Known(
        regions=Regions.load(),
        library=Library(pack, pack, hearing.search, groups, bare),
        calendar=WorkCalendar(),
        checklist=checklist,
        public_url=public_url,
        stages=stages,
        canned=canned,
    )
    return known, hearing
