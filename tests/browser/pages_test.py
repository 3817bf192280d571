#!/usr/bin/env python3
"""The page that answers, of a server and as one file without a network: with a student that says markup
(hostile_data.py sayings), by somebody who types, has no mouse, likes it dark, or has a phone.

Usage: pages_test.py ADDRESS [FILE]    where the student is served; the page of udrl-export
"""
import json
import pathlib
import sys
import time

from chromium import CTRL, Chromium
from looks import check, finish, is_harmless

CARDS = "[...document.querySelectorAll('.card')]"
READY = f"{CARDS}.length > 0 && !document.querySelector('.about [role=status]')"  # says that the student is being loaded
ANSWERED = f"{CARDS}.length === 3 && {CARDS}.every((card) => card.querySelector('.facts').textContent && " \
           "!card.matches('.pending, .failed'))"
TEXTS = f"Object.fromEntries({CARDS}.map((card) => ['.name', '.text'].map((part) => card.querySelector(part).textContent)))"
# What a keyboard must reach: all that is seen and can be used.
CONTROLS = "[...document.querySelectorAll('input, button, [tabindex=\"0\"]')].filter((one) => one.checkVisibility() && !one.disabled)"
NAMED = """((one) => one.id || [one.closest('.card')?.querySelector('.name').textContent, one.className, one.ariaLabel ??
  one.textContent].join(' '))"""
RING = """(({ outlineStyle, outlineWidth, boxShadow }) => (outlineStyle !== 'none' && outlineWidth !== '0px') || boxShadow !== 'none')(
  getComputedStyle(document.activeElement))"""
# Texts whose colour is less than 4.5 times as light, or as dark, as what is behind.
FAINT = """(() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const parts = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = (rgb) => rgb.slice(0, 3).map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = parts(getComputedStyle(at).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return parts(getComputedStyle(document.documentElement).colorScheme.includes('dark') ? 'black' : 'white');
  };
  const faint = [];
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!own || !element.checkVisibility() || element.closest(':disabled, template, script, svg')) continue;
    const [a, b] = [light(parts(getComputedStyle(element).color)), light(behind(element))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) faint.push(`${element.tagName}.${element.className} ${contrast.toFixed(2)}`);
  }
  return faint;
})()"""


def answered(tab):
    tab.wait(ANSWERED)
    return tab.js(TEXTS)


def types(name, tab):
    """Letter by letter: each task's answer comes, and changes."""
    tab.wait(READY, 120)
    check(name, tab.js("document.activeElement.id") == "intent", "one cannot type at once")
    seen, by_lines = {}, False
    for request in (["old", " winter", " bread"], ["quick ri", "ver"], ["blue", " lamp", " in li", "ght"]):
        tab.press("Escape")
        for letters in request:
            tab.type(letters)
            for task, text in answered(tab).items():
                seen.setdefault(task, set()).add(text)
            by_lines = by_lines or tab.js("document.querySelector('.card .row') !== null")
    check(name, len(seen) == 3, f"tasks that were answered: {[*seen]}")
    for task, texts in seen.items():
        check(name, len(texts - {"–"}) > 1, f"{task} does not change: {texts}")
    said = " ".join(text for texts in seen.values() for text in texts)
    for part in ("<img src=x onerror=", "<b>", "<script>"):
        check(name, part in said, f"the student does not say {part}: {said}")
    check(name, by_lines, "an object is not shown line by line")
    tab.wait("location.hash === '#intent=blue+lamp+in+light'")  # the address keeps it


