// Comforts of forms: show a password, copy a value, warn before losing what was typed.

const words = document.getElementById("words")?.dataset ?? {};

function addReveal(frame) {
  const input = frame.querySelector("input");
  if (!input || frame.querySelector("button")) return;
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = frame.dataset.show;
  button.setAttribute("aria-pressed", "false");
  button.setAttribute("aria-label", frame.dataset.label);
  button.addEventListener("click", () => {
    const shown = input.type === "text";
    input.type = shown ? "password" : "text";
    button.textContent = shown ? frame.dataset.show : frame.dataset.hide;
    button.setAttribute("aria-pressed", String(!shown));
  });
  frame.append(button);
  // A password shown must not be kept by the browser as a form's text.
  input.form?.addEventListener("submit", () => (input.type = "password"));
}

async function copy(button) {
  const source = document.querySelector(button.dataset.copy);
  if (!source) return;
  const text = source?.value ?? source?.textContent ?? "";
  try {
    await navigator.clipboard.writeText(text.trim());
    button.querySelector("span").textContent = words.copied;
  } catch {
    // No clipboard here (plain HTTP, or refused): select it, so that one key copies it.
    getSelection().selectAllChildren(source);
  }
}

const changed = new WeakSet();

function watch(form) {
  form.addEventListener("input", () => changed.add(form));
  form.addEventListener("submit", () => changed.delete(form));
  form.addEventListener("reset", () => changed.delete(form));
}

window.addEventListener("beforeunload", (event) => {
  if ([...document.querySelectorAll("form[data-guard]")].some((form) => changed.has(form))) event.preventDefault();
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) copy(button);
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches("textarea")) {
    event.target.form?.requestSubmit();
  }
});

function enhance(root) {
  for (const frame of root.querySelectorAll("[data-reveal]")) addReveal(frame);
  for (const form of root.querySelectorAll("form[data-guard]")) watch(form);
  for (const button of root.querySelectorAll("[data-copy][hidden]")) button.hidden = false;
}

enhance(document);
document.addEventListener("htmx:load", ({ detail }) => enhance(detail.elt));
// After a refused form, reading starts where the reasons are.
document.querySelector("[data-errors]")?.focus();
