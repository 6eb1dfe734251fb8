// The editor of a page: marks at the cursor, a preview that follows, and saving by itself.
// Everything here can be done without a script by the buttons below the text.
const EVERY = 20000;
const PAUSE = 900;

const MARKS = {
  bold: (text) => [`**${text || "…"}**`, 2],
  list: (text) => [(text || "…").split("\n").map((line) => `- ${line}`).join("\n"), 2],
  heading: (text) => [`## ${text || "…"}`, 3],
  table: () => ["| … | … |\n| --- | --- |\n| … | … |", 2],
  cite: (text) => [`${text}[@…]`, text.length + 2],
  term: (text) => [`[[${text || "…"}]]`, 2],
};

const CALLOUTS = {
  indicator: "::: indicator …\n…\n:::",
  caution: "::: caution\n…\n:::",
  case: "::: case\n…\n:::",
  remember: "::: remember\n…\n:::",
  task: "::: task …\n…\n:::\n\n::: answer\n…\n:::",
  "content-note": "::: content-note\nalternative: …\n…\n:::",
  jurisdiction: "::: jurisdiction …\n…\n:::",
};

// Puts the cursor on a line (from 1) and shows it.
export function showLine(area, line) {
  const lines = area.value.split("\n");
  const start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
  area.focus();
  area.setSelectionRange(start, start + (lines[line - 1] ?? "").length);
  area.scrollTop = (area.scrollHeight / lines.length) * Math.max(0, line - 4);
}

export function enhance(editor) {
  const form = document.getElementById(editor.dataset.form);
  const body = form.elements.body;
  const state = form.querySelector("[data-state]");
  const words = editor.dataset;
  let kept = snapshot();
  let busy = false;
  let failing = false;

  function snapshot() {
    const data = new FormData(form);
    for (const name of ["csrf_token", "based_on", "act", "find"]) data.delete(name);
    return JSON.stringify([...data]);
  }

  function put(text, from, length) {
    body.focus();
    const begin = body.selectionStart;
    body.setRangeText(text, begin, body.selectionEnd, "end");
    if (from !== undefined) body.setSelectionRange(begin + from, begin + from + length);
    body.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // Below the line the cursor is on, with an empty line between.
  function block(text) {
    const end = body.value.indexOf("\n", body.selectionEnd);
    const place = end < 0 ? body.value.length : end;
    body.setSelectionRange(place, place);
    const before = body.value.slice(0, place);
    const gap = before === "" || before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n";
    put(`${gap}${text}\n`);
  }

  const bar = editor.querySelector("[role=toolbar]");
  bar.hidden = false;
  bar.addEventListener("click", (event) => {
    const mark = event.target.closest("button")?.dataset.mark;
    if (!mark) return;
    const chosen = body.value.slice(body.selectionStart, body.selectionEnd);
    const [text, from] = MARKS[mark](chosen);
    put(text, from, (chosen || "…").length);
  });
  bar.addEventListener("change", (event) => {
    const { mark } = event.target.dataset;
    const { value } = event.target;
    if (mark === "callout" && value) block(CALLOUTS[value]);
    if (mark === "figure" && value) block(`::: figure ${value}\nalternative: …\ncaption: …\n:::`);
    if (mark === "sound" && value) block(`::: sound ${value}\ntitle: …\n\n**…:** …\n:::`);
    event.target.value = "";
  });

  const shown = editor.querySelector("[data-shown]");
  const count = document.querySelector("[data-count]");
  let waiting;
  let asked = 0;
  async function preview() {
    const number = ++asked;
    const data = new FormData();
    data.set("csrf_token", form.elements.csrf_token.value);
    data.set("body", body.value);
    try {
      const answer = await fetch(words.preview, { method: "POST", body: data });
      if (!answer.ok || number !== asked) return;
      const page = await answer.json();
      // Our own renderer's HTML, cleaned on the server as every lesson is.
      shown.innerHTML = page.html;
      shown.hidden = false;
      editor.querySelector("[data-hint]")?.remove();
      if (count) count.textContent = page.words;
    } catch {
      // Without a connection the last preview stays.
    }
  }
  body.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(preview, PAUSE);
  });
  preview();

  async function save() {
    const now = snapshot();
    if (busy || now === kept) return;
    busy = true;
    const data = new FormData(form);
    data.set("act", "autosave");
    try {
      const answer = await fetch(location.pathname, { method: "POST", body: data, redirect: "error" });
      const said = await answer.json();
      if (said.state === "saved") {
        kept = now;
        form.elements.based_on.value = said.digest;
        const time = new Date().toLocaleTimeString(document.documentElement.lang, { timeStyle: "short" });
        state.textContent = words.saved.replace("%(time)s", time);
      } else if (said.state === "moved") {
        kept = now;
        const link = document.createElement("a");
        link.href = said.address;
        link.textContent = words.both;
        state.replaceChildren(`${words.moved} `, link);
      } else {
        state.textContent = said.words;
      }
      failing = said.state === "refused";
    } catch {
      failing = true;
      state.textContent = words.failed;
    } finally {
      busy = false;
    }
  }
  setInterval(save, EVERY);

  if (words.line) showLine(body, Number(words.line));

  let sent = false;
  form.addEventListener("submit", () => { sent = true; });
  function leave() {
    if (sent || snapshot() === kept) return;
    const data = new FormData(form);
    data.set("act", "autosave");
    // A beacon reaches the server although the page is going.
    if (navigator.sendBeacon(location.pathname, data)) kept = snapshot();
  }
  addEventListener("pagehide", leave);
  addEventListener("beforeunload", (event) => {
    // Only where saving by itself did not work; else nothing is lost by going.
    if (failing && !sent && snapshot() !== kept) event.preventDefault();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") save();
  });
}
