"""Every page of the console in a real browser: rules S1, S2, S6, S13, S15, S17, S18 and W8.

The pages are found in the router: what another release adds is looked at as soon as it is there.
Here each page is seen once in each scheme, roles and languages take turns; `PROVE=1` looks at every
page x role x scheme x language, and walks every page by Tab on a desk too.
"""

import itertools
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from bot.domain.staff import Role
from bot.i18n import LANGUAGES
from bot.web.rules import Rule, Step
from tests.console_checks import axe_faults, faults, focus_faults, own_faults
from tests.console_site import (
    DESK,
    NARROW,
    SCHEMES,
    ZOOMED,
    Site,
    Visit,
    a_browser,  # noqa: F401 - fixtures
    a_site,  # noqa: F401
    a_visit,  # noqa: F401
)
from tests.killing import PROVE
from tests.test_promise_roles import filled
from tests.test_web_browser import CHROMIUM

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="no Chromium: apt-get install chromium")

NO_PAGES = re.compile(
    r"numbers\.\{format|sheet\.pdf|import\/\{name|\.csv$|/files/|/static/|/numbers/\{file\}|^/staff$|\.xlsx$|\.pdf$|\.ics$"
    r"|/progress$|imports/\{id\}/numbers$"
)
ASKED = {
    "/checklist": "?what=first&who=self&age=adult&kind=sight&household=here&travel=no"
    "&language={language}",
    "/staff/answers/new": "?id=cert.what",
    "/staff/visits/open": "?team=1&day=2036-03-12&half=morning",
}
"""What a form sends along, without which there is no page."""
NOT_FOR_MEMBERS = {"/staff/sign-in", "/staff/code"}
"""Whoever is signed in is led on."""
VISITOR = None
Look = tuple[str, Role | None, str, str]
"""Path, role (None: no session), scheme and language of what is looked at."""
LOCALES = {"zh_Hans": "zh-CN", "zh_Hant": "zh-HK", "en": "en-GB"}


def pages_of(site: Site) -> list[tuple[str, Rule]]:
    """Path and rule of every page of the console, and of those that anybody may open."""
    found = []
    for route in site.web.router.routes():
        assert route.resource
        path = route.resource.canonical
        rule = getattr(route.handler, "rule", None)
        if route.method == "GET" and rule and not rule.quiet and not NO_PAGES.search(path):
            found.append((path, rule))
    return sorted(found, key=lambda one: one[0])


def lookers(path: str, rule: Rule) -> list[Role | None]:
    if rule.step is Step.STRANGER:
        return [VISITOR]
    return [role for role in Role if role in rule.roles and path not in NOT_FOR_MEMBERS]


def looks(site: Site) -> list[Look]:
    """Those of one browser context stand together."""
    found: list[Look] = []
    for at, (path, rule) in enumerate(pages_of(site)):
        roles = lookers(path, rule)
        if PROVE:
            found += [(path, *one) for one in itertools.product(roles, SCHEMES, LANGUAGES)]
        elif roles:
            found += [
                (path, roles[(at + turn) % len(roles)], scheme, LANGUAGES[(at + turn) % 3])
                for turn, scheme in enumerate(SCHEMES)
            ]
    return sorted(found, key=lambda one: (str(one[1]), one[2], one[3], one[0]))


def context_of(browser: Browser, site: Site, look: Look, viewport: Any) -> BrowserContext:
    _path, role, scheme, language = look
    context = browser.new_context(
        viewport=viewport,
        color_scheme=scheme,  # type: ignore[arg-type]
        reduced_motion="reduce",
        locale=LOCALES[language],
    )
    if role:
        context.add_cookies([site.session(f"{role.value}-{language}")])  # type: ignore[list-item]
    return context


def opened(browser: Browser, site: Site, viewport: Any) -> Iterator[tuple[Look, Page, list[str]]]:
    """Each look with its page before it, and what is wrong with its answer."""
    for _who, some in itertools.groupby(looks(site), key=lambda one: one[1:]):
        context = None
        for look in some:
            context = context or context_of(browser, site, look, viewport)
            page = context.pages[0] if context.pages else context.new_page()
            asked = ASKED.get(look[0], "").format(language=look[3])
            address = filled(look[0], site.params) + asked
            answer = page.goto(f"{site.url}{address}")
            assert answer
            wrong = [] if answer.status == 200 else [f"status {answer.status}"]
            if look[0] not in NOT_FOR_MEMBERS and page.url.endswith(("/sign-in", "/code")):
                wrong.append(f"led to {page.url}")
            language = page.locator("html").get_attribute("lang")
            if language != look[3].replace("_", "-"):
                wrong.append(f"speaks {language}")
            yield look, page, wrong
        assert context
        context.close()


