// Handing in a file: drop it, see how far it is sent, change one's mind. Without this script the form works alone.

function say(sentence) {
  document.dispatchEvent(new CustomEvent("say", { detail: sentence }));
}

function fieldOf(form) {
  return form.querySelector("input[type=file]");
}

function words(bytes) {
  const [size, unit] = bytes < 1024 ** 2 ? [Math.ceil(bytes / 1024), "Kio"] : [bytes / 1024 ** 2, "Mio"];
  const number = new Intl.NumberFormat(document.documentElement.lang || "fr", { maximumFractionDigits: 1 });
  return `${number.format(size)}\u00a0${unit}`;
}

function choose(form) {
  const field = fieldOf(form);
  const [file] = field.files;
  const tooLarge = file && file.size > Number(field.dataset.most);
  // The browser says it beside the field, before a byte is sent.
  field.setCustomValidity(tooLarge ? field.dataset.tooLarge : "");
  if (tooLarge) field.reportValidity();
  const chosen = form.querySelector("[data-chosen]");
  chosen.hidden = !file;
  chosen.textContent = file ? `${file.name} — ${words(file.size)}` : "";
}

function acceptDrops(form) {
  const place = form.querySelector("[data-drop]");
  const over = (event, entered) => {
    event.preventDefault();
    place.classList.toggle("drop-over", entered);
  };
  place.classList.add("drop-ready");
  place.querySelector("[data-drop-words]").hidden = false;
  place.addEventListener("dragover", (event) => over(event, true));
  place.addEventListener("dragleave", (event) => over(event, false));
  place.addEventListener("drop", (event) => {
    over(event, false);
    const [file] = event.dataTransfer.files;
    if (!file) return;
    const list = new DataTransfer();
    list.items.add(file);
    fieldOf(form).files = list.files;
    choose(form);
  });
}

function showProgress(form, share) {
  const percent = Math.floor(share * 100);
  form.querySelector("progress").value = percent;
  const shown = share >= 1 ? form.dataset.done : `${form.dataset.sending}\u00a0: ${percent}\u00a0%`;
  form.querySelector("[data-shown-progress]").textContent = shown;
  // Who listens is told every quarter, not every instant.
  const said = form.querySelector("[data-said-progress]");
  const quarter = String(Math.floor(share * 4));
  if (said.dataset.quarter === quarter) return;
  said.dataset.quarter = quarter;
  said.textContent = shown;
}

function underWay(form, sending) {
  form.querySelector("[data-sending-part]").hidden = !sending;
  for (const button of form.querySelectorAll("[type=submit]")) button.disabled = sending;
  fieldOf(form).classList.toggle("sending-file", sending);
}

/** The page that refused, with what was typed; the chosen file stays chosen. */
function showRefusal(form, page) {
  const answered = new DOMParser().parseFromString(page, "text/html");
  if (answered.body.classList.contains("entrance")) return location.reload();
  const { files } = fieldOf(form);
  document.getElementById("contenu").replaceWith(answered.getElementById("contenu"));
  const again = document.querySelector("form[data-upload]");
  if (again) {
    fieldOf(again).files = files;
    enhance(again);
  }
  document.querySelector("[data-errors]")?.focus();
}

function sentenceOf(xhr) {
  const page = new DOMParser().parseFromString(xhr.responseText, "text/html");
  return (page.querySelector("[data-said]") ?? page.querySelector("h1"))?.textContent.trim();
}

function send(event) {
  event.preventDefault();
  const form = event.target;
  const xhr = new XMLHttpRequest();
  const stop = (sentence) => {
    underWay(form, false);
    if (sentence) say(sentence);
  };
  xhr.open("POST", form.action || location.href);
  xhr.setRequestHeader("HX-Request", "true");
  xhr.upload.addEventListener("progress", ({ loaded, total }) => total && showProgress(form, loaded / total));
  xhr.addEventListener("load", () => {
    const forward = xhr.getResponseHeader("HX-Redirect");
    if (forward) return location.assign(forward);
    underWay(form, false);
    if (xhr.status < 400 || xhr.status === 409 || xhr.status === 422) showRefusal(form, xhr.responseText);
    else say(sentenceOf(xhr) || form.dataset.failed);
  });
  xhr.addEventListener("error", () => stop(form.dataset.failed));
  xhr.addEventListener("abort", () => stop(form.dataset.cancelled));
  form.querySelector("[data-cancel]").onclick = () => xhr.abort();
  delete form.querySelector("[data-said-progress]").dataset.quarter;
  underWay(form, true);
  showProgress(form, 0);
  // Read now: a field that is disabled is not sent.
  xhr.send(new FormData(form));
}

function enhance(form) {
  acceptDrops(form);
  fieldOf(form).addEventListener("change", () => choose(form));
  form.addEventListener("submit", send);
  if (fieldOf(form).files.length) choose(form);
}

for (const form of document.querySelectorAll("form[data-upload]")) enhance(form);
