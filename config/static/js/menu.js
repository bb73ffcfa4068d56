// The phone's navigation, menus that close by Escape or a click elsewhere, filters that start folded on a narrow screen.
(() => {
  const header = document.querySelector(".site-header");
  const toggle = document.querySelector("[data-menu-toggle]");
  toggle?.addEventListener("click", () => {
    toggle.setAttribute("aria-expanded", String(header.classList.toggle("open")));
  });

  const opened = () => document.querySelectorAll("details.menu[open]");
  document.addEventListener("click", (event) => {
    opened().forEach((menu) => menu.contains(event.target) || menu.removeAttribute("open"));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    opened().forEach((menu) => {
      menu.removeAttribute("open");
      menu.querySelector("summary").focus();
    });
  });

  // Until here the style sheet has kept them folded, so that nothing jumps.
  const narrow = matchMedia("(width < 58rem)").matches;
  document.querySelectorAll("details[data-fold-narrow]").forEach((fold) => {
    if (narrow) fold.removeAttribute("open");
    fold.removeAttribute("data-fold-narrow");
  });
})();
