// Error summary: takes the focus, so that a screen reader reads it and the keyboard starts there.
// Its links put the cursor into the field and keep the field's label in sight.

export default function start(summary) {
  summary.focus();
  summary.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    const control = link && document.getElementById(link.hash.slice(1));
    if (!control) return;
    event.preventDefault();
    const group = control.closest("fieldset");
    const label = group?.querySelector("legend") ?? control.labels?.[0] ?? control;
    label.scrollIntoView();
    control.focus({ preventScroll: true });
  });
}
