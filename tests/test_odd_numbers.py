"""Numbers and days that nobody meant: a page that says so, never a crash."""

from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from tests.test_visits_console import County, Office, client, member, office

__all__ = ["client", "office"]  # fixtures
HUGE = "9" * 20


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/staff/visits/open?team=1&day=2003-01-01", 200),
        (f"/staff/visits/open?team={HUGE}&day=2026-03-05", 404),
        ("/staff/visits/numbers?first=9999-10&last=9999-12", 404),
        ("/staff/audit?until=9999-12-31", 422),
        ("/staff/audit?since=0001-01-01", 422),
        (f"/staff/audit?before={HUGE}", 404),
        (f"/staff/?page={HUGE}", 200),
    ],
)
async def test_pages(client: TestClient[Any, Any], office: Office, path: str, status: int) -> None:
    County(office).opens()
    browser = await member(client, office, role="administrator")
    assert (await browser.get(path)).status == status


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        (f"/staff/public/{HUGE}/withdraw", {}),
        (f"/staff/views/{HUGE}/remove", {}),
        ("/staff/stuck/retry", {"kind": "said", "id": HUGE}),
        ("/staff/answers/cert.what/unlink", {"way": HUGE}),
    ],
)
async def test_forms(
    client: TestClient[Any, Any], office: Office, path: str, fields: dict[str, str]
) -> None:
    browser = await member(client, office, role="administrator")
    page = await browser.get("/staff/")
    assert (await browser.post(path, page, **fields)).status == 404
