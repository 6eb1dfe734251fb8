// Drags an activity to another place in the outline. Up, Down and "Into the module" do the same
// without a script.
export function enhance(outline) {
  const form = document.getElementById(outline.dataset.form);
  let held = null;

  function field(name, value) {
    const input = document.createElement("input");
    input.type = "hidden";
    input.name = name;
    input.value = value;
    form.append(input);
  }

  for (const item of outline.querySelectorAll("[data-module] li[data-key]")) {
    item.draggable = true;
    item.title = outline.dataset.words;
    item.addEventListener("dragstart", (event) => {
      held = item;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", item.dataset.key);
    });
    item.addEventListener("dragend", () => { held = null; mark(null); });
  }

  function mark(target) {
    for (const each of outline.querySelectorAll(".is-target")) each.classList.remove("is-target");
    target?.classList.add("is-target");
  }

  outline.addEventListener("dragover", (event) => {
    const target = event.target.closest("li[data-key]") ?? event.target.closest("[data-module]");
    if (!held || !target || target === held) return;
    event.preventDefault();
    mark(target);
  });
  outline.addEventListener("drop", (event) => {
    const module = event.target.closest("[data-module]");
    if (!held || !module) return;
    event.preventDefault();
    const target = event.target.closest("li[data-key]");
    const others = [...module.querySelectorAll("li[data-key]")].filter((each) => each !== held);
    const place = target && target !== held ? others.indexOf(target) : others.length;
    field("key", held.dataset.key);
    field("module", module.dataset.module);
    field("place", String(place));
    form.requestSubmit();
  });
}
