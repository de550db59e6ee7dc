// Three minutes before a session ends it asks whether one is still there; a key press is enough.
"use strict";

(() => {
  const WARN = 180;
  const dialog = document.getElementById("ending");
  if (!dialog) return;
  const form = dialog.querySelector("form");
  const heading = document.getElementById("ending-words");
  const left = document.getElementById("ending-left");
  let timer = 0;

  async function ask(options) {
    try {
      const answer = await fetch("/staff/session", {
        headers: { Accept: "application/json" }, redirect: "manual", ...options,
      });
      return answer.ok ? await answer.json() : { idle: 0, last: 0 };
    } catch {
      return null; // the network is away: ask again later
    }
  }

  async function look() {
    act(await ask());
  }

  function again(seconds) {
    clearTimeout(timer);
    timer = setTimeout(look, Math.max(seconds, 1) * 1000);
  }

  function act(told) {
    if (told === null) return again(20);
    const seconds = Math.min(told.idle, told.last);
    if (seconds > WARN) {
      if (dialog.open) dialog.close();
      return again(seconds - WARN);
    }
    const final = told.last <= told.idle;
    heading.textContent = final ? heading.dataset.last : heading.dataset.idle;
    form.hidden = final || seconds <= 0;
    const minutes = String(Math.max(Math.ceil(seconds / 60), 1));
    const said = seconds <= 0 ? left.dataset.over : left.dataset.left.replace("{count}", minutes);
    if (left.textContent !== said) left.textContent = said;
    if (!dialog.open) dialog.showModal();
    if (seconds > 0) again(Math.min(20, seconds + 1));
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    act(await ask({ method: "POST", body: new URLSearchParams(new FormData(form)) }));
  });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
  look();
})();
