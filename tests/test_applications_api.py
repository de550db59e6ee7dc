"""POST /api/applications/events, over HTTP: as described, once each, never a contradiction."""

import asyncio
import json
import unicodedata
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    positive_data_acceptance,
    response_schema_conformance,
    status_code_conformance,
)

from bot.domain.application_rows import LONGEST
from bot.domain.references import APPLICATION, APPLICATION_GROUPS, new_reference
from bot.domain.stages import Stage
from bot.front_door import front_door
from bot.health import openapi
from bot.storage import applications as stored
from bot.web import make_api
from bot.web.api import KEY, NUMBER_FORMAT, PATH, REGION_FORMAT
from tests.clerk import a_clerk
from tests.stage import KNOWN
from tests.test_console import Office, office

__all__ = ["office"]  # a fixture
NEW = {"procedure": "first", "region": "440103004", "last4": "1234", "name": "陈大文"}


class System:
    """Another system with its token."""

    def __init__(self, client: TestClient[Any, Any], token: str) -> None:
        self.client = client
        self.token = token
        self.keys = 0

    async def sends(self, event: Any, key: str = "", **headers: str) -> tuple[int, Any]:
        self.keys += 1
        sent = {KEY: key or f"k{self.keys}", "Authorization": f"Bearer {self.token}", **headers}
        data = event if isinstance(event, bytes) else json.dumps(event).encode()
        sent.setdefault("Content-Type", "application/json")
        async with self.client.post(PATH, data=data, headers=sent) as answer:
            body = await answer.json(content_type=None)
            wanted = "application/json" if answer.status < 300 else "application/problem+json"
            assert answer.content_type == wanted
            return answer.status, body


def token(office: Office, name: str = "pingcan", region: str = "44") -> str:
    made = office.do(lambda services: services.application_sources.add_system(name, region))
    assert made
    return str(made)


@pytest.fixture
async def client(office: Office) -> AsyncIterator[TestClient[Any, Any]]:
    app = web.Application()
    front_door(app, secure=False)
    app.router.add_routes(make_api(office))
    async with TestClient(TestServer(app)) as made:
        yield made


@pytest.fixture
def system(client: TestClient[Any, Any], office: Office) -> System:
    return System(client, token(office))


def standing(office: Office, number: str) -> Any:
    return office.database.write_now(lambda connection: stored.by_number(connection, number))


async def test_made_moved_and_again(system: System, office: Office) -> None:
    status, body = await system.sends({**NEW, "outside": "X-1", "stage": "accepted"}, "one")
    assert (status, body["action"]) == (201, "make")
    again = await system.sends({**NEW, "outside": "X-1", "stage": "accepted"}, "one")
    assert again == (201, body), "the same key: the same answer, and nothing done"
    number = body["number"]
    assert standing(office, number).name == "陈大文"
    status, body = await system.sends({"outside": "X-1", "stage": "sent"})
    assert (status, body) == (200, {"number": number, "stage": "sent", "action": "move"})
    status, body = await system.sends({"number": number, "stage": "sent"})
    assert (status, body["action"]) == (200, "same")
    assert len(standing(office, number).reached) == 2


async def test_contradictions_are_refused_and_change_nothing(
    system: System, office: Office
) -> None:
    _status, body = await system.sends({**NEW, "outside": "X-1", "stage": "review"}, "one")
    number = body["number"]
    other = await system.sends({**NEW, "outside": "X-2", "stage": "review"})
    for event in (
        {"number": number, "stage": "sent", "expected_stage": "accepted"},
        {"number": number, "stage": "approved", "procedure": "renewal"},
        {"number": number, "stage": "approved", "last4": "4321"},
        {"number": number, "stage": "ended"},
        {"number": number, "outside": "X-2", "stage": "approved"},
        {"number": number, "stage": "approved",
         "at": (office.now - timedelta(days=3)).isoformat()},
        {"number": new_reference("A", 5), "outside": "X-1", "stage": "approved"},
    ):  # fmt: skip
        status, problem = await system.sends(event)
        assert status == 409, (event, problem)
        assert problem["faults"]
    assert standing(office, number).stage is Stage.REVIEW
    assert standing(office, other[1]["number"]).stage is Stage.REVIEW
    status, problem = await system.sends({"number": number, "stage": "approved"}, "one")
    assert status == 409, "the key belongs to another event"
    status, _body = await system.sends({"number": number, "stage": "ended"}, "two")
    assert status == 409
    status, _body = await system.sends({"number": number, "stage": "approved"}, "two")
    assert status == 200, "what was refused has not used its key up"


