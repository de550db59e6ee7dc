"""Applications in the console: find, look, move one or many, correct, add, give out a code."""

import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from bot.domain.application_rows import FIELDS, BadRow
from bot.domain.stages import Procedure, Stage, Way
from bot.domain.tickets import AlreadyTaken
from bot.i18n import Text, _, ngettext
from bot.services.application_desk import Dossier, Impossible
from bot.web.forms import Form, form_of, number_in
from bot.web.guard import SESSION
from bot.web.office import Office
from bot.web.pages import Pages

HOME = "/staff/applications"
LONGEST_MISSING = 200
NAME_THE_PAPERS = _("Please write which papers are missing: the person reads it.")
SAID: dict[str, Text] = {
    "moved": _("Moved. Who follows it is told, not at night."),
    "nothing": _("Nothing was changed: they stand there already."),
    "corrected": _("Corrected. Who was told the mistake is told that it was one."),
    "added": _("Added. Please give the person its number."),
    "seen": _("Put aside."),
}
ALERTS: dict[str, Text] = {
    "application": _("An application was asked for with wrong proofs, so asking for it pauses."),
    "chat": _("One chat tried too many wrong proofs, so it pauses."),
    "many": _("Very many wrong tries in ten minutes, from everybody together."),
}
FIELD_NAMES: dict[str, Text] = {
    "number": _("Our number"),
    "outside": _("Number of your own system"),
    "procedure": _("Procedure"),
    "way": _("Where it is handled"),
    "region": _("Place"),
    "stage": _("Stage"),
    "name": _("Name"),
    "last4": _("Last four of the identity number"),
    "phone": _("Phone"),
    "missing": _("Papers that are missing"),
    "at": _("Day on which the stage was reached"),
}
WAYS: dict[str, Text] = {
    Way.LOCAL: _("Here"),
    Way.CROSS: _("In another province"),
}


