// Escape closes the menu of small screens, and the keyboard stays at its button.

export default function start(menu) {
  document.addEventListener("keyup", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}
