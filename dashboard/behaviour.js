// What the framework leaves out: the language of the page, a way past the menu, charts that survive printing, and the
// way back to the page that was asked for before a login. No data come in here; what is asked stands in the marker.
(() => {
  const marker = document.querySelector(".behaviour");
  if (!marker) return;
  document.documentElement.lang = marker.dataset.language;

  // A login ends on the first page: the address of the page before it waits in this tab.
  const back = "tthcBack";
  if (marker.dataset.comeBack) {
    sessionStorage.setItem(back, location.pathname + location.search);
    return;
  }
  const asked = sessionStorage.getItem(back);
  sessionStorage.removeItem(back);
  if (asked && /^\/(?!\/)/.test(asked) && asked !== location.pathname + location.search) location.replace(asked);

  // The menu has a link for every page: the first press of Tab offers to go past it.
  const skip = document.querySelector("body > a.skip") || document.createElement("a");
  skip.className = "skip";
  skip.href = "#main";
  skip.textContent = marker.dataset.skip;
  skip.onclick = (press) => {
    press.preventDefault();
    const main = document.querySelector(".stMain");
    main.tabIndex = -1;
    main.focus();
  };
  document.body.prepend(skip);

  // A chart is drawn again when its place changes, which takes longer than printing waits: a still copy is printed.
  if (window.tthcPrints) return;
  window.tthcPrints = true;
  const forget = () => document.querySelectorAll(".printed").forEach((copy) => copy.remove());
  const copy = () => {
    document.querySelectorAll(".stVegaLiteChart svg.marks").forEach((drawn) => {
      const place = drawn.closest(".stElementContainer");
      if (place.querySelector(".printed")) return;
      const still = document.createElement("div");
      const [width, height] = [drawn.getAttribute("width"), drawn.getAttribute("height")];
      const image = drawn.cloneNode(true);
      if (!image.getAttribute("viewBox")) image.setAttribute("viewBox", `0 0 ${width} ${height}`);
      ["width", "height", "style"].forEach((name) => image.removeAttribute(name));
      image.style.maxWidth = `${1.5 * width}px`;
      still.className = "printed";
      still.append(image);
      place.append(still);
    });
  };
  window.addEventListener("beforeprint", copy);
  window.addEventListener("afterprint", forget);
  window.matchMedia("print").addEventListener("change", (asked) => (asked.matches ? copy() : forget()));
})();
