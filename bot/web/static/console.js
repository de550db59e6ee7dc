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

function followImport() {
  const job = byId("import");
  if (!job) return;
  const ask = async () => {
    try {
      const answer = await fetch(job.dataset.progress);
      const told = await answer.json();
      if (told.state !== job.dataset.state) {
        window.location.reload();
        return;
      }
      byId("progress").value = told.done;
      byId("progress-done").textContent = String(told.done);
    } catch {
      // The next look may reach it again.
    }
    setTimeout(ask, 1500);
  };
  setTimeout(ask, 1500);
}

followQueue();
followImport();
showPasswords();
listenToKeys();
document.querySelector("[data-focus]")?.focus();
