// The review queue by keyboard: a key presses the button that shows it. Without this the buttons are pressed as buttons are.
const form = document.getElementById("pair");

document.addEventListener("keydown", (event) => {
  const typing = event.target instanceof Element && event.target.closest("input:not([type=hidden]), textarea, select, [contenteditable]");
  if (!form || typing || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
  const button = form.querySelector(`button[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (!button) return;
  event.preventDefault();
  form.requestSubmit(button);
});
