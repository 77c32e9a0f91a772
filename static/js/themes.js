// Light or dark at once; the server keeps the choice in a cookie, as it does without this script.

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-themes]");
  if (!form) return;
  event.preventDefault();
  const data = new FormData(form, event.submitter);
  const theme = data.get("theme");
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  for (const button of document.querySelectorAll("form[data-themes] button")) {
    button.setAttribute("aria-pressed", String(button.value === theme));
  }
  try {
    await fetch(form.action, { method: "POST", body: data, redirect: "manual" });
  } catch {
    // The page looks as chosen; only the memory of it waits for the network.
  }
});
