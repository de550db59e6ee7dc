"""POST /api/applications/events: other systems tell us where an application stands.

Faults are problem documents (RFC 9457). An event is sent with a key of its own; sent again with the
same key it does nothing and gets the same answer.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from bot.domain.application_rows import LONGEST, Clash
from bot.domain.stages import Procedure, Stage, Way
from bot.i18n import Json, translator
from bot.services.application_sources import Refused
from bot.web.office import Office

PATH = "/api/applications/events"
LARGEST = 64 * 1024
"""Bytes of an event."""
KEY = "Idempotency-Key"
_KEY = re.compile(r"[!-~]{1,80}")
_TOKEN = re.compile(r"[!-~]{1,200}")
PROBLEM = "application/problem+json"
NOT_BLANK = r"^[^\u0000]*[^\s\u0000][^\u0000]*$"
NUMBER_FORMAT, REGION_FORMAT = "doorstep-application-number", "guangdong-division"
"""Formats of ours: no pattern can compute a check character, or list 1,800 divisions."""


class _Problem(Exception):
    def __init__(self, status: int, title: str, faults: Mapping[str, str] | None = None) -> None:
        super().__init__(title)
        self.status = status
        self.title = title
        self.faults = faults or {}


def make_api(office: Office) -> Sequence[web.AbstractRouteDef]:
    """The routes; a token is their rule."""

    async def events(request: web.Request) -> web.StreamResponse:
        try:
            answer = await _event(request, office)
        except _Problem as problem:
            return _problem(problem)
        return answer

    return [web.post(PATH, events)]


async def _event(request: web.Request, office: Office) -> web.Response:
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not _TOKEN.fullmatch(token):
        raise _Problem(401, "A token is needed: Authorization: Bearer …")
    system = await office.read(lambda services: services.application_sources.system_of(token))
    if system is None:
        raise _Problem(401, "This token is not known, or was revoked")
    key = request.headers.get(KEY, "")
    if not _KEY.fullmatch(key):
        raise _Problem(400, f"{KEY} is needed: 1 to 80 visible ASCII characters")
    if request.content_type != "application/json":
        raise _Problem(415, "The event must be application/json")
    body = await _body(request)
    try:
        answer = await office.write(
            lambda services: services.application_sources.event(system, key, body)
        )
    except Refused as refused:
        spoken = translator("en")
        faults = {name: fault.to(spoken) for name, fault in refused.faults.items()}
        raise _Problem(refused.status, refused.title, faults) from refused
    except Clash as clash:
        raise _Problem(409, "The same application came a moment ago: send it again") from clash
    return web.json_response(answer.body, status=answer.status)


async def _body(request: web.Request) -> Json:
    try:
        raw = await request.content.read(LARGEST + 1)
        while len(raw) <= LARGEST and not request.content.at_eof():
            more = await request.content.read(LARGEST + 1 - len(raw))
            if not more:
                break
            raw += more
    except ConnectionError as error:
        raise _Problem(400, "The event did not arrive whole") from error
    if len(raw) > LARGEST:
        raise _Problem(413, f"An event has at most {LARGEST} bytes")
    try:
        return json.loads(raw.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise _Problem(400, "The event is not JSON in UTF-8") from error


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _problem(problem: _Problem) -> web.Response:
    body = {
        "type": "about:blank",
        "title": problem.title,
        "status": problem.status,
        "faults": [{"field": name, "detail": said} for name, said in problem.faults.items()],
    }
    headers = {"WWW-Authenticate": "Bearer"} if problem.status == 401 else {}  # noqa: PLR2004
    return web.Response(
        text=json.dumps(body, ensure_ascii=False),
        status=problem.status,
        content_type=PROBLEM,
        headers=headers,
    )


# --- its description


def event_schema() -> dict[str, Any]:
    """What one event is; docs/applications-source.yaml has the same for what we read ourselves."""

    def words(longest: int, description: str, **more: str) -> dict[str, Any]:
        return {
            "type": ["string", "null"],
            "maxLength": longest,
            "pattern": NOT_BLANK,
            "description": description,
            **more,
        }

    def given(name: str) -> dict[str, Any]:
        return {"required": [name], "properties": {name: {"type": "string"}}}

    def one_of(those: Any, description: str) -> dict[str, Any]:
        return {"enum": [*(one.value for one in those), None], "description": description}

    return {
        "type": "object",
        "description": "Words are brought to Unicode NFKC first: so they must not be longer.",
        "additionalProperties": False,
        "required": ["stage"],
        "anyOf": [given("number"), given("outside")],
        "properties": {
            "number": words(
                30,
                "Our number as we gave it out: five groups of four, the last character a check.",
                format=NUMBER_FORMAT,
            ),
            "outside": words(LONGEST["outside"], "The number in the sending system."),
            "stage": {
                "enum": [one.value for one in Stage],
                "description": "Where it stands now.",
            },
            "expected_stage": one_of(Stage, "Where the sender believes it to stand: 409 if not."),
            "procedure": one_of(Procedure, "Needed for a new application."),
            "way": one_of(Way, "local if it is left out."),
            "region": words(
                60,
                "A code of Guangdong's divisions (or a name that one alone has), needed for a new "
                "application.",
                format=REGION_FORMAT,
            ),
            "last4": {
                "type": ["string", "null"],
                "pattern": "^[0-9]{3}[0-9Xx]$",
                "description": "Of the identity number; needed for a new application.",
            },
            "name": words(LONGEST["name"], "The applicant's."),
            "phone": words(LONGEST["phone"], "The applicant's."),
            "missing": words(LONGEST["missing"], "Papers that are missing; the person reads it."),
            "at": {
                "type": ["string", "null"],
                "format": "date-time",
                "description": "When the stage was reached, neither before 2000 nor in the future; "
                "now if it is left out.",
            },
        },
    }


def openapi_parts() -> dict[str, Any]:
    """`paths` and `components` of the OpenAPI document."""
    said = {
        200: "Taken, or taken before: the same answer.",
        201: "A new application: its number must reach the person.",
    }
    refused = {
        400: "No key, or no JSON.",
        401: "No token, or one that does not count.",
        403: "Outside the region of this token.",
        404: "No such application, and too little is said for a new one: `faults` says what.",
        409: "It contradicts itself or what stands, or the key was used for another event.",
        413: "Too large.",
        415: "Not application/json.",
        422: "It cannot be taken: `faults` says why.",
    }
    problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
    taken = {"schema": {"$ref": "#/components/schemas/Taken"}}
    responses: dict[str, Any] = {
        str(status): {"description": words, "content": {"application/json": taken}}
        for status, words in said.items()
    }
    responses |= {
        str(status): {"description": words, "content": {PROBLEM: problem}}
        for status, words in refused.items()
    }
    responses["503"] = {"description": "The store is down; send it again with the same key."}
    event = {
        "summary": "Where an application stands",
        "operationId": "tellWhereAnApplicationStands",
        "security": [{"token": []}],
        "parameters": [
            {
                "name": KEY,
                "in": "header",
                "required": True,
                "description": "One for each event; kept for 30 days.",
                "schema": {"type": "string", "pattern": "^[!-~]{1,80}$"},
            }
        ],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Event"}}},
        },
        "responses": responses,
    }
    return {
        "paths": {PATH: {"post": event}},
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Event": event_schema(), **_ANSWERS},
        },
    }


_ANSWERS: dict[str, Any] = {
    "Taken": {
        "type": "object",
        "required": ["number", "stage", "action"],
        "properties": {
            "number": {"type": "string"},
            "stage": {"enum": [one.value for one in Stage]},
            "action": {"enum": ["make", "move", "change", "same"]},
        },
    },
    "Problem": {
        "type": "object",
        "required": ["type", "title", "status", "faults"],
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "faults": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["field", "detail"],
                    "properties": {"field": {"type": "string"}, "detail": {"type": "string"}},
                },
            },
        },
    },
}
