"""What must hold on every page, asked of the page itself: a list of faults, empty when all is well."""

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_AXE = Axe()
_RULES = {
    "resultTypes": ["violations"],
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"],
    },
    "rules": {"target-size": {"enabled": True}},
}
_INLINE = re.compile(
    r"<[a-z][^<>]*\s(style|on[a-z]+)\s*=\s*[\"'][^<>]*>|<style\b|<script\b(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>",
    re.IGNORECASE,
)
# Every page in one question to the browser: a round trip costs more than the looking.
_FRAME = """() => {
  const faults = [];
  const say = (wrong, element) => faults.push(element ? `${wrong}: ${element.outerHTML.slice(0, 160)}` : wrong);
  const seen = (one) => one.checkVisibility({ visibilityProperty: true }) && !one.closest("[inert]");
  if (!document.title.trim()) say("no title");
  if (!/^(zh-hans|en)$/i.test(document.documentElement.lang)) say(`lang is “${document.documentElement.lang}”`);
  if (document.querySelectorAll("h1").length !== 1) say(`${document.querySelectorAll("h1").length} h1`);
  if (document.querySelectorAll("main, [role=main]").length !== 1) say("not one main");
  if (!document.querySelector("a.skip[href='#main']") || !document.getElementById("main")) say("no skip link");
  const wide = document.documentElement.scrollWidth - window.innerWidth;
  if (wide > 0) {
    const past = [...document.querySelectorAll("body *")].filter(
      (one) => one.getBoundingClientRect().right > window.innerWidth + 1 && seen(one));
    say(`${wide} px too wide`, past.at(-1));
  }
  for (const one of document.querySelectorAll("time")) {
    if (!one.dateTime || !one.title) say("a time without datetime and title", one);
    if (seen(one) && one.getClientRects().length > 1) say("a time that wraps", one);
  }
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const one = texts.currentNode;
    if (!/[\u0590-\u08ff]/.test(one.data)) continue;
    if (!one.parentElement.closest("[dir], bdi, textarea, option, script")) {
      say("right-to-left words that are not set apart", one.parentElement);
    }
  }
  for (const one of document.querySelectorAll("img")) {
    if (one.complete && one.naturalWidth === 0 && one.loading !== "lazy") say("a picture that did not come", one);
  }
  for (const one of document.querySelectorAll("svg use")) {
    const [file, id] = one.getAttribute("href").split("#");
    if (!file || !id) say("an icon of nowhere", one);
  }
  return faults;
}"""
# After a key was pressed, focus that a script moves is drawn as for the keyboard.
_FOCUS = """() => {
  const faults = [];
  const controls = document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']");
  const plain = (style) => [style.outlineStyle, style.outlineWidth, style.boxShadow, style.backgroundColor,
    style.borderColor, style.textDecorationLine].join();
  const drawn = (one) => {
    const style = getComputedStyle(one);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
  };
  for (const one of controls) {
    if (!one.checkVisibility({ visibilityProperty: true }) || one.disabled || one.type === "hidden") continue;
    if (one.closest("[inert], [hidden], [aria-hidden=true]")) continue;
    if (one.tabIndex < 0) {
      if (!one.closest("[role=listbox], [role=menu], [role=tablist], [role=radiogroup], .honey")) {
        faults.push(`out of reach of Tab: ${one.outerHTML.slice(0, 140)}`);
      }
      continue;
    }
    const label = one.labels?.[0] ?? one.closest("label");
    const around = [label, label?.parentElement, one.parentElement].filter(Boolean);
    const before = around.map((element) => plain(getComputedStyle(element)));
    one.focus({ preventScroll: true, focusVisible: true });
    if (document.activeElement !== one) { faults.push(`takes no focus: ${one.outerHTML.slice(0, 140)}`); continue; }
    const shows = drawn(one) || around.some((element, at) => plain(getComputedStyle(element)) !== before[at]);
    if (!shows) faults.push(`focus not seen: ${one.outerHTML.slice(0, 140)}`);
  }
  document.activeElement?.blur();
  return faults;
}"""


def frame(page: Page) -> list[str]:
    """Look at title, language, headings, landmarks, width, times and pictures."""
    found: list[str] = page.evaluate(_FRAME)
    return found


def focus(page: Page) -> list[str]:
    """Look whether the skip link comes first and every control takes focus and shows it."""
    page.keyboard.press("Tab")
    first = page.evaluate("document.activeElement?.className ?? ''")
    found: list[str] = page.evaluate(_FOCUS)
    return found if "skip" in first else [f"Tab reaches “{first}” before the skip link", *found]


def inline(words: str) -> list[str]:
    """Look for style and script that a strict content policy refuses, in what the server sent."""
    return [f"inline: {found[0][:160]}" for found in _INLINE.finditer(words)]


def axe(page: Page, width: int) -> list[str]:
    """Ask axe, in a window as high as the page: what lies below a sticky bar only until one scrolls is no fault."""
    page.set_viewport_size(
        {"width": width, "height": min(page.evaluate("document.documentElement.scrollHeight"), 6000)}
    )
    found = _AXE.run(page, options=_RULES).response["violations"]
    return [f"{one['id']}: {one['help']}: {node['html'][:200]}" for one in found for node in one["nodes"]]