class Applications:
    """Every handler is behind rules.clerk; what lies outside one's region is not there."""

    def __init__(self, office: Office, pages: Pages) -> None:
        self._office = office
        self._pages = pages

    async def list(self, request: web.Request) -> web.StreamResponse:
        return await self._list(request)

    async def _list(
        self, request: web.Request, *, fault: Text | None = None, status: int = 200
    ) -> web.StreamResponse:
        member = request[SESSION].member
        words, stage = request.query.get("words", ""), request.query.get("stage", "")
        overdue = request.query.get("overdue") == "1"
        found = await self._office.write(
            lambda services: services.application_desk.find(
                member, words=words, stage=stage if stage in list(Stage) else "", overdue=overdue
            )
        )
        counted, asked = request.query.get("count", ""), request.query.get("said", "")
        said, count = SAID.get(asked), int(counted) if counted.isdecimal() else 0
        if asked == "moved" and count:
            said = ngettext(
                "{count} moved. Who follows it is told, not at night.",
                "{count} moved. Who follows them is told, not at night.",
                count,
            )
        return self._pages.of_member(
            request[SESSION],
            "applications.html",
            status=status,
            found=found,
            words=words,
            stage=stage,
            overdue=overdue,
            stages=list(Stage),
            alerts=ALERTS,
            trouble=Text.load(json.loads(found.pull.trouble))
            if found.pull and found.pull.trouble
            else None,
            longest=LONGEST_MISSING,
            said=said if fault is None else None,
            fault=fault,
        )

    async def show(self, request: web.Request) -> web.StreamResponse:
        return self._dossier(request, await self._found(request))

    async def move(self, request: web.Request) -> web.StreamResponse:
        """One from its page."""
        number, form = request.match_info["number"], await form_of(request)
        fault = await self._move(request, [(number, _version(form))], form)
        if fault is not None:
            return self._dossier(request, await self._found(request), fault=fault, status=409)
        raise web.HTTPSeeOther(f"{HOME}/{number}?said=moved")

    async def move_many(self, request: web.Request) -> web.StreamResponse:
        """Those that are ticked in the list, all or none."""
        form = await form_of(request)
        known = []
        for picked in form.many.get("pick", []):
            number, _colon, version = picked.rpartition(":")
            if not version.isdecimal():
                raise AlreadyTaken
            known.append((number, int(version)))
        if not known:
            fault: Text | None = _("Nothing is ticked. Tick the applications in the list first.")
        else:
            fault = await self._move(request, known, form)
        if fault is not None:
            return await self._list(request, fault=fault, status=409)
        raise web.HTTPSeeOther(f"{HOME}?said=moved&count={len(known)}")

    async def _move(self, request: web.Request, known: Any, form: Form) -> Text | None:
        """What is wrong, in words; None: done."""
        member = request[SESSION].member
        stage, missing = form.words("stage"), _missing(form)
        if stage not in list(Stage):
            return _("Please choose the stage that they move to.")
        if stage == Stage.PAPERS_MISSING and not missing:
            return NAME_THE_PAPERS
        try:
            await self._office.write(
                lambda services: services.application_desk.move(
                    known, Stage(stage), missing, member
                )
            )
        except Impossible as impossible:
            number, why = next(iter(impossible.faults.items()))
            return _("Nothing was moved. {number}: {why}").fill(number=number, why=why)
        return None

    async def correct(self, request: web.Request) -> web.StreamResponse:
        number, form, member = (
            request.match_info["number"],
            await form_of(request),
            request[SESSION].member,
        )
        stage, version, missing = form.words("stage"), _version(form), _missing(form)
        fault: Text | None = None
        if stage not in list(Stage):
            fault = _("Please choose the stage at which it really stands.")
        elif stage == Stage.PAPERS_MISSING and not missing:
            fault = NAME_THE_PAPERS
        if fault:
            return self._dossier(request, await self._found(request), fault=fault, status=409)
        await self._office.write(
            lambda services: services.application_desk.correct(
                number, version, Stage(stage), member, missing
            )
        )
        raise web.HTTPSeeOther(f"{HOME}/{number}?said=corrected")

    async def code(self, request: web.Request) -> web.StreamResponse:
        """Shown this once, on the page that answers: no address ever holds it."""
        number, member = request.match_info["number"], request[SESSION].member
        code = await self._office.write(
            lambda services: services.application_desk.new_code(number, member)
        )
        return self._dossier(request, await self._found(request), code=code)

    async def new(self, request: web.Request) -> web.StreamResponse:
        return self._new(request, {}, ())

    async def add(self, request: web.Request) -> web.StreamResponse:
        form, member = await form_of(request), request[SESSION].member
        values = {name: form.words(name) for name in FIELDS}
        try:
            number = await self._office.write(
                lambda services: services.application_desk.add(values, member)
            )
        except BadRow as bad:
            return self._new(request, values, tuple(bad.faults.values()), status=409)
        raise web.HTTPSeeOther(f"{HOME}/{number}?said=added")

    async def see_alert(self, request: web.Request) -> web.StreamResponse:
        alert, member = number_in(request.match_info["id"]), request[SESSION].member
        await self._office.write(
            lambda services: services.application_desk.see_alert(alert, member)
        )
        raise web.HTTPSeeOther(f"{HOME}?said=seen")

    # --- pages

    async def _found(self, request: web.Request) -> Dossier:
        number, member = request.match_info["number"], request[SESSION].member
        return await self._office.write(
            lambda services: services.application_desk.show(number, member)
        )

    def _dossier(
        self,
        request: web.Request,
        dossier: Dossier,
        *,
        fault: Text | None = None,
        code: str = "",
        status: int = 200,
    ) -> web.Response:
        return self._pages.of_member(
            request[SESSION],
            "application.html",
            status=status,
            dossier=dossier,
            application=dossier.application,
            fault=fault,
            code=code,
            longest=LONGEST_MISSING,
            ways=WAYS,
            source_words=source_words,
            said=SAID.get(request.query.get("said", "")) if fault is None else None,
        )

    def _new(
        self,
        request: web.Request,
        values: Mapping[str, str],
        faults: tuple[Text, ...],
        *,
        status: int = 200,
    ) -> web.Response:
        return self._pages.of_member(
            request[SESSION],
            "application_new.html",
            status=status,
            values=values,
            faults=faults,
            names=FIELD_NAMES,
            procedures=list(Procedure),
            ways=WAYS,
            stages=list(Stage),
        )


def source_words(source: str) -> Text:
    """'import 7', 'api: name', … as staff read it."""
    kind, _space, name = source.partition(" ")
    match kind:
        case "import":
            return _("by import {name}").fill(name=name)
        case "api:":
            return _("by the system {name}").fill(name=name)
        case "pull":
            return _("read from the system outside")
        case "command":
            return _("by a command")
        case _:
            return _("in the console")


def _missing(form: Form) -> str:
    return form.words("missing")[:LONGEST_MISSING]


def _version(form: Form) -> int:
    """Raises AlreadyTaken for none."""
    version = form.words("version")
    if not version.isdecimal():
        raise AlreadyTaken
    return int(version)
