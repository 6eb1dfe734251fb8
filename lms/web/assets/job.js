// A job under way: asks data-address every two seconds and shows the answer,
//   {"done": 151, "total": 240, "words": "151 of 240 ready", "finished": false}.
// `total` may be null while it is not known. When finished, the page loads itself anew, so that
// the server says what came of it. Stops asking while the page is hidden and after ten failures.
const EVERY = 2000;
const FAILURES = 10;

export function enhance(box) {
  const bar = box.querySelector("progress");
  const words = box.querySelector("label");
  box.querySelector("[data-again]")?.parentElement.remove();
  let failures = 0;

  async function ask() {
    if (!document.hidden) {
      try {
        const answer = await fetch(box.dataset.address, { headers: { Accept: "application/json" } });
        if (!answer.ok) throw new Error(String(answer.status));
        const state = await answer.json();
        failures = 0;
        if (words.textContent !== state.words) words.textContent = state.words;
        if (state.total) {
          bar.max = state.total;
          bar.value = state.done;
        }
        if (state.finished) {
          location.reload();
          return;
        }
      } catch {
        failures += 1;
      }
    }
    if (failures < FAILURES) setTimeout(ask, EVERY);
  }
  setTimeout(ask, EVERY);
}
