// The explorer alive: the server's page stays the truth (every action is an address), a canvas draws its graph and moves on from where it was.
import { nearestTowards } from "./graph.js";
import { Picture } from "./graph-canvas.js";

const HEADERS = { "X-Explorer": "live" };
const frame = document.getElementById("explorer");
const path = frame?.querySelector("form")?.getAttribute("action");
let picture = null;
let pending = null;
let steps = 0; // how far this page has gone; history.state says where on that way it is

const here = () => new URL(location.href);
const list = (address, name) => (address.searchParams.get(name) ?? "").split(",").filter(Boolean);
const put = (address, name, values) => {
  if (values.length) address.searchParams.set(name, values.join(","));
  else address.searchParams.delete(name);
};

// --- Going from one state to the next -----------------------------------------------------------------------------

const show = (source, from) => {
  const fresh = source.getElementById("explorer");
  if (!fresh) return;
  const canvas = picture?.canvas;
  const typed = frame.querySelector("input[name=q]");
  const stays = typed === document.activeElement;
  frame.replaceChildren(...fresh.childNodes);
  document.title = source.title;
  mount(canvas, from);
  if (stays) frame.querySelector("input[name=q]").focus();
};

// Commas, colons and tildes may stand in an address as they are, which keeps it short enough to pass on.
const tidy = (address) => {
  const url = new URL(address, location.href);
  url.search = url.search.replaceAll("%2C", ",").replaceAll("%3A", ":").replaceAll("%7E", "~");
  return url.href;
};

const go = async (wanted, { push = true, from = null } = {}) => {
  const address = tidy(wanted);
  pending?.abort();
  pending = new AbortController();
  frame.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, { headers: HEADERS, signal: pending.signal });
    if (!answer.ok) throw new Error(`${answer.status}`);
    const source = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (push) {
      steps = (history.state?.step ?? 0) + 1;
      history.pushState({ step: steps }, "", address);
    } else history.replaceState(history.state ?? { step: 0 }, "", address);
    show(source, from);
  } catch (error) {
    if (error.name !== "AbortError") location.assign(address); // the plain page can say what is wrong
  } finally {
    frame.removeAttribute("aria-busy");
  }
};

window.addEventListener("popstate", () => { if (location.pathname === path) go(location.href, { push: false }); });

frame?.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (!link || link.hasAttribute("download") || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  const address = new URL(link.href);
  if (address.origin !== location.origin || address.pathname !== path) return;
  event.preventDefault();
  go(address, { from: address.searchParams.get("at") });
});
frame?.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.getAttribute("action") !== path) return;
  event.preventDefault();
  const given = [...new FormData(form)].filter(([name, value]) => value !== "" && !(name === "weight" && value === "0"));
  go(new URL(`${path}?${new URLSearchParams(given)}`, location.href));
});

// --- What can be done with a node ----------------------------------------------------------------------------------

const look = (key) => {
  const address = here();
  if (key) address.searchParams.set("at", key);
  else address.searchParams.delete("at");
  go(address, { push: false });
};
const expand = (key) => {
  const address = here();
  put(address, "open", [...list(address, "open").filter((one) => one !== key), key]);
  address.searchParams.set("at", key);
  address.searchParams.delete("q");
  go(address, { from: key });
};
const hide = (key) => {
  const address = here();
  put(address, "hide", [...list(address, "hide"), key]);
  put(address, "open", list(address, "open").filter((one) => one !== key));
  address.searchParams.delete("at");
  go(address);
};
const pin = (key, x, y) => {
  const address = here();
  const others = list(address, "pin").filter((one) => !one.startsWith(`${key}~`));
  put(address, "pin", x === null ? others : [...others, `${key}~${Math.round(x)}~${Math.round(y)}`]);
  go(address);
};

// --- The canvas in its place ----------------------------------------------------------------------------------------

const say = (node) => {
  const box = frame.querySelector("[data-said]");
  if (box && node) box.textContent = [node.label, node.year, picture.reason(node)].filter(Boolean).join(", ");
};

const tools = {
  undo: () => history.back(),
  redo: () => history.forward(),
  in: () => picture.zoomBy(1.4),
  out: () => picture.zoomBy(1 / 1.4),
  whole: () => picture.whole(true),
  png: () => picture.save("graph.png"),
};

const mount = (canvas, from) => {
  const stage = frame.querySelector("[data-stage]");
  const block = document.getElementById("explorer-graph");
  if (!stage || !block) { picture = null; return; }
  const graph = JSON.parse(block.textContent);
  stage.classList.add("live");
  if (picture && canvas) stage.prepend(canvas);
  else picture = new Picture(stage, { look, expand, pin, say });
  picture.show(graph, from);
  const bar = stage.querySelector(".explorer-tools");
  bar.hidden = false;
  bar.querySelector("[data-do=undo]").disabled = !(history.state?.step > 0);
  bar.querySelector("[data-do=redo]").disabled = !((history.state?.step ?? 0) < steps);
  frame.querySelector("[data-hint]").hidden = false;
};

frame?.addEventListener("click", (event) => tools[event.target.closest("[data-do]")?.dataset.do]?.());
frame?.addEventListener("keydown", (event) => {
  if (!picture || event.target !== picture.canvas || event.altKey) return;
  const key = event.key;
  const node = picture.cursor;
  if ((event.ctrlKey || event.metaKey) && key.toLowerCase() === "z") { event.preventDefault(); tools[event.shiftKey ? "redo" : "undo"](); return; }
  if (event.ctrlKey || event.metaKey) return;
  if (key.startsWith("Arrow")) picture.moveTo((node && nearestTowards(key, node, picture.nodes, (one) => [one.x, one.y])) ?? node ?? picture.nodes[0]);
  else if (key === "Enter" && node) expand(node.key);
  else if (key === " " && node) look(node.key);
  else if (key.toLowerCase() === "p" && node) pin(node.key, ...(node.isPinned ? [null, null] : [node.x, node.y]));
  else if (key.toLowerCase() === "h" && node) hide(node.key);
  else if (key === "+" || key === "=") tools.in();
  else if (key === "-") tools.out();
  else if (key === "0") tools.whole();
  else if (key === "Escape") look(null);
  else return;
  event.preventDefault();
});

if (frame) {
  if (!history.state) history.replaceState({ step: 0 }, "");
  steps = history.state.step ?? 0;
  mount(null, null);
}
