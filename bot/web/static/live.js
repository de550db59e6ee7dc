// What is new, told politely: rows and focus stay as they are, and it can be paused.
"use strict";

(() => {
  const live = document.getElementById("live");
  if (!live || !window.EventSource) return;
  const words = document.getElementById("live-words");
  const show = document.getElementById("live-show");
  const pause = document.getElementById("live-pause");
  const title = document.title.replace(/^\(\d+\) /, "");
  const PAUSED = "live-paused";
  const ROW = "live-row";
  let source = null;
  let seen = null;

  function tell(event) {
    const told = JSON.parse(event.data);
    const number = `${told.waiting}/${told.arrived}`;
    // What is wrong stands first in the title, before how many wait.
    const calm = !document.querySelector(".fault[data-focus]");
    document.title = told.waiting && calm ? `(${told.waiting}) ${title}` : title;
    if (seen !== null && number !== seen) {
      words.textContent = told.words;
      show.hidden = false;
    }
    seen = number;
  }

  function open() {
    source = new EventSource("/staff/events");
    source.addEventListener("queue", tell);
    // The session is over, or a role that has no queue: the server will not change its mind.
    source.addEventListener("over", () => source.close());
  }

  function draw(paused) {
    pause.setAttribute("aria-pressed", String(paused));
    pause.textContent = paused ? live.dataset.resume : live.dataset.pause;
  }

  pause.addEventListener("click", () => {
    const paused = pause.getAttribute("aria-pressed") !== "true";
    sessionStorage.setItem(PAUSED, paused ? "1" : "");
    draw(paused);
    if (paused) source?.close();
    else open();
  });
  // Shown anew, the list keeps its filters, and whoever was at a row is at that row again.
  function again(event) {
    if (window.location.pathname !== new URL(show.href).pathname) return;
    event.preventDefault();
    if (row) sessionStorage.setItem(ROW, row);
    const address = new URL(window.location.href);
    address.searchParams.delete("said");
    window.location.replace(address);
  }

  let row = "";
  document.addEventListener("focusin", (event) => {
    if (event.target.matches("tbody th a")) row = event.target.pathname;
  });
  show.addEventListener("click", again);
  const before = sessionStorage.getItem(ROW);
  if (before) {
    sessionStorage.removeItem(ROW);
    const links = [...document.querySelectorAll("tbody th a")];
    (links.find((one) => one.pathname === before) ?? document.getElementById("main")).focus();
  }
  live.hidden = false;
  const paused = sessionStorage.getItem(PAUSED) === "1";
  draw(paused);
  if (!paused) open();
  window.addEventListener("pagehide", () => source?.close());
})();
