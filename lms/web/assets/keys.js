// Keys of a lesson: n goes to the next page, p to the one before. They are letters alone, so they can
// be turned off (WCAG 2.1.4), never work with Ctrl, Alt or Meta, and never in a field. The line that
// says so carries data-before, data-after, and the words of its button (data-off, data-on).
const KEPT = "bekal-keys";

function isOn() {
  try {
    return localStorage.getItem(KEPT) !== "off";
  } catch {
    return true;
  }
}

export function enhance(line) {
  const button = line.querySelector("button");
  let on = isOn();
  function show() {
    button.textContent = on ? line.dataset.off : line.dataset.on;
  }
  button.addEventListener("click", () => {
    on = !on;
    try {
      localStorage.setItem(KEPT, on ? "on" : "off");
    } catch { /* kept for this page only */ }
    show();
  });
  document.addEventListener("keydown", (event) => {
    if (!on || event.defaultPrevented || event.repeat || event.isComposing) return;
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    if (event.target.closest?.("input, textarea, select, [contenteditable]")) return;
    const address = { n: line.dataset.after, p: line.dataset.before }[event.key];
    if (address) location.assign(address);
  });
  show();
  line.hidden = false;
}
