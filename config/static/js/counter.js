// Character counters: [data-counter] names the control's id; the limit is data-limit. Text comes from the server, with {n} for the number.
(() => {
  function update(counter) {
    const control = document.getElementById(counter.dataset.counter);
    if (!control) return;
    const left = Number(counter.dataset.limit) - control.value.length;
    counter.classList.toggle("over", left < 0);
    counter.textContent = (left < 0 ? counter.dataset.over : counter.dataset.left).replace("{n}", Math.abs(left));
  }
  const all = () => document.querySelectorAll("[data-counter]").forEach(update);
  document.addEventListener("input", (event) => {
    document.querySelectorAll(`[data-counter="${CSS.escape(event.target.id)}"]`).forEach(update);
  });
  document.addEventListener("htmx:load", all);
  all();
})();
