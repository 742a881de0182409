// The console of the API page: Swagger UI, loaded only when somebody asks for it.

const place = document.getElementById("console");
const button = place.querySelector("button");
const status = place.querySelector("[role=status]");

const loadStyles = (address) =>
  new Promise((resolve, reject) => {
    const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: address, onload: resolve, onerror: reject });
    document.head.append(link);
  });

const loadScript = (address) =>
  new Promise((resolve, reject) => {
    const script = Object.assign(document.createElement("script"), { src: address, onload: resolve, onerror: reject });
    document.head.append(script);
  });

const open = async () => {
  button.disabled = true;
  try {
    await Promise.all([loadStyles(place.dataset.css), loadScript(place.dataset.js)]);
    window.SwaggerUIBundle({
      url: place.dataset.schema,
      domNode: document.getElementById("swagger"),
      deepLinking: false,
      docExpansion: "list",
      defaultModelsExpandDepth: 0,
      supportedSubmitMethods: ["get"],
      validatorUrl: null,
    });
    button.closest("p").remove();
  } catch {
    button.disabled = false;
    status.textContent = status.dataset.failed;
  }
};

button.addEventListener("click", open);
place.hidden = false;
