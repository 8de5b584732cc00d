/* The shipping table by keyboard: a typed number ticks its row, Enter goes to the next one, a pasted list fills the rows. */
(() => {
  "use strict";
  const sheet = document.querySelector("[data-sheet]");
  if (!sheet) return;
  const fields = () => [...sheet.querySelectorAll("[data-number-of]")];
  const box = (field) => sheet.querySelector(`input[name=order][value="${CSS.escape(field.dataset.numberOf)}"]`);

  function count() {
    const chosen = fields().filter((field) => box(field).checked || field.value.trim()).length;
    for (const shown of sheet.querySelectorAll("[data-chosen]")) shown.textContent = chosen || "";
  }
  sheet.addEventListener("input", (event) => {
    if (event.target.matches("[data-number-of]")) box(event.target).checked = event.target.value.trim() !== "";
    count();
  });
  document.addEventListener("change", count); /* after ui.js has ticked all */
  sheet.addEventListener("keydown", (event) => {
    if (!event.target.matches("[data-number-of]") || event.isComposing) return;
    const step = { Enter: 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const all = fields(), next = all[all.indexOf(event.target) + step];
    if (next) next.focus();
    else if (step > 0) sheet.querySelector(".reach [value=ship]").focus();
  });

  /* several lines pasted into one number: down the rows; an order and its number: each into its own row */
  sheet.addEventListener("paste", (event) => {
    if (!event.target.matches("[data-number-of]")) return;
    const lines = (event.clipboardData.getData("text") || "").split(/\r?\n/).map((line) => line.trim()).filter(Boolean);
    if (lines.length < 2) return;
    event.preventDefault();
    const all = fields(), start = all.indexOf(event.target);
    const byOrder = new Map(all.map((field) => [field.dataset.order.toLowerCase(), field]));
    lines.forEach((line, n) => {
      const [first, ...rest] = line.split(/[\s,，]+/);
      const named = rest.length ? byOrder.get(first.toLowerCase()) : null;
      const field = named || all[start + n];
      if (!field) return;
      field.value = named ? rest.join("") : line;
      box(field).checked = true;
    });
    count();
  });
  count();
})();

/* A saved reason fills the field it is for. */
document.addEventListener("click", (event) => {
  const chip = event.target.closest("[data-fill]");
  if (!chip) return;
  const field = document.querySelector(chip.dataset.fill);
  field.value = chip.dataset.value;
  field.focus();
});
