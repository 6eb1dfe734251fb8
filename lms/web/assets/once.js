// A form is sent once. The button shows that it has been pressed; coming back to the page with the
// browser's Back button makes it usable again, and so does time, since a form that answers with a
// file leaves the page where it is. The server does not rely on this.
const AGAIN_AFTER = 10000;

export function enhance(form) {
  const buttons = () => form.querySelectorAll("button:not([type=button])");
  function open() {
    delete form.dataset.sent;
    for (const button of buttons()) button.removeAttribute("aria-disabled");
  }
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    for (const button of buttons()) button.setAttribute("aria-disabled", "true");
    setTimeout(open, AGAIN_AFTER);
  });
  addEventListener("pageshow", open);
}
