// After a refused POST the list of what to mend takes the focus, so that it is read first.
export function enhance(summary) {
  summary.focus();
}
