// A button that copies data-copy, and says so in its own words (data-done) for a while.
export function enhance(button) {
  if (!navigator.clipboard) return; // not on plain http: the text stands beside it anyway
  const words = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = button.dataset.done;
    setTimeout(() => { button.textContent = words; }, 4000);
  });
}
