"use strict";
const data = JSON.parse(document.getElementById("figures").textContent);
for (const button of document.querySelectorAll("thead button")) {
  button.addEventListener("click", () => {
    const head = button.closest("th"), table = head.closest("table"), at = [...head.parentNode.children].indexOf(head);
    const up = head.getAttribute("aria-sort") !== "ascending";
    for (const other of head.parentNode.children) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    const key = row => row.children[at].dataset.v ?? row.children[at].textContent.trim();
    const rows = [...table.tBodies[0].rows];
    rows.sort((a, b) => {
      const x = key(a), y = key(b), empty = Number(x === "") - Number(y === "");
      if (empty) return empty;  // what has no value stands last, whichever way
      const found = x !== "" && !isNaN(x) && !isNaN(y) ? x - y : x.localeCompare(y, document.documentElement.lang);
      return up ? found : -found;
    });
    table.tBodies[0].append(...rows);
  });
}
const box = document.getElementById("behind");
document.addEventListener("click", event => {
  const button = event.target.closest("button[data-f]");
  if (!button) return;
  const figure = data.figures[button.dataset.f], about = data.indicators[figure.i];
  document.getElementById("behind-title").textContent = about.title + " – " + figure.u;
  const list = document.getElementById("behind-counts");
  list.replaceChildren(...data.words.flatMap(([name, word]) => {
    if (figure[name] === undefined) return [];
    const item = document.createElement("li");
    item.textContent = word + ": " + figure[name];
    return [item];
  }));
  document.getElementById("behind-text").textContent = about.text;
  box.showModal();
});
const search = document.getElementById("search");
search.addEventListener("input", () => {
  const wanted = search.value.trim().toLocaleLowerCase();
  for (const row of document.querySelectorAll("tbody tr")) row.hidden = !row.textContent.toLocaleLowerCase().includes(wanted);
});
