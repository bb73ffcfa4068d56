// Confirmation in the page's own <dialog>. A form or button with data-confirm="question" waits for a yes; without
// JavaScript the form simply posts, and the server's action stays the judge. htmx's hx-confirm uses the same dialog.
(() => {
  const dialog = () => document.getElementById("confirm-dialog");

  function ask(question, label, proceed) {
    const box = dialog();
    box.querySelector("[data-confirm-question]").textContent = question;
    const yes = box.querySelector("[data-confirm-yes]");
    yes.textContent = label || yes.dataset.confirmYes;
    box.returnValue = "";
    box.addEventListener("close", () => box.returnValue === "yes" && proceed(), { once: true });
    box.showModal();
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    const button = event.submitter;
    const asking = button?.dataset.confirm ? button : form;
    if (!asking.dataset.confirm || form.dataset.confirmed) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    ask(asking.dataset.confirm, asking.dataset.confirmLabel || button?.textContent.trim(), () => {
      form.dataset.confirmed = "yes";
      form.requestSubmit(button);
      delete form.dataset.confirmed;
    });
  }, true);

  document.addEventListener("htmx:confirm", (event) => {
    if (!event.detail.question) return;
    event.preventDefault();
    ask(event.detail.question, event.detail.elt.dataset.confirmLabel, () => event.detail.issueRequest(true));
  });

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    if (opener) document.getElementById(opener.dataset.opens)?.showModal();
    // A click on the backdrop lands on the dialog element itself.
    if (event.target instanceof HTMLDialogElement) event.target.close();
  });
})();
