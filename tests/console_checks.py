"""What must hold for every page of the console in a real browser (accessibility rules S1 to S18).

`faults` is axe-core and the checks of ours together: axe alone finds about half of what can be
wrong. tests/test_console_browser.py plants eleven defects to show that none slips through.
"""

from typing import Any

from axe_playwright_python.sync_playwright import Axe

from tests.browser_checks import FOCUS_FAULTS, OVERFLOWS

LEAST_TARGET = 44
"""Pixels, for buttons and links that stand alone (W9); links inside a sentence may be lower."""
MOST_STOPS = 80
# On a phone a table's heading is out of sight: each cell has its words beside it.
TOO_WIDE = OVERFLOWS.replace("'.unseen,", "'thead, .unseen,")

PAGE_FAULTS = """least => {
  const faults = [], all = (what, where = document) => [...where.querySelectorAll(what)];
  const seen = e => e.getClientRects().length > 0;
  const told = e => e.outerHTML.slice(0, 100);
  const say = (what, e) => faults.push(what + ': ' + told(e));
  if (all('h1').length !== 1) faults.push('not exactly one h1');
  if (all('main').length !== 1) faults.push('not exactly one main');
  if (!document.documentElement.lang) faults.push('no language');
  const first = document.querySelector('a, button, input, select, textarea');
  // A sheet to print has nothing before its content that one would wish to skip.
  if (all('header, nav').length && (!first || !first.matches('.skip[href="#main"]')))
    faults.push('no skip link first');
  for (const table of all('table')) {                                                      // S2
    if (!table.caption || !table.caption.textContent.trim()) say('table without caption', table);
    for (const th of all('th', table)) if (!th.scope) say('th without scope', th);
  }
  for (const e of all('[aria-live=assertive]')) say('assertive', e);                       // S3
  for (const e of all('[role=alert]')) if (!e.matches('.fault')) say('alert that is no fault', e);
  const live = document.getElementById('live');
  if (live && (document.getElementById('live-words') || {}).role !== 'status')
    faults.push('news are not told by a status');
  for (const e of all('.good')) if (e.getAttribute('role') !== 'status') say('no status', e); // S7
  const pretend = '[onclick], [role=button]:not(button), div[tabindex="0"], span[tabindex="0"]';
  for (const e of all(pretend)) say('not a real button', e); // S13
  for (const e of all('div, span, td, p'))
    if (getComputedStyle(e).cursor === 'pointer' && !e.closest('a, button, label, summary, select'))
      say('looks clickable and is not', e);
  for (const e of all('[tabindex]')) if (e.tabIndex > 0) say('tab order', e);
  for (const e of all('[draggable=true]')) say('drag', e);
  for (const e of all('[title]:not(time)')) say('told by a title only', e);
  for (const e of all('.state')) if (!e.textContent.trim()) say('state without words', e); // S6
  for (const e of all('[role=dialog]:not(dialog)')) say('no native dialog', e);            // S8
  for (const e of all('time')) if (!e.dateTime || !e.textContent.trim()) say('time', e);   // S17
  for (const e of all('svg.chart')) {                                                      // S18
    const next = [...document.querySelectorAll('table')].some(
      t => e.compareDocumentPosition(t) & Node.DOCUMENT_POSITION_FOLLOWING);
    if (e.getAttribute('role') !== 'img' || !next) say('chart without a table', e);
  }
  for (const e of all('input[type=password], #code'))                                      // S10
    if (!e.autocomplete || e.autocomplete === 'off' || e.getAttribute('onpaste'))
      say('not for password managers', e);
  for (const e of all('button, a, input:not([type=hidden]), select, textarea, summary')) {
    if (!seen(e) || e.closest('.skip')) continue;
    const box = e.getBoundingClientRect();
    const inText = e.matches('a') && e.closest('p, li, dd, td') && !e.matches('.button');
    const floor = inText ? 20 : e.matches('[type=checkbox], [type=radio]') ? 24 : least;
    if (box.height < floor - 0.5 || (!inText && box.width < floor - 0.5))
      faults.push(`small ${Math.round(box.width)}x${Math.round(box.height)}: ` + told(e));
  }
  return faults;
}"""


WHERE = """() => { const e = document.activeElement; return e === document.body ? -1 :
  [...document.querySelectorAll('*')].indexOf(e); }"""


def axe_faults(page: Any) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {[node['html'][:90] for node in one['nodes']]}" for one in found]


def own_faults(page: Any) -> list[str]:
    """Everything that axe does not see, but for the focus."""
    return [*page.evaluate(PAGE_FAULTS, LEAST_TARGET), *page.evaluate(TOO_WIDE)]


def focus_faults(page: Any) -> list[str]:
    """Press Tab through the whole page: each stop has a ring, in sight, and is a control."""
    page.evaluate("window.scrollTo(0, 0); document.activeElement.blur()")
    found, seen = [], set()
    for _stop in range(MOST_STOPS):
        page.keyboard.press("Tab")
        here, told = page.evaluate(f"() => [({WHERE})(), ({FOCUS_FAULTS})()]")
        if here < 0 or here in seen:
            return found
        seen.add(here)
        # A browser brings the line with the caret into sight, not the whole of a tall field.
        found += [one for one in told if not one.startswith("out of sight: <textarea")]
    return found


def faults(page: Any, *, keyboard: bool = False) -> list[str]:
    """Whatever is wrong with the page as it stands."""
    found = [*axe_faults(page), *own_faults(page)]
    return [*found, *focus_faults(page)] if keyboard else found
