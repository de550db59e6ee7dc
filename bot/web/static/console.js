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

showPasswords();
document.querySelector("[data-focus]")?.focus();
