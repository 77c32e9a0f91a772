// Menus close when one goes elsewhere; dialogs become modal. Both work without this file.

function closeMenus(except) {
  for (const menu of document.querySelectorAll("[data-menu][open]")) if (menu !== except) menu.open = false;
}

document.addEventListener("click", (event) => {
  closeMenus(event.target.closest("[data-menu]"));

  const opener = event.target.closest("[data-opens]");
  const dialog = opener && document.getElementById(opener.dataset.opens);
  if (dialog) {
    event.preventDefault();
    dialog.showModal();
  }

  const closer = event.target.closest("[data-closes]");
  if (closer) {
    event.preventDefault();
    closer.closest("dialog").close();
  }
});

document.addEventListener("focusin", (event) => closeMenus(event.target.closest("[data-menu]")));

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    const menu = event.target.closest("[data-menu][open]");
    closeMenus();
    menu?.querySelector("summary").focus();
  }
  if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey) {
    const search = document.querySelector("[data-search]");
    if (!search) return;
    event.preventDefault();
    search.focus();
    search.select();
  }
});

function makeModal(dialog) {
  dialog.removeAttribute("open");
  dialog.showModal();
}

for (const dialog of document.querySelectorAll("dialog[data-dialog][open]")) makeModal(dialog);

if (location.hash) {
  const dialog = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (dialog?.matches("dialog[data-dialog]:not([open])")) {
    history.replaceState(history.state, "", location.pathname + location.search);
    dialog.showModal();
  }
}
