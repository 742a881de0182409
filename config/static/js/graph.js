// The research graph on a page: neighbours light up, arrow keys walk, and once asked for it zooms. All else works without.

const middle = (element) => {
  const box = element.getBoundingClientRect();
  return [box.left + box.width / 2, box.top + box.height / 2];
};

// The nearest of the others in the direction of an arrow key, at most half a right angle off it.
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
export const nearestTowards = (key, from, others, at) => {
  const [dx, dy] = ARROWS[key];
  const [x, y] = at(from);
  let best = null;
  let least = Infinity;
  for (const other of others) {
    if (other === from) continue;
    const [ox, oy] = at(other);
    const along = (ox - x) * dx + (oy - y) * dy;
    const aside = Math.abs((ox - x) * dy) + Math.abs((oy - y) * dx);
    if (along <= 0 || aside > along) continue;
    const far = along + 2 * aside;
    if (far < least) [best, least] = [other, far];
  }
  return best;
};

const enliven = (svg, figure) => {
  const nodes = [...svg.querySelectorAll("[data-n]")];
  const edges = [...svg.querySelectorAll("[data-e]")].map((element) => [element, ...element.dataset.e.split(" ").map(Number)]);
  const byNumber = new Map(nodes.map((node) => [Number(node.dataset.n), node]));
  const expand = figure.querySelector("[data-expand]");
  let lit = [];

  const dark = () => {
    for (const element of lit) element.classList.remove("lit");
    lit = [];
    svg.classList.remove("graph-lit");
  };
  const light = (element) => {
    dark();
    const ends = element.dataset.e ? element.dataset.e.split(" ").map(Number) : [Number(element.dataset.n)];
    lit = ends.map((end) => byNumber.get(end));
    for (const [edge, a, b] of edges) {
      if (element.dataset.e ? edge !== element : a !== ends[0] && b !== ends[0]) continue;
      lit.push(edge, byNumber.get(a), byNumber.get(b));
    }
    for (const one of lit) one?.classList.add("lit");
    svg.classList.add("graph-lit");
    offer(element);
  };
  // What was looked at last can be expanded where there is room: the kind stands in its class, the id in its address.
  const offer = (element) => {
    const kind = element.getAttribute("class")?.match(/graph-(person|paper|topic|institution)/)?.[1];
    const id = element.getAttribute("href")?.split("/")[2];
    if (!expand || !kind || !id) return;
    const address = new URL(figure.dataset.explore, location.href);
    address.searchParams.set("open", `${address.searchParams.get("open")},${kind}:${id}`);
    address.searchParams.set("at", `${kind}:${id}`);
    expand.href = address.pathname + address.search;
    expand.hidden = false;
  };

  const target = (event) => event.target.closest?.("[data-n], [data-e]");
  svg.addEventListener("pointerover", (event) => { const found = target(event); if (found) light(found); else dark(); });
  svg.addEventListener("pointerleave", dark);
  svg.addEventListener("focusin", (event) => { const found = target(event); if (found) light(found); });
  svg.addEventListener("focusout", dark);
  svg.addEventListener("keydown", (event) => {
    const from = event.target.closest?.("a[data-n]");
    if (!from || !(event.key in ARROWS)) return;
    event.preventDefault();
    nearestTowards(event.key, from, nodes.filter((node) => node.tagName === "a"), middle)?.focus();
  });
};

// d3-zoom comes when somebody first reaches for the picture. The page still scrolls: a wheel zooms with Ctrl, one finger pans only what is enlarged.
const zoomable = async (figure) => {
  const { default: d3 } = await import("../build/d3-zoom.js");
  if (!d3) return;
  const pictures = [...figure.querySelectorAll("svg[data-graph]")].map((svg) => {
    const all = d3.select(svg.querySelector(".graph-all"));
    const [, , width, height] = svg.getAttribute("viewBox").split(" ").map(Number);
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const zoom = d3.zoom().scaleExtent([1, 6]).extent([[0, 0], [width, height]]).translateExtent([[0, 0], [width, height]])
      .filter((event) => {
        if (event.type === "wheel") return event.ctrlKey || event.metaKey;
        if (event.type === "dblclick") return false;
        if (event.touches) return event.touches.length > 1 || d3.zoomTransform(svg).k > 1;
        return !event.button && d3.zoomTransform(svg).k > 1;
      })
      .on("zoom", ({ transform }) => { all.attr("transform", transform); svg.classList.toggle("graph-enlarged", transform.k > 1); });
    const selected = d3.select(svg).call(zoom);
    return { zoom, moving: () => (still ? selected : selected.transition().duration(180)) };
  });
  const tools = figure.querySelector(".graph-tools");
  tools.hidden = false;
  tools.addEventListener("click", (event) => {
    const what = event.target.closest("[data-do]")?.dataset.do;
    for (const { zoom, moving } of what ? pictures : []) {
      if (what === "whole") moving().call(zoom.transform, d3.zoomIdentity);
      else moving().call(zoom.scaleBy, what === "in" ? 1.5 : 1 / 1.5);
    }
  });
};

for (const figure of document.querySelectorAll(".graph-figure")) {
  for (const svg of figure.querySelectorAll("svg[data-graph]")) enliven(svg, figure);
  let asked = false;
  const ask = () => { if (!asked) { asked = true; zoomable(figure); } };
  for (const name of ["pointerenter", "focusin", "touchstart"]) figure.addEventListener(name, ask, { passive: true });
}
