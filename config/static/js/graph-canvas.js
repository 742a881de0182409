// Draws a graph of up to some thousand nodes on a canvas: shapes by kind, thickness by weight, labels where they have room, by rank.

const KINDS = ["person", "work", "topic", "place"];
const WIDTHS = [0.7, 1.2, 2, 3.2];
const LABELS = 160;
const STEP = 320; // milliseconds from one state to the next
const CROWD = 1500; // lines, beyond which all are thin while something moves: without a graphics card a wide line takes five times as long
const REST = 160; // milliseconds without a movement, after which they are as thick as they are

export class Picture {
  constructor(stage, acts) {
    this.acts = acts;
    this.canvas = document.createElement("canvas");
    this.canvas.tabIndex = 0;
    this.canvas.setAttribute("role", "application");
    this.canvas.setAttribute("aria-label", stage.querySelector(".explorer-tools").getAttribute("aria-label"));
    stage.prepend(this.canvas);
    this.pen = this.canvas.getContext("2d");
    this.nodes = [];
    this.edges = [];
    this.view = { k: 1, x: 0, y: 0 };
    this.widths = new Map();
    this.colours();
    this.resized();
    new ResizeObserver(() => this.resized()).observe(this.canvas);
    for (const media of ["(prefers-color-scheme: dark)", "(prefers-contrast: more)"]) matchMedia(media).addEventListener("change", () => this.colours());
    new MutationObserver(() => this.colours()).observe(document.documentElement, { attributeFilter: ["data-theme"] });
    this.listen();
    this.ready = this.zoomable();
  }

  // --- The graph ------------------------------------------------------------------------------------------------------

  show(graph, from) {
    const before = new Map(this.nodes.map((node) => [node.key, node]));
    const start = before.get(from) ?? before.get(graph.at);
    const isFirst = !this.nodes.length;
    this.nodes = graph.nodes.map(([key, kind, label, x, y, rank, year, url, flags]) => {
      const old = before.get(key) ?? start;
      return { key, kind: KINDS[kind], label, x, y, rank, year, url, isOpen: (flags & 1) === 1, isPinned: (flags & 2) === 2, fromX: old?.x ?? x, fromY: old?.y ?? y, toX: x, toY: y, lines: [] };
    });
    const greatest = Math.max(...this.nodes.filter((node) => !node.isOpen).map((node) => node.rank), 1e-9);
    for (const node of this.nodes) node.r = node.isOpen ? 11 : 4 + 5 * Math.sqrt(Math.min(1, node.rank / greatest));
    const heaviest = Math.max(...graph.edges.map((edge) => edge[2]), 1e-9);
    const way = new Set(graph.way.slice(1).map((key, step) => [graph.way[step], key].sort().join()));
    this.edges = graph.edges.map(([a, b, weight, text]) => {
      const line = { a: this.nodes[a], b: this.nodes[b], text, level: Math.min(3, Math.floor(4 * Math.sqrt(weight / heaviest))), onWay: way.has([this.nodes[a].key, this.nodes[b].key].sort().join()) };
      line.a.lines.push(line);
      line.b.lines.push(line);
      return line;
    });
    this.ordered = [...this.nodes].sort((one, other) => other.isOpen - one.isOpen || other.rank - one.rank);
    this.at = this.nodes.find((node) => node.key === graph.at) ?? null;
    this.cursor = this.nodes.find((node) => node.key === this.cursor?.key) ?? this.at;
    this.hovered = null;
    const still = isFirst || matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.began = still ? -STEP : performance.now();
    if (isFirst) this.ready.then(() => this.whole(false));
    else if (this.nodes.length !== before.size) this.ready.then(() => this.whole(true));
    this.draw();
  }

  reason(node) {
    return node.lines.length ? node.lines.reduce((best, line) => (line.level > best.level ? line : best)).text : "";
  }

  moveTo(node) {
    if (!node) return;
    this.cursor = node;
    const [x, y] = this.onScreen(node);
    const margin = 40;
    if (this.zoom && (x < margin || y < margin || x > this.width - margin || y > this.height - margin)) this.zoom.translateTo(this.selected, node.x, node.y);
    this.acts.say(node);
    this.draw();
  }

