// Elements marked data-key="x" (or "g x": two keys in turn) are pressed or focused by that key.
// Single keys act only outside of fields, without modifiers, and not for who switched them off.
"use strict";

(() => {
  const on = document.body.dataset.keys === "on";
  const sheet = document.getElementById("keys-help");
  let first = "";

  const shown = (element) => element.getClientRects().length > 0 && !element.disabled;
  const marked = () => [...document.querySelectorAll("[data-key]")].filter(shown);

  function writing(element) {
    if (element.isContentEditable || element.matches("textarea, select")) return true;
    return element.matches("input") && !["button", "submit", "checkbox", "radio", "file"].includes(element.type);
  }

  function nameOf(element) {
    const label = element.labels?.[0]?.textContent;
    return (element.getAttribute("aria-label") || label || element.textContent).trim();
  }

  function openSheet() {
    const list = sheet.querySelector("dl");
    list.replaceChildren();
    for (const element of marked()) {
      const row = document.createElement("div");
      const key = document.createElement("dt");
      const words = document.createElement("dd");
      const [one, two] = element.dataset.key.split(" ");
      key.textContent = two
        ? list.dataset.then.replace("{first}", one).replace("{second}", two)
        : one;
      words.textContent = nameOf(element);
      row.append(key, words);
      list.append(row);
    }
    sheet.showModal();
    document.getElementById("keys-help-title").focus();
  }

  function press(element) {
    if (element.dataset.help) return openSheet();
    element.focus();
    if (!writing(element)) element.click();
    else if (element.select) element.select();
  }

  // j and k walk through the lines of a list.
  function walk(step) {
    const lines = [...document.querySelectorAll("main [data-row], main tbody th[scope=row] a")].filter(shown);
    if (!lines.length) return;
    const at = lines.indexOf(document.activeElement);
    const next = at < 0 ? (step > 0 ? 0 : lines.length - 1) : at + step;
    lines[Math.min(Math.max(next, 0), lines.length - 1)].focus();
  }

  function single(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (!on || writing(event.target) || document.querySelector("dialog[open]")) return;
    const key = event.key;
    if (key === "Escape") first = "";
    if (key.length !== 1) return;
    const wanted = first ? `${first} ${key}` : key;
    const all = marked();
    const found = all.find((element) => element.dataset.key === wanted);
    const begins = !first && all.some((element) => element.dataset.key.startsWith(`${key} `));
    first = "";
    if (found) press(found);
    else if (begins) first = key;
    else if (wanted === "j" || wanted === "k") walk(wanted === "j" ? 1 : -1);
    else return;
    event.preventDefault();
  }

  document.addEventListener("keydown", (event) => {
    const words = document.getElementById("words");
    if (event.altKey && event.shiftKey && event.code === "KeyQ") window.location.href = "/staff/";
    if (event.altKey && event.shiftKey && event.code === "KeyR" && words) words.focus();
    if (event.ctrlKey && event.key === "Enter" && event.target.matches("textarea")) {
      event.target.form?.requestSubmit();
    }
    single(event);
  });
  sheet?.querySelector("[data-close]").addEventListener("click", () => sheet.close());
  if (on) {
    for (const element of marked()) {
      const key = element.dataset.key;
      if (!key.includes(" ")) element.setAttribute("aria-keyshortcuts", key);
    }
  }
})();
