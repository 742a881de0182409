// Small comforts; every page works without them.

// "/" goes to the search box, as long as nobody is typing.
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest?.("input, textarea, select, [contenteditable]")) return;
  const box = document.querySelector("main input[type=search]") ?? document.querySelector("input[type=search]");
  if (!box) return;
  event.preventDefault();
  box.focus();
  box.select();
});

// Escape and a press elsewhere close an open menu.
const closeMenus = (except) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (menu !== except) menu.open = false;
};
document.addEventListener("click", (event) => closeMenus(event.target.closest?.("details.menu")));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.activeElement?.closest("details.menu[open]");
  closeMenus();
  menu?.querySelector("summary").focus();
});

// Dates are absolute; their titles say how long ago that was.
const relative = new Intl.RelativeTimeFormat(document.documentElement.lang || "en", { numeric: "auto" });
const UNITS = [["year", 31556952], ["month", 2629746], ["day", 86400], ["hour", 3600], ["minute", 60]];
const titleTimes = (root) => {
  for (const time of root.querySelectorAll("time[datetime]:not([title])")) {
    const seconds = (Date.parse(time.dateTime) - Date.now()) / 1000;
    if (Number.isNaN(seconds)) continue;
    const [unit, length] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? UNITS.at(-1);
    time.title = relative.format(Math.round(seconds / length), unit);
  }
};
titleTimes(document);
document.addEventListener("htmx:afterSwap", (event) => titleTimes(event.target));

// After a swap the keyboard goes on from the head of what is new, and a screen reader says it.
document.addEventListener("htmx:afterSettle", (event) => {
  event.target.querySelector?.("[data-focus]")?.focus({ preventScroll: true });
});

// The rail stays in view: a rail taller than the window stops with its end at the window's end.
const rail = document.querySelector(".columns > .rail");
if (rail) {
  const place = () => {
    const spare = window.innerHeight - rail.offsetHeight - 16;
    rail.style.setProperty("--rail-top", `${Math.min(16, spare)}px`);
    rail.dataset.measured = "";
  };
  new ResizeObserver(place).observe(rail);
  window.addEventListener("resize", place, { passive: true });
}
