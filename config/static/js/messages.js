// Messages can be put away, and the error summary is where the reader starts after a refused form.
(() => {
  document.addEventListener("click", (event) => {
    event.target.closest("[data-dismiss]")?.closest("[data-dismissable]")?.remove();
  });
  const focusSummary = (root) => root.querySelector("[data-error-summary]")?.focus();
  document.addEventListener("htmx:load", (event) => event.detail.elt && focusSummary(event.detail.elt));
  focusSummary(document);
})();
