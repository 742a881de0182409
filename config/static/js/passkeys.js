// Passkeys: a form with data-passkey is sent with what the browser's authenticator answers, in its hidden field "credential".
// Where the browser or the person says no, the form says so and stays.

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const asked = (options) => {
  const wanted = structuredClone(options.publicKey);
  wanted.challenge = bytes(wanted.challenge);
  if (wanted.user) wanted.user.id = bytes(wanted.user.id);
  for (const list of [wanted.excludeCredentials, wanted.allowCredentials]) {
    for (const known of list ?? []) known.id = bytes(known.id);
  }
  return wanted;
};

const told = (credential) => {
  const { response } = credential;
  const answer = { clientDataJSON: text(response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) answer[name] = text(response[name]);
  }
  if (response.getTransports) answer.transports = response.getTransports();
  return {
    type: credential.type,
    id: credential.id,
    rawId: text(credential.rawId),
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: answer,
  };
};

const optionsOf = async (form) => {
  if (!form.dataset.optionsUrl) return JSON.parse(document.getElementById(form.dataset.options).textContent);
  const answer = await fetch(form.dataset.optionsUrl, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  return answer.json();
};

const ceremony = async (form) => {
  const options = await optionsOf(form);
  if (form.dataset.passkey === "get") return navigator.credentials.get({ publicKey: asked(options.request_options) });
  const wanted = asked(options.creation_options);
  const box = form.elements.passwordless;
  if (box) {
    wanted.authenticatorSelection.residentKey = box.checked ? "required" : "discouraged";
    wanted.authenticatorSelection.requireResidentKey = box.checked;
    if (box.checked) wanted.authenticatorSelection.userVerification = "required";
  }
  return navigator.credentials.create({ publicKey: wanted });
};

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const problem = form.querySelector("[data-passkey-problem]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.hidden = true;
    try {
      form.elements.credential.value = JSON.stringify(told(await ceremony(form)));
    } catch {
      problem.hidden = false;
      return;
    }
    form.submit();
  });
}
