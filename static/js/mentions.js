/* Names after an @: chosen with the arrows and Enter, or with the pointer. The server reads the text as it is sent. */

const source = document.getElementById("personnes-a-prevenir");
const names = source ? [...source.options].map((option) => option.value) : [];
const plain = (text) => text.normalize("NFD").replace(/\p{Diacritic}/gu, "").toLowerCase();

for (const area of document.querySelectorAll("textarea[data-mentions]")) {
  if (names.length) attach(area);
}

function attach(area) {
  const list = document.createElement("ul");
  list.className = "mentions";
  list.id = `${area.id}-noms`;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Personnes à prévenir");
  list.hidden = true;
  area.after(list);
  area.setAttribute("aria-controls", list.id);
  area.setAttribute("aria-autocomplete", "list");

  let chosen = 0;

  const begun = () => /(^|\s)@([\p{L}' -]{0,40})$/u.exec(area.value.slice(0, area.selectionStart));

  function close() {
    list.hidden = true;
    area.removeAttribute("aria-activedescendant");
  }

  function mark(position) {
    const items = [...list.children];
    chosen = (position + items.length) % items.length;
    items.forEach((item, rank) => item.setAttribute("aria-selected", String(rank === chosen)));
    area.setAttribute("aria-activedescendant", items[chosen].id);
    items[chosen].scrollIntoView({ block: "nearest" });
  }

  function put(name) {
    const typed = begun();
    if (!typed) return;
    const start = area.selectionStart - typed[2].length;
    area.setRangeText(`${name} `, start, area.selectionStart, "end");
    close();
    area.focus();
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function suggest() {
    const typed = begun();
    const found = typed
      ? names.filter((name) => plain(name).includes(plain(typed[2].trim())) && plain(name) !== plain(typed[2].trim()))
      : [];
    list.replaceChildren(
      ...found.slice(0, 6).map((name, rank) => {
        const item = document.createElement("li");
        item.id = `${list.id}-${rank}`;
        item.setAttribute("role", "option");
        item.textContent = name;
        item.addEventListener("mousedown", (event) => {
          event.preventDefault();
          put(name);
        });
        return item;
      }),
    );
    list.hidden = !found.length;
    if (found.length) mark(0);
    else close();
  }

  area.addEventListener("input", suggest);
  area.addEventListener("blur", close);
  area.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in moves) mark(chosen + moves[event.key]);
    else if (event.key === "Enter" || event.key === "Tab") put(list.children[chosen].textContent);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
}
