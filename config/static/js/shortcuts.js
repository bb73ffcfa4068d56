// Keys for queues: j/k walk through [data-queue-item], x chooses the one with the focus, any [data-key="a"] is pressed by a – inside an
// item only while that item has the focus –, ? shows the list. They work only on pages with [data-shortcuts], never while typing, and can be switched off in that list (WCAG 2.1.4).
(() => {
  const OFF = "shortcuts-off";
  const page = document.querySelector("[data-shortcuts]");
  if (!page) return;
  const items = () => [...document.querySelectorAll("[data-queue-item]")];
  const links = () => items().map((item) => item.querySelector("a[href]"));
  const typing = (target) => target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");

  function walk(step) {
    const all = links();
    const here = all.findIndex((link) => link?.closest("[data-queue-item]").contains(document.activeElement));
    const next = all[Math.min(Math.max(here + step, 0), all.length - 1)];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  }

  const itemHere = () => document.activeElement.closest("[data-queue-item]");
  const boxHere = () => itemHere()?.querySelector("[name=row]");

  function targetOf(key) {
    const all = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)];
    return all.find((one) => itemHere()?.contains(one)) ?? all.find((one) => !one.closest("[data-queue-item]"));
  }

  function choose(box) {
    if (!box) return;
    box.checked = !box.checked;
    box.dispatchEvent(new Event("change", { bubbles: true }));
  }

  // A key of what is done to the chosen rows means the one with the focus as long as none is chosen.
  function chooseHere(bar) {
    if (bar && !bar.closest("form").querySelector("[name=row]:checked")) choose(boxHere());
  }

  function press(key) {
    if (key === "j") return walk(1);
    if (key === "k") return walk(-1);
    if (key === "x" && boxHere()) return choose(boxHere());
    if (key === "?") return document.getElementById("shortcuts-dialog")?.showModal();
    const target = targetOf(key);
    chooseHere(target?.closest("[data-picks]"));
    if (target?.matches("input, textarea, select")) target.focus();
    else target?.click();
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    if (localStorage.getItem(OFF) && event.key !== "?") return;
    if (!/^[a-z?]$/.test(event.key)) return;
    if (!"jkx?".includes(event.key) && !targetOf(event.key)) return;
    event.preventDefault();
    press(event.key);
  });

  const toggle = document.querySelector("[data-shortcuts-toggle]");
  if (toggle) {
    toggle.checked = !localStorage.getItem(OFF);
    toggle.addEventListener("change", () => (toggle.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1")));
  }
})();
