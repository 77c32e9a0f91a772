// Printing is one more way to keep the codes; the file and the copy work elsewhere.

for (const button of document.querySelectorAll("[data-print]")) {
  button.addEventListener("click", () => window.print());
  button.hidden = false;
}
