// Partial updates: the token that proves a form is ours, the sign of waiting, and an answer whatever happens.

const waiting = document.getElementById("waiting");
const words = document.getElementById("words")?.dataset ?? {};
let underWay = 0;

function say(sentence) {
  document.dispatchEvent(new CustomEvent("say", { detail: sentence }));
}

function asDocument(xhr) {
  return new DOMParser().parseFromString(xhr.responseText, "text/html");
}

/** What the server said: the detail of a problem document, the words of a message, or the title of a page. */
function sentenceOf(xhr) {
  if ((xhr.getResponseHeader("Content-Type") ?? "").includes("json")) {
    try {
      return JSON.parse(xhr.responseText).detail;
    } catch {
      return "";
    }
  }
  const page = asDocument(xhr);
  return (page.querySelector("[data-said]") ?? page.querySelector("h1"))?.textContent.trim();
}

/** A whole page from elsewhere, where a part was asked: the server led away, so the browser follows. */
function followed(xhr, asked) {
  if (!/^\s*<!doctype/i.test(xhr.responseText)) return false;
  if (new URL(xhr.responseURL).pathname === new URL(asked, location.href).pathname) return false;
  const signIn = asDocument(xhr).body.classList.contains("entrance");
  // Signed out in another tab: this page again, through the sign-in and back.
  if (signIn) location.reload();
  else location.assign(xhr.responseURL);
  return true;
}

document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.verb !== "get") detail.headers["X-CSRFToken"] = document.querySelector("meta[name=csrf-token]").content;
});

document.addEventListener("htmx:beforeRequest", () => {
  underWay += 1;
  waiting?.classList.add("under-way");
});

document.addEventListener("htmx:afterRequest", () => {
  underWay = Math.max(0, underWay - 1);
  if (!underWay) waiting?.classList.remove("under-way");
});

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, isError, pathInfo } = event.detail;
  if (!isError && followed(xhr, pathInfo.finalRequestPath)) event.detail.shouldSwap = false;
});

document.addEventListener("htmx:afterSwap", ({ detail }) => {
  const part = document.getElementById(detail.target.id);
  const place = part && document.getElementById(`${part.id}-annonce`);
  if (place) place.textContent = part.dataset.announce ?? "";
});

document.addEventListener("htmx:responseError", ({ detail }) => say(sentenceOf(detail.xhr) || words.failed));
document.addEventListener("htmx:sendError", () => say(words.unreachable));
document.addEventListener("htmx:timeout", () => say(words.slow));
