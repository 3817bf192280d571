"""What the tests of pages ask of a page, and how they count. Not for: which pages (hostile_test.py, pages_test.py)."""
import json
import re
import sys

from payloads import squeezed

# What makes a handler run that waits for somebody. A page's own buttons are left alone: they do what they should.
PROVOKE = """(() => {
  for (const element of document.querySelectorAll('*')) {
    if (element.matches('button, input')) continue;
    for (const name of ['mouseover', 'mouseenter', 'pointerover', 'focus', 'blur', 'click', 'keydown', 'toggle', 'load',
                        'error', 'begin', 'start', 'animationstart']) element.dispatchEvent(new Event(name));
    if (element.matches('[href], [formaction]')) element.click?.();
  }
})()"""
# Elements and attributes that udrl's pages have no use for. Scripts are counted.
FOREIGN = """[...document.querySelectorAll('*')].flatMap((element) => [
  ...(element.matches('a, area, base, form, img, image, iframe, frame, frameset, object, embed, video, audio, source, math, ' +
    'marquee, details, select, textarea, body style, use, animate, set, foreignObject, [contenteditable], [ping], ' +
    '[autofocus]:not(#intent), link:not([href^="data:"], [href="/page.css"]), ' +
    'meta[http-equiv]:not([http-equiv="Content-Security-Policy"])') ? [element.outerHTML.slice(0, 200)] : []),
  ...[...element.attributes].filter(({ name, value }) =>
      name.startsWith('on') || ['srcdoc', 'formaction', 'action'].includes(name) || (name === 'src' && value !== '/page.js') ||
      (name === 'style' && !/^(width: [\\d.]+%|--lines: \\d+|color: var\\(--bad\\));$/.test(value)))
    .map(({ name, value }) => `${element.tagName} ${name}=${value}`)])"""
# Words that stand from right to left: in texts without controls of direction, and beside the texts that may have some.
TURNED = """((texts, within) => {
  const turned = [], controls = /[\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]/;
  const place = (node, at) => {
    const range = document.createRange();
    range.setStart(node, at);
    range.setEnd(node, at + 1);
    return range.getBoundingClientRect();
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!node.parentElement.checkVisibility() || !node.parentElement.closest(within)) continue;
    let rest = node.data;
    for (const text of controls.test(rest) ? texts : []) rest = rest.replaceAll(text, ' '.repeat(text.length));
    if (controls.test(rest)) turned.push(`not known: ${rest}`);
    for (const { 0: word, index } of rest.matchAll(/[A-Za-z]{3,}/g)) {
      const first = place(node, index), last = place(node, index + word.length - 1);
      const sameLine = first.width && last.width && Math.abs(first.top - last.top) < 2;
      if (sameLine && first.left > last.left) turned.push(`${word} in ${node.data.slice(0, 200)}`);
    }
  }
  return turned;
})"""
CONTROLS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")

counts = {"checks": 0, "failures": 0}


def check(name, holds, what=""):
    counts["checks"] += 1
    if not holds:
        counts["failures"] += 1
        print(f"FAILED: {name}: {str(what)[:1500]}", flush=True)
    return holds


def finish(more=""):
    print(f"{more}{counts['checks']} checks, {counts['failures']} failures")
    sys.exit(counts["failures"] > 0)


def is_harmless(name, tab, own, scripts=0):
    """`own`: beginnings of the addresses that it may ask for; `scripts`: how many it has."""
    executed = tab.js("window.__executed ?? null")
    tab.browser.listen(0.2)
    check(name, executed is None, f"payload {executed} ran")
    check(name, not tab.dialogs, f"dialogs: {tab.dialogs[:3]}")
    asked = [url for url in tab.requests if not url.startswith(own) and not url.startswith("data:image/svg+xml,")]
    check(name, not asked, f"asked for {asked[:3]}")
    check(name, not tab.errors, f"errors: {tab.errors[:3]}")
    foreign = tab.js(FOREIGN)
    check(name, not foreign, f"elements of others: {foreign[:3]}")
    there = tab.js("document.scripts.length")
    check(name, there == scripts, f"{there} scripts instead of {scripts}")


def shows(name, tab, texts):
    shown = squeezed(tab.js("document.body.textContent"))
    lost = [text for text in texts if squeezed(text) not in shown]
    check(name, not lost, f"{len(lost)} of {len(texts)} texts are not there, such as {lost[:2]}")


def turned(texts, within="body"):
    """JavaScript for what some of `texts` turned around. The longest text first: one may be a part of another."""
    hostile = sorted(filter(CONTROLS.search, set(texts)), key=len, reverse=True)
    return f"{TURNED}({json.dumps(hostile)}, {json.dumps(within)})"


def turns_nothing(name, tab, texts):
    found = tab.js(turned(texts))
    check(name, not found, f"{len(found)} texts turned around, such as {found[:3]}")
