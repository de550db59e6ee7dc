"""A browser without eyes: follows links, posts forms, checks every page that it ever fetches."""

import re
from html.parser import HTMLParser
from typing import Any

from aiohttp.test_utils import TestClient

_VOID = {"input", "meta", "link", "br", "img", "hr"}
_HEADERS = (
    "Content-Security-Policy",
    "X-Content-Type-Options",
    "Referrer-Policy",
    "Cache-Control",
)


class Page(HTMLParser):
    """One page, taken apart."""

    def __init__(self, status: int, url: str, html: str, headers: Any) -> None:
        super().__init__()
        self.status = status
        self.url = url
        self.html = html
        self.headers = headers
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.words: dict[str, list[str]] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing on {self.url}"
        assert self.open.pop() == tag, f"</{tag}> closes something else on {self.url}"

    def handle_data(self, data: str) -> None:
        if self.open and data.strip():
            self.words.setdefault(self.open[-1], []).append(data.strip())

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]

    def hidden(self, name: str) -> str:
        """The value of a hidden field."""
        return next(field["value"] for field in self.all("input") if field.get("name") == name)


def check(page: Page) -> Page:
    """What holds for every page: structure, names, headers, nothing inline."""
    where = f"{page.url} ({page.status})"
    assert page.open == [], f"left open on {where}: {page.open}"
    (html,) = page.all("html")
    assert html["lang"] in ("zh-Hans", "zh-Hant", "en"), where
    assert len(page.all("h1")) == 1, where
    assert len(page.all("main")) == 1, where
    heading = " ".join(page.words["h1"])
    title = page.words["title"][0]
    assert heading.split()[0] in title, f"{where}: title {title!r}, heading {heading!r}"
    ids = [attributes["id"] for _tag, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids)), f"an id stands twice on {where}"
    labelled = {label.get("for") for label in page.all("label")}
    for field in (*page.all("input"), *page.all("textarea")):
        if field.get("type") != "hidden" and "hidden" not in field:
            assert field.get("id") in labelled, f"no label on {where}: {field}"
    for form in page.all("form"):
        assert form.get("action"), where
    for table in re.findall(r"<table>.*?</table>", page.html, re.DOTALL):
        assert "<caption>" in table, where
        assert 'scope="col"' in table, where
    assert not re.search(r"<script(?![^>]*src=)|\sstyle=|\son\w+=", page.html), where
    for name in _HEADERS:
        assert name in page.headers, f"{name} is missing on {where}"
    return page


class Browser:
    """One member of staff's browser."""

    def __init__(self, client: TestClient[Any, Any]) -> None:
        self.client = client

    async def get(self, url: str, **options: Any) -> Page:
        async with self.client.get(url, **options) as answer:
            return check(
                Page(answer.status, str(answer.url.path), await answer.text(), answer.headers)
            )

    async def post(self, url: str, page: Page | None = None, **fields: str) -> Page:
        """With the hidden fields of the page's forms, as a browser would."""
        hidden = {
            name: page.hidden(name)
            for name in ("csrf", "version")
            if page and any(field.get("name") == name for field in page.all("input"))
        }
        async with self.client.post(url, data={**hidden, **fields}) as answer:
            return check(
                Page(answer.status, str(answer.url.path), await answer.text(), answer.headers)
            )
