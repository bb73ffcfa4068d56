// Copy buttons: [data-copy] holds the text; the word in the sibling output tells that it was done.
(() => {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const output = button.parentElement.querySelector("[data-copy-done]");
    await navigator.clipboard.writeText(button.dataset.copy);
    output.textContent = output.dataset.copyDone;
    setTimeout(() => (output.textContent = ""), 2500);
  });
})();
