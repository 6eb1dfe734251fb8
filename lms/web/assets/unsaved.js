// Asks before leaving a form that was changed and not sent. Browsers show a sentence of their own.
// A form that came back with what was typed, to be gone on with, says so with data-not-saved.
export function enhance(form) {
  let changed = form.querySelector("[data-not-saved]") !== null;
  form.addEventListener("input", () => { changed = true; });
  form.addEventListener("submit", () => { changed = false; });
  addEventListener("beforeunload", (event) => {
    if (changed) event.preventDefault();
  });
}
