// A form sent once: on a slow line people press again, and the second press is ignored, whichever
// button of the form it is. The form wakes up after a while, or when the browser shows it again.

const PATIENCE = 15_000; // milliseconds until another try is allowed
const watched = new WeakSet();

export default function start(button) {
  const { form } = button;
  if (!form || watched.has(form)) return;
  watched.add(form);
  let pressed = null;

  const wake = () => {
    pressed?.removeAttribute("aria-disabled");
    pressed = null;
  };

  form.addEventListener("submit", (event) => {
    if (pressed) {
      event.preventDefault();
      return;
    }
    // Marked and not disabled: a disabled button's value would not be sent, and focus would be lost.
    pressed = event.submitter ?? button;
    pressed.setAttribute("aria-disabled", "true");
    setTimeout(wake, PATIENCE);
  });
  window.addEventListener("pageshow", wake);
}
