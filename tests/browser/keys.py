"""A reader without a mouse: only Tab, Enter, Space, the arrows and letters; the focus is held against every stop."""

from typing import Any

from playwright.sync_api import Page

# Where the focus is told: on the element, on the card around it, or on the shape of a picture inside it.
SEEN = """() => {
  const element = document.activeElement;
  const holders = [element, element.closest(".card"), element.querySelector(".hit, .glyph")].filter(Boolean);
  const told = holders.some((one) => {
    const style = getComputedStyle(one);
    const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    return outlined || (one !== element && style.strokeWidth === "3px");
  });
  const box = element.getBoundingClientRect();
  const inset = Math.min(3, box.width / 2, box.height / 2);
  const points = [[0.5, 0.5], [0, 0], [1, 0], [0, 1], [1, 1]].map(([x, y]) => [
    box.left + inset + x * (box.width - 2 * inset), box.top + inset + y * (box.height - 2 * inset)]);
  const around = element.closest("label, a, summary") ?? element;
  const free = points.some(([x, y]) => {
    const top = document.elementFromPoint(x, y);
    return top && (around.contains(top) || top.contains(element));
  });
  return [told, free, element.outerHTML.slice(0, 160)];
}"""


class Keys:
    """A page and the keys that are pressed on it."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @property
    def focused(self) -> Any:
        return self.page.evaluate("document.activeElement.outerHTML.slice(0, 160)")

    def is_on(self, selector: str) -> bool:
        return bool(self.page.evaluate("selector => document.activeElement.matches(selector)", selector))

    def held(self) -> str:
        """Return what is wrong with the focus where it is: it is not to be seen, or something covers it."""
        told, free, html = self.page.evaluate(SEEN)
        return "" if told and free else f"{'covered' if told else 'not shown'}: {html}"

    def tab_to(self, selector: str, limit: int = 250) -> None:
        """Press Tab until the focus is on what matches; it is visible there."""
        for _press in range(limit):
            self.page.keyboard.press("Tab")
            if self.is_on(selector):
                assert self.held() == ""
                return
        raise AssertionError(f"Tab does not reach {selector}")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, selector: str, text: str) -> None:
        """Go to a field and write into it, over what is there."""
        self.tab_to(selector)
        self.press("Control+a")
        self.page.keyboard.type(text)

    def go(self, key: str = "Enter") -> None:
        """Press a key that leads to another page."""
        with self.page.expect_navigation():
            self.page.keyboard.press(key)

    def say_yes(self) -> None:
        """Answer the question of a confirmation, whose first button says no, with yes."""
        self.page.wait_for_selector("#confirm-dialog[open]")
        assert self.is_on("#confirm-dialog [value=no]")
        self.press("Tab")
        assert self.is_on("#confirm-dialog [value=yes]")
        self.go()
