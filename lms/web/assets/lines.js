// Shows the line of a file that a problem or a comment is about.
import { showLine } from "./editor.js";

export function enhance(part) {
  const line = Number(part.dataset.line);
  if (line) showLine(part.querySelector("textarea"), line);
}
