// Rows of a Django formset: add from the <template>, remove by ticking the hidden DELETE box. Without JavaScript "add" posts
// its button's name and the server renders one more row, and DELETE is an ordinary check box.
(() => {
  function add(formset) {
    const total = formset.querySelector("input[name$=-TOTAL_FORMS]");
    const row = formset.querySelector("template").content.cloneNode(true);
    const number = total.value;
    row.querySelectorAll("*").forEach((element) => {
      for (const attribute of [...element.attributes]) {
        if (attribute.value.includes("__prefix__")) element.setAttribute(attribute.name, attribute.value.replaceAll("__prefix__", number));
      }
    });
    const place = row.querySelector("[data-formset-number]");
    if (place) place.textContent = Number(number) + 1;
    const added = row.firstElementChild;
    formset.querySelector("[data-formset-rows]").append(row);
    total.value = Number(number) + 1;
    window.htmx?.process(added);
    added.querySelector("input:not([type=hidden]), select, textarea")?.focus();
    formset.closest("form")?.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function remove(row) {
    const box = row.querySelector("input[name$=-DELETE]");
    if (!box) return;
    box.checked = true;
    row.classList.add("removed");
    const formset = row.closest("[data-formset]");
    formset.querySelector("[data-formset-add]")?.focus();
    box.dispatchEvent(new Event("change", { bubbles: true }));
  }

  document.addEventListener("click", (event) => {
    const adding = event.target.closest("[data-formset-add]");
    const removing = event.target.closest("[data-formset-remove]");
    if (adding) {
      event.preventDefault();
      add(adding.closest("[data-formset]"));
    } else if (removing) {
      event.preventDefault();
      remove(removing.closest("[data-formset-row]"));
    }
  });
})();
