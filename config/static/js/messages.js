// Messages can be put away, the error summary is where the reader starts after a refused form, a control that a swap replaced hands its
// focus on, and a request that failed says so: #messages holds the texts and a <template> of a message.
(() => {
  document.addEventListener("click", (event) => {
    event.target.closest("[data-dismiss]")?.closest("[data-dismissable]")?.remove();
  });

  const focusSummary = (root) => root.querySelector("[data-error-summary]")?.focus();
  focusSummary(document);

  let replaced = false;
  document.addEventListener("htmx:beforeSwap", (event) => {
    replaced = event.detail.shouldSwap && event.detail.target.contains(document.activeElement);
  });
  document.addEventListener("htmx:load", (event) => {
    const arrived = event.detail.elt;
    if (!arrived?.querySelector) return;
    focusSummary(arrived);
    if (!replaced || document.activeElement !== document.body) return;
    replaced = false;
    (arrived.querySelector("button") ?? arrived.querySelector("a[href], input:not([type=hidden]), select, textarea, summary"))?.focus();
  });

  function tell(text) {
    const list = document.getElementById("messages");
    const message = list?.querySelector("template")?.content.cloneNode(true);
    if (!message || [...list.querySelectorAll("[data-failed]")].some((shown) => shown.textContent === text)) return;
    message.querySelector("[data-failed]").textContent = text;
    list.append(message);
  }
  const autosaves = (event) => event.target.closest("[data-autosave]");
  document.addEventListener("htmx:sendError", (event) => {
    if (!autosaves(event)) tell(document.getElementById("messages")?.dataset.lost);
  });
  document.addEventListener("htmx:responseError", (event) => {
    if (!autosaves(event)) tell(document.getElementById("messages")?.dataset.refused);
  });
})();
