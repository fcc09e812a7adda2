/**
 * Security keys and passkeys: the browser asks the key, and the form carries its answer.
 *
 * The server's challenge stands in #key-options; binary values are base64url there and back.
 */

const form = document.getElementById("factor-form");
const options = JSON.parse(document.getElementById("key-options").textContent).publicKey;
const error = form.querySelector("[data-key-error]");

const toBytes = (text) => {
  const padded = text.replace(/-/g, "+").replace(/_/g, "/");
  return Uint8Array.from(atob(padded), (letter) => letter.charCodeAt(0));
};

const toText = (buffer) => {
  const letters = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(letters).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
};

const withBytes = (list) => (list ?? []).map((one) => ({ ...one, id: toBytes(one.id) }));

/** A new key answers. */
async function register() {
  const credential = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: toBytes(options.challenge),
      user: { ...options.user, id: toBytes(options.user.id) },
      excludeCredentials: withBytes(options.excludeCredentials),
    },
  });
  const { response } = credential;
  return {
    ...common(credential),
    response: {
      clientDataJSON: toText(response.clientDataJSON),
      attestationObject: toText(response.attestationObject),
      transports: response.getTransports?.() ?? [],
    },
  };
}

/** A key that is known answers. */
async function answer() {
  const credential = await navigator.credentials.get({
    publicKey: {
      ...options,
      challenge: toBytes(options.challenge),
      allowCredentials: withBytes(options.allowCredentials),
    },
  });
  const { response } = credential;
  return {
    ...common(credential),
    response: {
      clientDataJSON: toText(response.clientDataJSON),
      authenticatorData: toText(response.authenticatorData),
      signature: toText(response.signature),
      userHandle: response.userHandle ? toText(response.userHandle) : null,
    },
  };
}

const common = (credential) => ({
  id: credential.id,
  rawId: toText(credential.rawId),
  type: credential.type,
  clientExtensionResults: credential.getClientExtensionResults(),
});

async function send(asked) {
  error.textContent = "";
  try {
    form.elements.credential.value = JSON.stringify(await asked());
  } catch (problem) {
    error.textContent = problem.name === "InvalidStateError"
      ? "This key is among yours already."
      : "The key did not answer. Nothing was changed; try again.";
    return;
  }
  form.submit();
}

if (globalThis.PublicKeyCredential) {
  for (const part of document.querySelectorAll("[data-key]")) part.hidden = false;
  form.querySelector("[data-use-key]")?.addEventListener("click", () => send(answer));
  form.querySelector("[data-new-key]")?.addEventListener("click", () => {
    if (form.elements.name.value.trim()) return send(register);
    error.textContent = "Give the key a name first.";
    return form.elements.name.focus();
  });
} else {
  error.textContent = "This browser knows no security keys.";
}
