// Shows the line of a file that a problem or a comment is about.
import { showLine } from "./editor.js";

export function enhance(area) {
  const line = Number(area.dataset.line);
  if (line) showLine(area, line);
}
