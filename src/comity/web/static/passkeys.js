// Passkeys: a form with data-passkey asks the browser for one before it is sent.
//
// data-passkey is "get" or "create", data-options the address of what the browser needs. The
// browser's answer goes into the field "passkey_answer". Where scripts do not run, the page says what to
// do instead; where the browser refuses, the form's own words for it are shown.
"use strict";

const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");

const named = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

function wanted(options) {
  const made = { ...options, challenge: bytes(options.challenge) };
  if (options.user) made.user = { ...options.user, id: bytes(options.user.id) };
  if (options.excludeCredentials) made.excludeCredentials = named(options.excludeCredentials);
  if (options.allowCredentials) made.allowCredentials = named(options.allowCredentials);
  return { publicKey: made };
}

function told(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature"]) {
    if (credential.response[name]) response[name] = text(credential.response[name]);
  }
  return JSON.stringify({
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    response,
  });
}

async function ask(form) {
  const answer = await fetch(form.dataset.options, { headers: { accept: "application/json" } });
  if (!answer.ok) throw new Error(`options: ${answer.status}`);
  const options = wanted(await answer.json());
  return told(await navigator.credentials[form.dataset.passkey](options));
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.addEventListener("submit", async (event) => {
    const pressed = event.submitter;
    if (form.elements.passkey_answer.value || (pressed && pressed.formNoValidate)) return;
    event.preventDefault();
    const fault = form.querySelector("[data-passkey-fault]");
    fault.hidden = true;
    try {
      form.elements.passkey_answer.value = await ask(form);
    } catch {
      fault.hidden = false;
      fault.focus();
      return;
    }
    form.requestSubmit(pressed);
  });
}
