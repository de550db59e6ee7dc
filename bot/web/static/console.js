// The console works without this; with it, passwords can be shown and faults get the focus.
"use strict";

function showPasswords() {
  for (const button of document.querySelectorAll("[data-show]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const shown = button.getAttribute("aria-pressed") === "true";
      button.setAttribute("aria-pressed", String(!shown));
      document.getElementById(button.dataset.show).type = shown ? "password" : "text";
    });
  }
}

// What is being written is kept on the server after each pause, so that nothing of it is lost.
function keepDraft() {
  const form = document.querySelector("[data-draft]");
  const words = document.getElementById("words");
  const lint = document.getElementById("lint");
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
showPasswords();
document.querySelector("[data-focus]")?.focus();