def has_no_mouse(name, tab):
    tab.js("document.getElementById('intent').focus()")
    wanted, reached, unseen = tab.js(f"{CONTROLS}.map({NAMED})"), [], []
    for _ in range(len(wanted) + 10):
        tab.press("Tab")
        if tab.js("document.activeElement === document.body"):
            continue  # behind the last one
        reached.append(tab.js(f"{NAMED}(document.activeElement)"))
        if not tab.js(RING):
            unseen.append(reached[-1])
    lost = [one for one in wanted if one not in reached]
    check(name, not lost, f"the keyboard does not reach {lost}")
    check(name, not unseen, f"one does not see where one is: {unseen}")

    tab.js("document.getElementById('intent').focus()")
    tab.press("ArrowDown")
    check(name, tab.js("document.activeElement.matches('.card')"), "arrow down leads to no card")
    tab.press("Enter")
    tab.wait("[...document.querySelectorAll('.copy')].some((button) => /Copied|No copy/.test(button.textContent))")
    tab.press("?")
    check(name, tab.js("document.getElementById('help').open"), "no help")
    tab.press("Escape")
    check(name, not tab.js("document.getElementById('help').open"), "the help does not go")
    tab.press("Escape")
    check(name, tab.js("document.activeElement.id") == "intent", "Escape does not lead back")
    tab.press("Enter", CTRL)
    tab.wait("document.getElementById('seed').textContent === 'draw 2'")
    answered(tab)
    tab.js("document.querySelector('.words input').focus()")
    before = tab.js("document.querySelector('.words .value').textContent")
    tab.press("ArrowRight")
    check(name, tab.js("document.querySelector('.words .value').textContent") == str(int(before) + 1), "the slider does not move")
    answered(tab)
    tab.js("document.getElementById('intent').focus()")
    tab.press("Escape")
    check(name, tab.js("document.getElementById('intent').value") == "", "Escape does not clear the intent")
    tab.wait("document.querySelectorAll('.card.empty').length === 3")


def is_readable(name, tab):
    light = {}
    for dark in (False, True):
        tab.colours(dark)
        tab.wait("document.getAnimations().every((one) => one.playState !== 'running')")
        light[dark] = tab.js("getComputedStyle(document.body).backgroundColor")
        faint = tab.js(FAINT)
        check(name, not faint, f"{'dark' if dark else 'light'}: faint texts {faint[:8]}")
    check(name, light[False] != light[True], f"dark is as light: {light}")
    tab.colours(False)


def fits(name, tab):
    wide = tab.js("document.documentElement.scrollWidth"), tab.js("document.documentElement.clientWidth")
    check(name, wide[0] <= wide[1] == 390, f"a phone scrolls sideways: {wide}")


def look(browser, name, address, own, scripts, **options):
    tab = browser.open(address, **options)
    types(name, tab)
    is_readable(name, tab)
    has_no_mouse(name, tab)
    is_harmless(name, tab, own, scripts)
    tab.close()

    tab = browser.open(address, phone=True, **options)
    tab.js("document.getElementById('intent').focus()")
    tab.wait(READY, 120)
    fits(name, tab)
    tab.type("blue lamp")
    answered(tab)
    fits(name, tab)
    tab.js("document.getElementById('help-open').click()")
    fits(name, tab)
    is_harmless(name, tab, own, scripts)
    tab.close()
    print(name, flush=True)


def played(browser, address, phone, facts, event, status=lambda _: 200):
    """The page of a student of one task, which the browser plays: "sale" has been typed, and gets this event; `status` of
    what was posted."""
    task = {"name": "image", "words": {"usual": 9, "least": 1, "most": 20}, "returns": {"lowest": 0, "top": 4}, "curve": None}
    about = {"name": "a", "parameters": 1e6, "default_task": "image", "tasks": [task], **facts}
    stream = f"data: {json.dumps({'task': 'image', 'words': 2, 'done': True, **event})}\n\ndata: [DONE]\n\n"
    tab = browser.open(phone=phone)
    tab.fulfil({"/v1/student": ("application/json", json.dumps(about)),
                "/v1/typeahead": lambda posted: (status(json.loads(posted)), "text/event-stream", stream)})
    tab.go(address)
    tab.js("document.getElementById('intent').focus()")
    tab.type("sale")
    return tab