  // --- View -----------------------------------------------------------------------------------------------------------

  async zoomable() {
    const { default: d3 } = await import("../build/d3-zoom.js");
    if (!d3) { this.fit(); return; }
    this.d3 = d3;
    this.zoom = d3.zoom().scaleExtent([0.05, 8]).extent(() => [[0, 0], [this.width, this.height]])
      .filter((event) => !event.button && (event.type === "wheel" || !this.under(event)) && event.type !== "dblclick")
      .on("zoom", ({ transform }) => { this.view = transform; this.draw(); });
    this.selected = d3.select(this.canvas).call(this.zoom);
  }

  zoomBy(factor) {
    this.zoom?.scaleBy(this.selected, factor);
  }

  // All nodes with room for labels; where nothing zooms, the same as a plain transform.
  fit() {
    const xs = this.nodes.map((node) => node.toX);
    const ys = this.nodes.map((node) => node.toY);
    const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    const k = Math.min(2.2, (this.width - Math.min(180, this.width / 3)) / (right - left || 1), (this.height - 110) / (bottom - top || 1));
    this.view = { k, x: this.width / 2 - (k * (left + right)) / 2, y: (this.height + 40) / 2 - (k * (top + bottom)) / 2 };
    return this.view;
  }

  whole(moving) {
    if (!this.nodes.length) return;
    const { k, x, y } = this.fit();
    if (!this.zoom) { this.draw(); return; }
    const still = !moving || matchMedia("(prefers-reduced-motion: reduce)").matches;
    (still ? this.selected : this.selected.transition().duration(STEP)).call(this.zoom.transform, this.d3.zoomIdentity.translate(x, y).scale(k));
  }

  onScreen(node) {
    return [node.x * this.view.k + this.view.x, node.y * this.view.k + this.view.y];
  }

  under(event) {
    const touch = event.touches?.[0] ?? event;
    const box = this.canvas.getBoundingClientRect();
    const [px, py] = [touch.clientX - box.left, touch.clientY - box.top];
    const reach = event.touches || event.pointerType === "touch" ? 18 : 12;
    let best = null;
    let least = Infinity;
    for (const node of this.nodes) {
      const [x, y] = this.onScreen(node);
      const far = Math.hypot(x - px, y - py);
      if (far < Math.max(reach, this.radius(node)) && far < least) [best, least] = [node, far];
    }
    return best;
  }

  radius(node) {
    return node.r * Math.min(1.4, Math.max(0.45, Math.sqrt(this.view.k)));
  }

  // --- What hands do --------------------------------------------------------------------------------------------------

