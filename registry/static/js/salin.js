// Copy button: puts the text of the element named by data-salin on the clipboard and says so.

export default function start(button) {
  const source = document.getElementById(button.dataset.salin);
  if (!source || !navigator.clipboard) return;
  const label = button.textContent;
  button.hidden = false;
  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(source.textContent.trim());
    button.textContent = button.dataset.selesai;
    setTimeout(() => (button.textContent = label), 3000);
  });
}
