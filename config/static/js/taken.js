// The mark “taken from your text” goes once its field, or one of its rows, is edited.
(() => {
  function edited(event) {
    for (const area of [event.target.closest(".field"), event.target.closest("[data-taken-area]")]) {
      area?.querySelector("[data-taken]")?.remove();
    }
  }
  document.addEventListener("input", edited);
  document.addEventListener("change", edited);
})();