  listen() {
    const canvas = this.canvas;
    let held = null;
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      const node = this.under(event);
      held = { node, x: event.clientX, y: event.clientY, moved: false };
      if (node) canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (held && Math.hypot(event.clientX - held.x, event.clientY - held.y) > 4) held.moved = true;
      if (held?.node && held.moved) {
        const box = canvas.getBoundingClientRect();
        held.node.x = held.node.toX = (event.clientX - box.left - this.view.x) / this.view.k;
        held.node.y = held.node.toY = (event.clientY - box.top - this.view.y) / this.view.k;
        held.node.fromX = held.node.x;
        held.node.fromY = held.node.y;
        this.draw();
      } else if (!held) {
        const node = this.under(event);
        if (node !== this.hovered) { this.hovered = node; canvas.style.cursor = node ? "pointer" : ""; this.draw(); }
      }
    });
    const release = (event) => {
      const was = held;
      held = null;
      if (event.type === "pointercancel" || !was?.node) return;
      if (was.moved) this.acts.pin(was.node.key, was.node.x, was.node.y);
      else { this.cursor = was.node; this.acts.look(was.node.key); }
    };
    canvas.addEventListener("pointerup", release);
    canvas.addEventListener("pointercancel", release);
    canvas.addEventListener("pointerleave", () => { this.hovered = null; this.draw(); });
    canvas.addEventListener("dblclick", (event) => { const node = this.under(event); if (node) this.acts.expand(node.key); });
    for (const name of ["focus", "blur"]) canvas.addEventListener(name, () => this.draw());
  }

  // --- Drawing --------------------------------------------------------------------------------------------------------

  colours() {
    const probe = document.body.appendChild(document.createElement("i"));
    const read = (token) => { probe.style.color = `var(--${token})`; return getComputedStyle(probe).color; };
    this.ink = Object.fromEntries(["person", "work", "topic", "place", "ink", "ink-2", "card", "accent", "graph-line"].map((token) => [token, read(token)]));
    probe.style.fontFamily = "var(--sans)";
    this.face = getComputedStyle(probe).fontFamily;
    probe.remove();
    this.widths.clear();
    this.draw();
  }

  resized() {
    const ratio = window.devicePixelRatio || 1;
    const before = this.width;
    this.width = this.canvas.clientWidth || 1;
    this.height = this.canvas.clientHeight || 1;
    this.canvas.width = Math.round(this.width * ratio);
    this.canvas.height = Math.round(this.height * ratio);
    if (before !== this.width && this.nodes.length) this.ready?.then(() => this.whole(false));
    this.draw();
  }

  draw() {
    if (this.asked || !this.ink) return;
    this.asked = true;
    requestAnimationFrame((now) => {
      this.asked = false;
      const share = Math.min(1, Math.max(0, (now - (this.began ?? -STEP)) / STEP));
      const eased = share * (2 - share);
      for (const node of this.nodes) {
        node.x = node.fromX + (node.toX - node.fromX) * eased;
        node.y = node.fromY + (node.toY - node.fromY) * eased;
      }
      const ratio = this.canvas.width / this.width;
      this.pen.setTransform(ratio, 0, 0, ratio, 0, 0);
      const moves = this.edges.length > CROWD && !this.rests;
      this.rests = false;
      this.paint(this.pen, moves);
      clearTimeout(this.resting);
      if (share < 1) this.draw();
      else if (moves) this.resting = setTimeout(() => { this.rests = true; this.draw(); }, REST);
    });
  }

  paint(pen, moves = false) {
    pen.clearRect(0, 0, this.width, this.height);
    const under = this.hovered ?? (document.activeElement === this.canvas && this.cursor !== this.at ? this.cursor : null);
    const chosen = under ?? (this.at?.isOpen ? null : this.at);
    const near = under && new Set([under, ...under.lines.flatMap((line) => [line.a, line.b])]);
    this.paintLines(pen, chosen, Boolean(under), moves);
    for (const node of this.nodes) this.paintNode(pen, node, near && !near.has(node));
    this.paintLabels(pen, chosen, near);
  }

  // Each line for itself: thousands in one path are crossed with each other before they are painted, which takes ten times as long.
  paintLines(pen, chosen, faint, moves) {
    const places = Array.from({ length: 8 }, () => []);
    for (const line of this.edges) places[(line.onWay || line.a === chosen || line.b === chosen ? 4 : 0) + line.level].push(line);
    places.forEach((lines, place) => {
      pen.globalAlpha = place > 3 ? 1 : faint ? 0.22 : this.edges.length > CROWD ? 0.35 : 0.75;
      pen.strokeStyle = place > 3 ? this.ink.accent : this.ink["graph-line"];
      pen.lineWidth = moves && place < 4 ? 1 : WIDTHS[place % 4] + (place > 3 ? 0.6 : 0);
      for (const line of lines) {
        const [ax, ay] = this.onScreen(line.a);
        const [bx, by] = this.onScreen(line.b);
        if ((ax < 0 && bx < 0) || (ay < 0 && by < 0) || (ax > this.width && bx > this.width) || (ay > this.height && by > this.height)) continue;
        pen.beginPath();
        pen.moveTo(ax, ay);
        pen.lineTo(bx, by);
        pen.stroke();
      }
    });
    pen.globalAlpha = 1;
  }

  paintNode(pen, node, faint) {
    const [x, y] = this.onScreen(node);
    const r = this.radius(node);
    if (x < -r || y < -r || x > this.width + r || y > this.height + r) return;
    pen.globalAlpha = faint ? 0.35 : 1;
    pen.beginPath();
    if (node.kind === "person") pen.arc(x, y, r, 0, 7);
    else if (node.kind === "work") pen.rect(x - r * 0.85, y - r * 0.85, r * 1.7, r * 1.7);
    else if (node.kind === "topic") pen.roundRect(x - r * 1.4, y - r * 0.8, r * 2.8, r * 1.6, r * 0.8);
    else for (let corner = 0; corner < 6; corner += 1) pen.lineTo(x + r * Math.cos((corner * Math.PI) / 3), y + r * Math.sin((corner * Math.PI) / 3));
    pen.closePath();
    pen.fillStyle = this.ink[node.kind];
    pen.fill();
    pen.globalAlpha = 1;
    const ringed = node === this.at || (node === this.cursor && document.activeElement === this.canvas);
    if (!ringed && !node.isPinned) return;
    pen.lineWidth = ringed ? 2.5 : 1.2;
    pen.strokeStyle = ringed ? this.ink.accent : this.ink.ink;
    pen.beginPath();
    pen.arc(x, y, r + (ringed ? 5 : 3), 0, 7);
    pen.stroke();
  }

  paintLabels(pen, chosen, near) {
    // Labels keep off what stands highest, and off each other.
    const taken = this.ordered.slice(0, 150).map((node) => {
      const [x, y] = this.onScreen(node);
      const r = this.radius(node);
      return [x - r, y - r, x + r, y + r];
    });
    const first = near ? [chosen, ...[...near].filter((node) => node !== chosen).sort((one, other) => other.rank - one.rank)] : [];
    let left = LABELS;
    pen.textBaseline = "middle";
    pen.lineJoin = "round";
    pen.lineWidth = 3;
    pen.strokeStyle = this.ink.card;
    const seen = new Set();
    for (const node of first.length ? [...first, ...this.ordered] : this.ordered) {
      if (!left || seen.has(node)) continue;
      seen.add(node);
      if (this.label(pen, node, taken, near && !near.has(node))) left -= 1;
    }
  }

  label(pen, node, taken, faint) {
    const [x, y] = this.onScreen(node);
    if (x < 0 || y < 0 || x > this.width || y > this.height) return false;
    const r = this.radius(node) * (node.kind === "topic" ? 1.4 : 1) + 3.5;
    pen.font = `${node.isOpen ? "600 13px" : "12px"} ${this.face}`;
    const text = this.fitted(pen, node);
    const wide = this.widths.get(text + node.isOpen);
    for (const [left, top] of [[x + r, y - 8], [x - r - wide, y - 8], [x - wide / 2, y + r - 1], [x - wide / 2, y - r - 15]]) {
      const box = [left, top, left + wide, top + 16];
      if (box[0] < 2 || box[2] > this.width - 2 || box[1] < 2 || box[3] > this.height - 2) continue;
      if (taken.some((other) => box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3])) continue;
      taken.push(box);
      pen.globalAlpha = faint ? 0.45 : 1;
      pen.strokeText(text, left, top + 8);
      pen.fillStyle = this.ink.ink;
      pen.fillText(text, left, top + 8);
      pen.globalAlpha = 1;
      return true;
    }
    return false;
  }

  // The label, shortened to 200 units at a word; measured once.
  fitted(pen, node) {
    if (node.text !== undefined && this.widths.has(node.text + node.isOpen)) return node.text;
    let text = node.label;
    let wide = pen.measureText(text).width;
    while (wide > 200 && text.length > 4) {
      const word = text.lastIndexOf(" ", text.length - 3);
      text = `${text.slice(0, word > 10 ? word : Math.max(3, text.length - 4)).trimEnd()}…`;
      wide = pen.measureText(text).width;
    }
    node.text = text;
    this.widths.set(text + node.isOpen, wide);
    return text;
  }

  save(name) {
    const copy = document.createElement("canvas");
    copy.width = this.width * 2;
    copy.height = this.height * 2;
    const pen = copy.getContext("2d");
    pen.setTransform(2, 0, 0, 2, 0, 0);
    this.paint(pen);
    pen.globalCompositeOperation = "destination-over";
    pen.fillStyle = this.ink.card;
    pen.fillRect(0, 0, this.width, this.height);
    copy.toBlob((file) => {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(file);
      link.download = name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    }, "image/png");
  }
}