def test_every_page_is_looked_at(site: Site) -> None:
    """What is left out is no page, and the two schemes and three languages all have their turn."""
    seen = looks(site)
    paths = {path for path, *_rest in seen}
    assert paths == {path for path, _rule in pages_of(site)} - {"/staff/code"}
    assert {"/said-and-done", "/staff/public", "/checklist", "/staff/sign-in"} <= paths
    for path in paths:
        schemes = {look[2] for look in seen if look[0] == path}
        assert schemes == set(SCHEMES), path
    assert {look[3] for look in seen} == set(LANGUAGES)
    assert {look[1] for look in seen} == {VISITOR, *Role}


def test_every_page_in_both_schemes_on_a_narrow_screen(browser: Browser, site: Site) -> None:
    """S1: at 320 px, where everything is tightest."""
    found = []
    for look, page, wrong in opened(browser, site, NARROW):
        found += [f"{' '.join(map(str, look))}: {one}" for one in (*wrong, *faults(page))]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("viewport", [ZOOMED, DESK] if PROVE else [ZOOMED])
def test_every_page_by_tab(visit: Visit, site: Site, viewport: Any) -> None:
    """W8, S15: at 400 % each stop has its ring, and nothing covers it."""
    page = visit("/staff/account", "administrator-zh_Hans", viewport)
    found = []
    for path, rule in pages_of(site):
        if Role.ADMINISTRATOR in rule.roles:
            page.goto(
                f"{site.url}{filled(path, site.params)}{ASKED.get(path, '').format(language='en')}"
            )
            found += [f"{path}: {one}" for one in (*own_faults(page), *focus_faults(page))]
    assert not found, "\n".join(found)


DEFECTS: dict[str, str] = {
    "no language": "document.documentElement.removeAttribute('lang')",
    "no label": "document.querySelector('label[for=q]').remove()",
    "low contrast": "document.querySelector('caption').style.color = '#999'",
    "no h1": "document.querySelector('h1').outerHTML = '<p>People</p>'",
    "tab order": "document.querySelector('.brand').tabIndex = 5",
    "no status": "document.getElementById('live-words').removeAttribute('role')",
    "assertive": "document.getElementById('live-words').setAttribute('aria-live', 'assertive')",
    "clickable div": "document.querySelector('main').append(Object.assign("
    "document.createElement('div'), {onclick: () => 1, textContent: 'x', "
    "style: 'cursor:pointer'}))",
    "small targets": "document.querySelectorAll('main button').forEach(e => "
    "e.style.cssText = 'min-height:0;height:16px;min-width:0;padding:0')",
    "no ring": "document.head.append(Object.assign(document.createElement('link'), "
    "{rel: 'stylesheet', href: '/staff/no-ring.css'}))",
    "too wide": "document.querySelector('main').style.minWidth = '600px'",
}
"""The eleven of accessibility.md 1.9; axe sees five of them."""


def plant(page: Page, defect: str) -> None:
    page.route(
        "**/no-ring.css",
        lambda route: route.fulfill(body="* { outline: none !important }", content_type="text/css"),
    )
    page.evaluate(DEFECTS[defect])
    page.wait_for_timeout(200)


@pytest.mark.parametrize("defect", DEFECTS)
def test_planted_defects_are_found(visit: Visit, site: Site, defect: str) -> None:
    page = visit("/staff/people", "administrator-zh_Hans", NARROW)
    assert faults(page, keyboard=True) == []
    plant(page, defect)
    assert faults(page, keyboard=True) != [], f"{defect} was not found"


def test_axe_alone_would_not_do(visit: Visit) -> None:
    """Why there are checks of our own."""
    missed = 0
    for defect in DEFECTS:
        page = visit("/staff/people", "administrator-zh_Hans", NARROW)
        plant(page, defect)
        missed += axe_faults(page) == []
    assert missed >= 4