def mentions(browser, name, address):
    """The page of a student that mentions words, which the browser plays: what it asks, and what it shows of the reply."""
    event = {"text": "A <i>harbor</i>", "mention": "snow, <b>lights</b>"}
    shown = "document.querySelector('.card .mentions')?.textContent"
    for phone in (False, True):
        tab = played(browser, address, phone, {"mentions": True, "proposes": True}, event)
        tab.wait(f"{shown} === 'asked to mention snow, <b>lights</b>'")
        check(name, json.loads(tab.posted[-1])["mention"] == "auto", tab.posted[-1])
        tab.press("Tab"), tab.press("Tab"), tab.press("Tab")
        check(name, tab.js("document.activeElement.id") == "mention", "the keyboard does not reach the field")
        asked = len(tab.posted)
        tab.type("ice / why?")
        check(name, tab.js("document.activeElement.id") == "mention" and not tab.js("document.getElementById('help').open"),
              "a letter is taken for a key")
        tab.wait(lambda: len(tab.posted) > asked and json.loads(tab.posted[-1])["mention"] == "ice / why?")
        tab.press("Escape")
        check(name, tab.js("document.activeElement.id") == "intent", "Escape does not lead back")
        if phone:
            fits(name, tab)
        else:
            is_readable(name, tab)
        is_harmless(name, tab, (address,), 1)
        tab.close()
    print(name, flush=True)


def asks_again(browser, name, address):
    """A server that is too busy for drafts is asked for them once more, and no more than that."""
    refused = []

    def status(posted):
        if "best_of" not in posted:
            return 200
        refused.append(posted)
        return 429
    tab = played(browser, address, False, {"best_of": 8, "top": "top+rarity=top"}, {"text": "A sale"}, status)
    tab.wait(lambda: len(refused) == 2)
    check(name, json.loads(tab.posted[0])["return"] == {"image": "top+rarity=top"}, tab.posted[0])
    time.sleep(4)
    check(name, len(refused) == 2, f"asked {len(refused)} times")
    check(name, tab.js("document.querySelector('.text').textContent") == "A sale", "the one draft does not stay")
    tab.close()
    print(name, flush=True)


def chooses(browser, name, address):
    """The page of a student with a critic, which the browser plays: whoever rests is given the best of many drafts."""
    def drafts_of(posts):
        return [json.loads(one).get("best_of", 1) for one in posts]

    for phone in (False, True):
        tab = played(browser, address, phone, {"best_of": 8}, {"text": "A sale", "best_of": 8})
        tab.wait(lambda: drafts_of(tab.posted)[-1:] == [8])
        check(name, set(drafts_of(tab.posted)[:-1]) == {1}, f"asked while somebody types: {drafts_of(tab.posted)}")
        check(name, json.loads(tab.posted[-1])["intent"] == "sale", tab.posted[-1])
        tab.wait("/best of 8/.test(document.querySelector('.facts').textContent)")
        if phone:
            fits(name, tab)
        else:
            is_readable(name, tab)
        asked = len(tab.posted)
        tab.js("document.getElementById('best').click()")
        check(name, tab.js("document.getElementById('best').ariaPressed") == "false", "the button does not say that it is off")
        tab.wait(lambda: len(tab.posted) > asked)
        time.sleep(1)
        check(name, set(drafts_of(tab.posted)[asked:]) == {1}, f"asked although it is off: {drafts_of(tab.posted)}")
        is_harmless(name, tab, (address,), 1)
        tab.close()
    print(name, flush=True)


def main():
    address = sys.argv[1]
    with Chromium() as browser:
        look(browser, "the page of udrl-serve", address + "/", (address,), 1)
        mentions(browser, "the page of a student that mentions words", address + "/")
        chooses(browser, "the page of a student that chooses", address + "/")
        asks_again(browser, "the page of a busy server", address + "/")
        if len(sys.argv) > 2:
            file = pathlib.Path(sys.argv[2]).absolute().as_uri()
            look(browser, "the page in one file", file, (file, "blob:"), 4, offline=True)
    finish()


if __name__ == "__main__":
    main()
