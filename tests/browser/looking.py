"""What must hold on every page in a real browser, and a watch over what it loads and says."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Dialog, Page, Request

AXE = Axe()

# Everything that is pressed on its own. Left out, as WCAG 2.5.8 does: links inside a sentence or a
# table's line on a desk, and the bare box of a radio or checkbox, whose label is pressed as well.
TARGETS = """() => {
  const PRESSED = "button, select, summary, textarea, input:not([type=hidden]), .btn, .brand,"
    + " .back-link, .chip, .chips-clear, .site-nav a, .site-menu-panel li a, .summary-action a,"
    + " .steps a, .error-summary a, .sort-link, .skip-link, .big-number-link"
    + (innerWidth < 576 ? ", .table-stacked tbody a" : "");
  const found = [];
  for (const element of document.querySelectorAll(PRESSED)) {
    const isBox = element.matches("[type=radio], [type=checkbox]");
    const target = isBox ? element.closest(".choice, label") ?? element : element;
    if (!element.checkVisibility({ visibilityProperty: true })) continue;
    const { width, height } = target.getBoundingClientRect();
    if (height < 43.5 || width < 24) {
      const size = `${Math.round(width)} x ${Math.round(height)}`;
      found.push(`${size}: ${target.outerHTML.slice(0, 90)}`);
    }
  }
  return found;
}"""

WIDE = """() => {
  if (document.documentElement.scrollWidth <= innerWidth) return [];
  const inner = (element) => element.parentElement?.closest(".table-frame, .visually-hidden");
  return [...document.body.querySelectorAll("*")]
    .filter((element) => element.getBoundingClientRect().right > innerWidth + 1 && !inner(element))
    .map((element) => element.outerHTML.slice(0, 90)).slice(0, 3).concat("scrolls sideways");
}"""

# Whatever could act by itself and is not ours: a script, a handler, a frame, a link that runs.
LIVE = """() => {
  const isOurs = (script) => !script.text && new URL(script.src).pathname.startsWith("/aset/");
  const acts = ({ name, value }) =>
    name.startsWith("on") || name === "style" || /^\\s*(javascript|vbscript):/i.test(value)
      && /(href|src|action|data)$/.test(name);
  return [...document.querySelectorAll("*")].filter((element) =>
    element.matches("script") ? !isOurs(element)
      : element.matches("iframe, frame, object, embed, base, style, meta[http-equiv]")
        || [...element.attributes].some(acts)
  ).map((element) => element.outerHTML.slice(0, 90));
}"""

NAVIGATION = ".site-header, .site-footer, .print-toolbar, .skip-link, .page-actions"


class Watch:
    """Collects what no page may do: console errors (a refused style or script is one), scripts
    that fail, windows that open by themselves, and requests that leave the machine."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.complaints: list[str] = []

    def over(self, page: Page) -> None:
        page.on("console", self._note_console)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.on("request", self._note_request)
        page.on("dialog", self._note_dialog)

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        if "Failed to load resource" in message.text and "/aset/" not in message.location["url"]:
            return  # a page answered with a status that its test expects
        self.complaints.append(f"{message.location['url']}: {message.text}")

    def _note_dialog(self, dialog: Dialog) -> None:
        self.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _note_request(self, request: Request) -> None:
        if not request.url.startswith((self.address, "data:")):
            self.complaints.append(f"off the machine: {request.url}")


def faults(page: Page, widths: tuple[int, ...] = (320, 360, 1280)) -> list[str]:
    """What is wrong with the page that is open, at each width and on paper; empty when nothing."""
    found = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": 800})
        found += [f"{width}: {one}" for one in page.evaluate(WIDE)]
        found += [f"{width}: target {one}" for one in page.evaluate(TARGETS)]
        if width != 320:
            found += [f"{width}: {one}" for one in accessibility_faults(page)]
    found += _frame_faults(page)
    return [f"{page.url} {one}" for one in found]


def accessibility_faults(page: Page) -> list[str]:
    """What axe finds, each with the first element it stands on."""
    violations: list[dict[str, Any]] = AXE.run(page).response["violations"]
    return [f"{v['id']}: {v['nodes'][0]['html'][:160]}" for v in violations]


def _frame_faults(page: Page) -> list[str]:
    found = []
    if page.locator("h1").count() != 1:
        found.append(f"{page.locator('h1').count()} h1")
    if page.locator("html").get_attribute("lang") not in ("id", "en"):
        found.append("no language")
    page.emulate_media(media="print")
    if page.locator(NAVIGATION).locator("visible=true").count():
        found.append("the printed page shows navigation")
    if not page.locator("h1").first.is_visible():
        found.append("the printed page lacks its h1")
    page.emulate_media(media="screen")
    return found
