// Passkeys. A form with data-passkey asks the browser for a key, then sends its answer:
//   create   registers a key with the options of the page
//   answer   presents a registered key, with the options of the page
//   sign-in  presents one without saying who comes, with options asked of the form's own address
// Without this script, or without keys in the browser, these forms stay hidden.

const { create, get, supported } = window.webauthnJSON ?? { supported: () => false };

const options = () => JSON.parse(document.getElementById("passkey-options").textContent);

function registration(form) {
  const asked = options().creation_options;
  const alone = form.elements.passwordless?.checked ?? false;
  Object.assign(asked.publicKey.authenticatorSelection, {
    residentKey: alone ? "required" : "discouraged",
    requireResidentKey: alone,
    ...(alone && { userVerification: "required" }),
  });
  return create(asked);
}

async function presentation(form) {
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(answer.statusText);
  return get((await answer.json()).request_options);
}

const ceremonies = {
  create: registration,
  answer: () => get(options().request_options),
  "sign-in": presentation,
};

async function submit(event) {
  event.preventDefault();
  const form = event.target;
  const failed = form.querySelector("[data-passkey-failed]");
  const button = form.querySelector("[type=submit]");
  failed.hidden = true;
  button.disabled = true;
  try {
    form.elements.credential.value = JSON.stringify(await ceremonies[form.dataset.passkey](form));
    form.submit();
  } catch {
    // Refused, forgotten, timed out: browsers do not say which, on purpose.
    failed.hidden = false;
    button.disabled = false;
  }
}

if (supported()) {
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.addEventListener("submit", submit);
    form.hidden = false;
  }
}
