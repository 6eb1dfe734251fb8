// Loads what a page asks for. An element names its parts: <form data-part="once unsaved">.
// Every page works without any of this; a part that fails to load leaves the page as it was.
const parts = {
  copy: () => import("./copy.js"),
  editor: () => import("./editor.js"),
  errors: () => import("./errors.js"),
  job: () => import("./job.js"),
  keys: () => import("./keys.js"),
  lines: () => import("./lines.js"),
  once: () => import("./once.js"),
  outline: () => import("./outline.js"),
  password: () => import("./password.js"),
  unsaved: () => import("./unsaved.js"),
};

for (const element of document.querySelectorAll("[data-part]")) {
  for (const name of element.dataset.part.split(/\s+/)) {
    parts[name]?.().then((part) => part.enhance(element)).catch(() => {});
  }
}
