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

function followImport() {
  const job = document.getElementById("import");
  if (!job) return;
  const ask = async () => {
    try {
      const answer = await fetch(job.dataset.progress);
      const told = await answer.json();
      if (told.state !== job.dataset.state) {
        window.location.reload();
        return;
      }
      document.getElementById("progress").value = told.done;
      document.getElementById("progress-done").textContent = String(told.done);
    } catch {
      // The next look may reach it again.
    }
    setTimeout(ask, 1500);
  };
  setTimeout(ask, 1500);
}

followImport();
showPasswords();
document.querySelector("[data-focus]")?.focus();
