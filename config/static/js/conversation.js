// New messages of a conversation: asked for while somebody looks, less and less often while nothing comes.
const SOON = 3000;
const LATE = 30000;
let pause = SOON;
let timer = 0;
const etags = new Map();

const look = () => {
  clearTimeout(timer);
  const poll = document.getElementById("poll");
  if (!poll) return;
  if (document.visibilityState === "visible") window.htmx?.trigger(poll, "look");
  timer = setTimeout(look, pause);
};

// The browser's own copy would answer in place of the server's 304, and the same messages would be added twice.
document.addEventListener("htmx:configRequest", (event) => {
  if (event.target.id !== "poll") return;
  const etag = etags.get(event.detail.path);
  if (etag) event.detail.headers["If-None-Match"] = etag;
  event.detail.headers["X-Seen"] = "1";
});

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, pathInfo } = event.detail;
  if (!pathInfo.requestPath.includes("/new/")) return;
  if (xhr.status === 304) {
    event.detail.shouldSwap = false;
    pause = Math.min(pause * 1.3, LATE);
    return;
  }
  const etag = xhr.getResponseHeader("ETag");
  if (etag) etags.set(pathInfo.requestPath, etag);
  if (!xhr.response.includes("data-new")) {
    event.detail.shouldSwap = false;
    return;
  }
  document.querySelector("main .talk + .empty")?.remove();
  pause = SOON;
});

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState !== "visible") return;
  pause = SOON;
  look();
});
timer = setTimeout(look, SOON);
