// Choosing rows of a list: the box that chooses all of a page, and how many are chosen. Without JavaScript each row has its own box.
(() => {
  const boxesOf = (bar) => [...bar.closest("form").querySelectorAll("[name=row]")];

  function update(bar) {
    const boxes = boxesOf(bar);
    const chosen = boxes.filter((box) => box.checked).length;
    const count = bar.querySelector("[data-pick-count]");
    const all = bar.querySelector("[data-pick-all]");
    count.textContent = chosen ? `${count.dataset.pickCount} ${chosen}` : "";
    if (!all) return;
    all.checked = chosen > 0 && chosen === boxes.length;
    all.indeterminate = chosen > 0 && !all.checked;
  }

  const updateAll = () => document.querySelectorAll("[data-picks]").forEach(update);

  document.addEventListener("change", (event) => {
    const bar = event.target.form?.querySelector("[data-picks]");
    if (!bar) return;
    if (event.target.matches("[data-pick-all]")) for (const box of boxesOf(bar)) box.checked = event.target.checked;
    update(bar);
  });
  // The browser may bring the boxes back after the reader went on and returned; htmx may bring other rows.
  window.addEventListener("pageshow", updateAll);
  document.addEventListener("htmx:afterSettle", updateAll);
})();
