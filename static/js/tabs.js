// On a narrow screen tabs scroll sideways: the open one is brought into view, or its reader would not see where they are.

for (const current of document.querySelectorAll(".tabs [aria-current]")) {
  const tabs = current.closest(".tabs");
  const [place, room] = [current.getBoundingClientRect(), tabs.getBoundingClientRect()];
  tabs.scrollLeft += place.left + place.width / 2 - (room.left + room.width / 2);
}