async def test_what_cannot_be_read(system: System) -> None:
    for event, status in (
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b"[" * 5000, 400),
        (b'{"stage": NaN}', 400),
        ([], 422),
        ({"stage": "flying", "outside": "x"}, 422),
        ({"stage": "sent"}, 422),
        ({"stage": "sent", "outside": 7}, 422),
        ({"stage": "sent", "outside": "x", "more": "y"}, 422),
        ({"stage": "sent", "number": "A2"}, 422),
        ({"stage": "sent", "outside": "a\x00b"}, 422),
        ({**NEW, "stage": "sent", "outside": "x", "name": "张\ud83d"}, 422),
        ({"stage": "sent", "outside": " \u3000"}, 422),
        ({**NEW, "stage": "notice", "procedure": "renewal", "outside": "x"}, 409),
        ({"stage": "accepted", "outside": "x"}, 404),
        ({**NEW, "stage": "accepted", "outside": "x", "at": "2999-01-01T00:00:00Z"}, 422),
        ({**NEW, "stage": "accepted", "outside": "x", "region": "990103"}, 422),
        (b'{"stage": "' + b"x" * 70_000 + b'"}', 413),
    ):
        assert (await system.sends(event))[0] == status, event
    assert (await system.sends({}, **{"Content-Type": "text/plain"}))[0] == 415
    assert (await system.sends({}, "k k"))[0] == 400
    assert (await system.sends({}, Authorization="Bearer wrong"))[0] == 401
    assert (await system.sends({}, Authorization="Basic eDp5"))[0] == 401


async def test_a_token_ends_at_its_region_and_when_revoked(
    system: System, client: TestClient[Any, Any], office: Office
) -> None:
    _status, body = await system.sends({**NEW, "outside": "X-1", "stage": "accepted"})
    shenzhen = System(client, token(office, "shenzhen", "4403"))
    for event in (
        {**NEW, "outside": "X-9", "stage": "accepted"},
        {"number": body["number"], "stage": "sent"},
    ):
        status, _problem = await shenzhen.sends(event)
        assert status == 403
    office.do(lambda services: services.application_sources.revoke("shenzhen"))
    status, _problem = await shenzhen.sends({**NEW, "region": "440305006", "stage": "accepted"})
    assert status == 401


async def test_twenty_at_once_with_one_key_do_one_thing(system: System, office: Office) -> None:
    event = {**NEW, "outside": "X-1", "stage": "accepted"}
    answers = await asyncio.gather(*(system.sends(event, "same") for _at in range(20)))
    assert {status for status, _body in answers} == {201}
    assert len({body["number"] for _status, body in answers}) == 1


async def test_twenty_at_once_with_keys_of_their_own_make_one(
    system: System, office: Office
) -> None:
    event = {**NEW, "outside": "X-1", "stage": "accepted"}
    answers = await asyncio.gather(*(system.sends(event) for _at in range(20)))
    statuses = Counter(status for status, _body in answers)
    assert statuses[201] == 1, statuses
    assert set(statuses) <= {200, 201, 409}
    again = await system.sends(event)
    assert (again[0], again[1]["action"]) == (200, "same")


def test_the_tokens_are_not_stored(office: Office) -> None:
    made = token(office)
    rows = office.do(lambda services: services.application_sources.systems(a_clerk(services)))
    assert made not in repr(rows)


CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
    positive_data_acceptance,
]
schemathesis.openapi.format(
    NUMBER_FORMAT, st.builds(lambda: new_reference(APPLICATION, APPLICATION_GROUPS))
)
schemathesis.openapi.format(
    REGION_FORMAT,
    st.sampled_from([one for one in sorted(KNOWN.regions.by_code) if one[:2] == "44"]),
)


def what_no_schema_says(body: Any) -> None:
    """The day lies between 2000 and now; lengths are those of the words after NFKC."""
    if body.get("at"):
        body["at"] = f"20{body['at'][2:4]}{body['at'][4:]}"
        assume(body["at"] < "2026")
    for name, longest in LONGEST.items():
        assume(len(unicodedata.normalize("NFKC", body.get(name) or "")) <= longest)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
async def test_it_is_as_its_description_says(
    client: TestClient[Any, Any], office: Office, mode: GenerationMode
) -> None:
    """schemathesis: what it says is what it answers, whatever is sent."""
    made = token(office)
    base = str(client.make_url("")).rstrip("/")
    schema = schemathesis.openapi.from_dict(openapi()).include(path=PATH)
    (found,) = schema.get_all_operations()
    seen: Counter[int] = Counter()

    @settings(
        max_examples=150, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(case=found.ok().as_strategy(generation_mode=mode))
    def told(case: Any) -> None:
        if mode is GenerationMode.POSITIVE:
            what_no_schema_says(case.body)
        headers = {"Authorization": f"Bearer {made}"}
        answer = case.call(base_url=base, headers=headers)
        seen[answer.status_code] += 1
        case.validate_response(answer, headers=headers, checks=CHECKS)

    await asyncio.to_thread(told)
    assert sum(seen.values()) >= 100
    assert not [status for status in seen if status >= 500]
