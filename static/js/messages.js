// Messages in the corner. Other modules say things with: document.dispatchEvent(new CustomEvent("say", { detail })).

const place = document.getElementById("toasts");
const model = document.getElementById("toast");

function say(sentence) {
  if (!place || !model) return;
  const toast = model.content.firstElementChild.cloneNode(true);
  place.append(toast);
  // Written after it is in the page, so that who listens hears it. Text, never HTML.
  toast.querySelector("[data-said]").textContent = sentence;
}

document.addEventListener("say", (event) => say(event.detail));

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || document.querySelector("dialog[open]")) return;
  place?.lastElementChild?.remove();
});

// Without this script « Fermer » folds the message away; with it, the message is gone.
place?.addEventListener("toggle", (event) => event.target.open || event.target.closest(".toast").remove(), true);
