// The autosave indicator: [data-saved] inside a form tells what became of its last htmx request.
(() => {
  function show(event, state) {
    const indicator = event.target.closest("form")?.querySelector("[data-saved]");
    if (!indicator) return;
    const time = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" }).format();
    indicator.dataset.state = state;
    indicator.querySelector("[data-saved-text]").textContent = indicator.dataset[state].replace("{time}", time);
  }
  const autosaves = (event) => event.target.closest("[data-autosave]");
  document.addEventListener("htmx:beforeRequest", (event) => autosaves(event) && show(event, "saving"));
  document.addEventListener("htmx:afterRequest", (event) => {
    // 204: there is nothing to keep yet.
    if (autosaves(event)) show(event, event.detail.xhr.status === 204 ? "idle" : event.detail.successful ? "done" : "failed");
  });
})();
