// Tables of a dashboard: each gets a copy button, and headings that sort. The order of the server
// stays the first one, and totals stay below.

const number = (cell) => {
  const digits = cell.textContent.replace(/[^\d,]/g, "").replace(",", ".");
  return digits && !/[<•]/.test(cell.textContent) ? Number(digits) : -1;
};

function value(row, column, isNumber) {
  const cell = row.cells[column];
  return isNumber ? number(cell) : cell.textContent.trim();
}

function sort(table, column, heading) {
  const isNumber = heading.classList.contains("number");
  const up = heading.ariaSort ? heading.ariaSort === "descending" : !isNumber;
  for (const other of heading.parentElement.cells) other.removeAttribute("aria-sort");
  heading.ariaSort = up ? "ascending" : "descending";
  const body = table.tBodies[0];
  const compare = (left, right) => {
    const a = value(left, column, isNumber);
    const b = value(right, column, isNumber);
    const order = isNumber ? a - b : a.localeCompare(b, document.documentElement.lang);
    return up ? order : -order;
  };
  body.append(...[...body.rows].sort(compare));
}

function makeSortable(table) {
  for (const [column, heading] of [...table.tHead.rows[0].cells].entries()) {
    if (heading.querySelector(".visually-hidden")) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sort-link sort-button";
    button.append(...heading.childNodes);
    button.addEventListener("click", () => sort(table, column, heading));
    heading.append(button);
  }
}

// The rows as words; columns of bars say nothing and are left out.
function rowsOf(table) {
  const isBar = [...table.tHead.rows[0].cells].map((cell) => cell.querySelector(".visually-hidden"));
  const plain = (row) => [...row.cells].filter((_, n) => !isBar[n]).map((c) => c.textContent.trim());
  return [...table.rows].map(plain);
}

function asHtml(heading, rows) {
  const whole = document.createElement("div");
  for (const line of heading) {
    const words = document.createElement("p");
    words.textContent = line;
    whole.append(words);
  }
  const made = document.createElement("table");
  whole.append(made);
  for (const row of rows) {
    const line = made.insertRow();
    for (const words of row) line.insertCell().textContent = words;
  }
  return new XMLSerializer().serializeToString(whole);
}

// Above the rows stands what they are of, since a report does not show the page.
async function copy(table, kepala) {
  const rows = rowsOf(table);
  const heading = [table.caption?.textContent ?? "", ...kepala.split("\n")];
  const parts = {
    "text/html": asHtml(heading, rows),
    "text/plain": [...heading, "", ...rows.map((row) => row.join("\t"))].join("\n"),
  };
  const blobs = Object.entries(parts).map(([type, text]) => [type, new Blob([text], { type })]);
  await navigator.clipboard.write([new ClipboardItem(Object.fromEntries(blobs))]);
}

function addCopyButton(frame, table, { salin, selesai, kepala }) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-secondary btn-sm table-tool";
  button.setAttribute("aria-live", "polite");
  const label = () => {
    const name = document.createElement("span");
    name.className = "visually-hidden";
    name.textContent = ` ${table.caption?.textContent ?? ""}`;
    button.replaceChildren(salin, name);
  };
  label();
  button.addEventListener("click", async () => {
    await copy(table, kepala);
    button.textContent = selesai;
    setTimeout(label, 3000);
  });
  frame.after(button);
}

export default function start(page) {
  const canCopy = navigator.clipboard && window.ClipboardItem;
  for (const frame of page.querySelectorAll(".table-frame")) {
    const table = frame.querySelector("table");
    if (!table) continue; // a wide map
    if (table.classList.contains("sorts")) makeSortable(table);
    if (canCopy) addCopyButton(frame, table, page.dataset);
  }
}
