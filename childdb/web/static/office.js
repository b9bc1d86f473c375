// The little that HTML alone cannot do: dropping files, one key per answer, printing.
"use strict";
// A browser's own words beside a file input are in the browser's language: ours stand there instead, the input stays for the keyboard.
for (const input of document.querySelectorAll("input[type=file]")) {
  const button = document.createElement("span");
  button.className = "button";
  button.textContent = "Chọn tệp…";
  button.setAttribute("aria-hidden", "true");
  button.addEventListener("click", () => input.click());
  const chosen = document.createElement("span");
  chosen.className = "chosen soft";
  const tell = () => {
    const names = [...input.files].map((file) => file.name);
    chosen.textContent = names.length > 2 ? `${names.length} tệp` : names.join(", ") || "chưa chọn tệp nào";
  };
  input.addEventListener("change", tell);
  input.classList.add("quiet");
  const line = document.createElement("span");
  line.className = "file";
  input.after(line);
  line.append(input, button, chosen);
  tell();
}
for (const zone of document.querySelectorAll(".drop")) {
  const input = zone.querySelector("input[type=file]");
  const list = zone.querySelector("ul");
  const show = () => {
    list.replaceChildren(...[...input.files].map((file) => {
      const item = document.createElement("li");
      item.textContent = `${file.name} (${Math.ceil(file.size / 1024).toLocaleString("vi")} KB)`;
      return item;
    }));
  };
  input.addEventListener("change", show);
  for (const kind of ["dragenter", "dragover"]) {
    zone.addEventListener(kind, (event) => { event.preventDefault(); zone.classList.add("over"); });
  }
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    const all = new DataTransfer();
    for (const file of [...input.files, ...event.dataTransfer.files]) all.items.add(file);
    input.files = all.files;
    input.dispatchEvent(new Event("change"));
    input.form.querySelector("button[type=submit]").focus();
  });
}
document.addEventListener("click", (event) => {
  if (event.target.matches("[data-print]")) window.print();
});
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.matches("input, select, textarea")) return;
  const button = document.querySelector(`button[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (button) { event.preventDefault(); button.click(); }
});
