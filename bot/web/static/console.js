// The console works without this; with it, the queue tells what is new, and keys help.
"use strict";

const byId = (id) => document.getElementById(id);

function followQueue() {
  const news = byId("news");
  if (!news || !window.EventSource) return;
  const pause = byId("pause");
  const reload = byId("reload");
  let source = null;
  const open = () => {
    source = new EventSource("/staff/events");
    source.addEventListener("queue", (event) => {
      const told = JSON.parse(event.data);
      if (String(told.waiting) === news.dataset.waiting) return;
      // The rows stay as they are: whoever reads one must not lose it.
      news.dataset.waiting = String(told.waiting);
      news.textContent = told.words;
      reload.hidden = false;
    });
  };
  pause.hidden = false;
  pause.addEventListener("click", () => {
    const paused = pause.getAttribute("aria-pressed") === "true";
    pause.setAttribute("aria-pressed", String(!paused));
    if (paused) open();
    else source.close();
  });
  open();
}

function showPasswords() {
  for (const button of document.querySelectorAll("[data-show]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const shown = button.getAttribute("aria-pressed") === "true";
      button.setAttribute("aria-pressed", String(!shown));
      byId(button.dataset.show).type = shown ? "password" : "text";
    });
  }
}

function listenToKeys() {
  document.addEventListener("keydown", (event) => {
    const words = byId("words");
    if (event.altKey && event.shiftKey && event.code === "KeyQ") window.location.href = "/staff/";
    if (event.altKey && event.shiftKey && event.code === "KeyR" && words) words.focus();
    if (event.ctrlKey && event.key === "Enter" && words && document.activeElement === words) {
      words.form.requestSubmit();
    }
  });
}

// What is being written is kept on the server after each pause, so that nothing of it is lost.
function keepDraft() {
  const form = document.querySelector("[data-draft]");
  const words = byId("words");
  const lint = byId("lint");
  if (!form || !words || !lint) return;
  let timer = null;
  let kept = words.value;
  const keep = async () => {
    if (words.value === kept) return;
    const sent = words.value;
    const fields = new URLSearchParams();
    for (const name of ["csrf", "speaks"]) fields.set(name, form.elements[name].value);
    fields.set("words", sent);
    try {
      const answer = await fetch(form.dataset.draft, { method: "POST", body: fields });
      if (!answer.ok) return;
      kept = sent;
      show(await answer.json());
    } catch {
      // Offline: the words stand in the box, and are tried again with the next character.
    }
  };
  const show = (told) => {
    const list = document.createElement("ul");
    for (const fault of told.lint) {
      const line = document.createElement("li");
      line.textContent = fault;
      list.append(line);
    }
    const note = document.createElement("p");
    note.textContent = told.kept;
    lint.replaceChildren(...(told.lint.length ? [list, note] : [note]));
  };
  words.addEventListener("input", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(keep, 800);
  });
}

keepDraft();
followQueue();
showPasswords();
listenToKeys();
document.querySelector("[data-focus]")?.focus();
