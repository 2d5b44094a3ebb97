// A chart or a map as a picture for a report: drawn on white with the colours of the page, and downloaded.

const SCALE = 3; // sharp on paper
const TEXT = 11;
const LINE = 15;
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

// The lines of a text that are no wider than the picture.
function wrap(pen, text, width) {
  const lines = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line ? `${line} ${word}` : word;
    if (line && pen.measureText(longer).width > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}

// Title, area, period, filters and source above the chart.
function headingFor(pen, texts, width) {
  const font = `${TEXT * SCALE}px ${getComputedStyle(document.body).fontFamily}`;
  pen.font = `bold ${font}`;
  const lines = texts.flatMap((text) => wrap(pen, text, width));
  const step = LINE * SCALE;
  return {
    height: (lines.length + 1) * step,
    write() {
      pen.fillStyle = "#000";
      lines.forEach((line, place) => {
        pen.font = place ? font : `bold ${font}`;
        pen.fillText(line, 0, (place + 1) * step);
      });
    },
  };
}

async function pictureOf(chart, texts) {
  const { width, height } = chart.viewBox.baseVal;
  const copy = withOwnStyle(chart);
  copy.setAttribute("width", width * SCALE);
  copy.setAttribute("height", height * SCALE);
  const image = new Image();
  image.src = `data:image/svg+xml,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d");
  const heading = headingFor(pen, texts, width * SCALE);
  canvas.width = width * SCALE;
  canvas.height = height * SCALE + heading.height;
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  heading.write();
  pen.drawImage(image, 0, heading.height);
  return canvas.toDataURL("image/png");
}

export default function start(page) {
  for (const figure of page.querySelectorAll(".figure-chart, .map")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-secondary btn-sm table-tool";
    button.textContent = page.dataset.gambar;
    button.addEventListener("click", async () => {
      const link = document.createElement("a");
      const title = figure.querySelector("figcaption").textContent;
      const texts = [title, ...page.dataset.kepala.split("\n")];
      link.href = await pictureOf(figure.querySelector("svg"), texts);
      link.download = `${title}.png`;
      link.click();
    });
    figure.append(button);
  }
}
