// Shows what is written in a password field while the button is pressed in. Hidden again when the
// form is sent, so that browsers do not keep the text as an ordinary field.
export function enhance(box) {
  const field = box.querySelector("input");
  const button = box.querySelector("button");
  function show(visible) {
    field.type = visible ? "text" : "password";
    button.setAttribute("aria-pressed", String(visible));
    button.textContent = visible ? button.dataset.hide : button.dataset.show;
  }
  button.hidden = false;
  button.addEventListener("click", () => show(field.type === "password"));
  field.form?.addEventListener("submit", () => show(false));
}
