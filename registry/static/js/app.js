// Starts the modules that a page asks for by data-modul="name"; every page works without them.

const modules = {
  cetak: () => import("./cetak.js"),
  galat: () => import("./galat.js"),
  gambar: () => import("./gambar.js"),
  menu: () => import("./menu.js"),
  salin: () => import("./salin.js"),
  sekali: () => import("./sekali.js"),
  tabel: () => import("./tabel.js"),
};

for (const element of document.querySelectorAll("[data-modul]")) {
  for (const name of element.dataset.modul.split(" ")) {
    modules[name]?.().then((module) => module.default(element));
  }
}
