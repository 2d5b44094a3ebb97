// A chart as a picture for a report: drawn on white with the colours of the page, and downloaded.

const SCALE = 3; // sharp on paper
const STYLES = ["fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin",
  "font-size", "font-weight", "font-family", "text-anchor"];

// The style sheet does not travel with a picture, so each part carries its own colours.
function withOwnStyle(chart) {
  const copy = chart.cloneNode(true);
  const parts = [chart, ...chart.querySelectorAll("*")];
  [copy, ...copy.querySelectorAll("*")].forEach((part, place) => {
    const style = getComputedStyle(parts[place]);
    for (const name of STYLES) part.setAttribute(name, style.getPropertyValue(name));
  });
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  return copy;
}

async function pictureOf(chart) {
  const { width, height } = chart.viewBox.baseVal;
  const copy = withOwnStyle(chart);
  copy.setAttribute("width", width * SCALE);
  copy.setAttribute("height", height * SCALE);
  const image = new Image();
  image.src = `data:image/svg+xml,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = width * SCALE;
  canvas.height = height * SCALE;
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(image, 0, 0);
  return canvas.toDataURL("image/png");
}

export default function start(page) {
  for (const figure of page.querySelectorAll(".figure-chart")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-secondary btn-sm table-tool";
    button.textContent = page.dataset.gambar;
    button.addEventListener("click", async () => {
      const link = document.createElement("a");
      link.href = await pictureOf(figure.querySelector("svg"));
      link.download = `${figure.querySelector("figcaption").textContent}.png`;
      link.click();
    });
    figure.append(button);
  }
}
