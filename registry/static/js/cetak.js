// Print button: hidden until this runs, for without JavaScript it could do nothing.

export default function start(button) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
