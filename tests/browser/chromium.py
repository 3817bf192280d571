"""A small client of Chromium's DevTools protocol, over --remote-debugging-pipe: no port that others could use. Standard
library only. Not for: what is looked at (hostile_test.py, pages_test.py).
    with Chromium() as browser:
        tab = browser.open("file:///tmp/page.html")   # tab.requests, .errors, .dialogs: what happens from then on
"""
import base64
import collections
import contextlib
import fcntl
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

FLAGS = ["--headless=new", "--remote-debugging-pipe", "--no-first-run", "--disable-gpu", "--disable-dev-shm-usage",
         "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
         "--no-sandbox",  # containers forbid what it takes
         # Nothing leaves the machine, whatever a page tries; that it tries is seen all the same.
         "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
KEYS = {"Enter": (13, "\r"), "Tab": (9, ""), "Escape": (27, ""), "ArrowUp": (38, ""), "ArrowRight": (39, ""), "ArrowDown": (40, "")}
CTRL = 2


class BrowserError(Exception):
    """Of the browser, or of a page that does not do what is waited for."""


def program():
    """The browser; "" where there is none, or a snap, which may read neither /tmp nor the pipe."""
    return "" if "snap" in os.path.realpath(found := shutil.which("chromium") or "") else found


class Chromium:
    def __init__(self):
        self._profile = tempfile.TemporaryDirectory(prefix="udrl-chromium-", ignore_cleanup_errors=True)
        low = os.pipe() + os.pipe()  # made anew above 10, as the browser wants its own at 3 and 4
        read, to, self._from, write = (fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 10) for fd in low)
        self._to = os.fdopen(to, "wb")
        command = ["bash", "-c", f'exec "$@" 3<&{read} 4>&{write} {read}<&- {write}>&-', "bash", program(), *FLAGS]
        nowhere = {name: subprocess.DEVNULL for name in ("stdin", "stdout", "stderr")}
        self._process = subprocess.Popen([*command, "--user-data-dir=" + self._profile.name], pass_fds=(read, write), **nowhere)
        for fd in (*low, read, write):
            os.close(fd)
        self._number, self._rest = 0, b""
        self._events, self._replies, self.tabs = collections.deque(), {}, {}
        self.call("Browser.getVersion", seconds=60)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.call("Browser.close", seconds=5)
            self._process.wait(10)
        except (BrowserError, OSError, subprocess.TimeoutExpired):
            self._process.kill()
        self._profile.cleanup()

    def call(self, method, params=None, session=None, seconds=30):
        self._number += 1
        number, end, of_tab = self._number, time.monotonic() + seconds, {"sessionId": session} if session else {}
        message = {"id": number, "method": method, "params": params or {}, **of_tab}
        self._to.write(json.dumps(message).encode() + b"\0")
        self._to.flush()
        while number not in self._replies and self._receive(end - time.monotonic()):
            pass
        reply = self._replies.pop(number, {"error": {"message": f"no reply in {seconds} s"}})
        if "error" in reply:
            raise BrowserError(f"{method}: {reply['error'].get('message')}")
        return reply.get("result", {})

    def listen(self, seconds):
        """Takes in what the browser tells of itself."""
        end = time.monotonic() + seconds
        while self._receive(end - time.monotonic()):
            pass
        while self._events:
            self._tell(self._events.popleft())

    def _receive(self, seconds):
        """One piece; false where none came. Events wait until nobody waits for a reply."""
        if not select.select([self._from], [], [], max(0, seconds))[0]:
            return False
        piece = os.read(self._from, 1 << 20)
        if not piece:
            raise BrowserError("the browser ended")
        *whole, self._rest = (self._rest + piece).split(b"\0")
        for message in map(json.loads, whole):
            if "id" in message:
                self._replies[message["id"]] = message
            elif message["method"] == "Page.javascriptDialogOpening":
                self._tell(message)  # until it is closed, the page answers nothing
            else:
                self._events.append(message)
        return True

    def _tell(self, message):
        if message.get("sessionId") in self.tabs:
            self.tabs[message["sessionId"]].take(message["method"], message["params"])

    def open(self, *address, **options):
        return Tab(self, *address, **options)


class Tab:
    """`phone` and `dark` emulate; without `bypass_csp` the page's policy holds; `offline` has no network."""

    def __init__(self, browser, address=None, phone=False, dark=False, bypass_csp=False, offline=False):
        self.browser, self.is_loaded, self._replies = browser, False, {}
        self.requests, self.posted, self.errors, self.dialogs = [], [], [], []
        self._target = browser.call("Target.createTarget", {"url": "about:blank"})
        self._session = browser.call("Target.attachToTarget", {**self._target, "flatten": True})["sessionId"]
        browser.tabs[self._session] = self
        width, height, scale = (390, 844, 2) if phone else (1280, 900, 1)
        metrics = {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": phone}
        network = {"offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
        for method, params in {
                "Page.enable": {}, "Runtime.enable": {}, "Network.enable": {}, "Log.enable": {},
                "Page.setBypassCSP": {"enabled": bypass_csp}, "Emulation.setFocusEmulationEnabled": {"enabled": True},
                "Emulation.setTouchEmulationEnabled": {"enabled": phone}, "Emulation.setDeviceMetricsOverride": metrics,
                "Network.emulateNetworkConditions": network}.items():
            self.call(method, params)
        self.colours(dark)
        if address:
            self.go(address)

    def call(self, *args, **options):
        return self.browser.call(*args, session=self._session, **options)

    def colours(self, dark):
        wanted = {"prefers-color-scheme": "dark" if dark else "light", "prefers-reduced-motion": "reduce"}
        self.call("Emulation.setEmulatedMedia", {"features": [{"name": name, "value": value} for name, value in wanted.items()]})

    def take(self, method, params):
        if method in ("Network.requestWillBeSent", "Network.webSocketCreated", "Page.windowOpen"):
            self.requests.append(params.get("request", params)["url"])
            self.posted.extend(filter(None, [params.get("request", {}).get("postData")]))
        elif method == "Runtime.exceptionThrown":
            self.errors.append(params["exceptionDetails"].get("exception", {}).get("description", "an exception"))
        elif method == "Runtime.consoleAPICalled" and params["type"] in ("error", "assert", "warning"):
            self.errors.append(" ".join(str(one.get("value", one.get("description"))) for one in params["args"]))
        elif method == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
            self.errors.append(params["entry"]["text"])
        elif method == "Page.javascriptDialogOpening":
            self.dialogs.append(params["message"])
            with contextlib.suppress(BrowserError):  # of a page that is left already
                self.call("Page.handleJavaScriptDialog", {"accept": True})
        elif method == "Page.loadEventFired":
            self.is_loaded = True
        elif method == "Fetch.requestPaused":
            request = params["request"]
            reply = next(reply for part, reply in self._replies.items() if request["url"].endswith(part))
            status, kind, text = reply(request.get("postData")) if callable(reply) else (200, *reply)
            self.call("Fetch.fulfillRequest", {
                "requestId": params["requestId"], "responseCode": status, "body": base64.b64encode(text.encode()).decode(),
                "responseHeaders": [{"name": "Content-Type", "value": kind}]})

    def fulfil(self, replies):
        """The browser is the server: of what ends an address, type and text of the reply; or what makes status, type and text
        of what was posted."""
        self._replies = replies
        self.call("Fetch.enable", {"patterns": [{"urlPattern": "*" + part} for part in replies]})

    def go(self, address):
        self.is_loaded = False
        if failed := self.call("Page.navigate", {"url": address}).get("errorText"):
            raise BrowserError(f"{address}: {failed}")
        self.wait(lambda: self.is_loaded)

    def js(self, expression):
        """The value of an expression, awaited; an exception in it is one here."""
        reply = self.call("Runtime.evaluate", {"expression": expression, "returnByValue": True, "awaitPromise": True}, seconds=60)
        self.browser.listen(0)
        if "exceptionDetails" in reply:
            raise BrowserError(f"{expression}: {reply['exceptionDetails']}")
        return reply["result"].get("value")

    def wait(self, condition, seconds=60):
        end = time.monotonic() + seconds
        while not (condition() if callable(condition) else self.js(condition)):
            if time.monotonic() > end:
                raise BrowserError(f"waited {seconds} s in vain: {condition}")
            self.browser.listen(0.03)

    def type(self, text):
        for letter in text:
            self.press(letter)

    def press(self, key, modifiers=0):
        code, text = KEYS[key] if key in KEYS else (ord(key.upper()) if key.isalnum() else 0, key)
        down = {"type": "keyDown", "text": text} if text and not modifiers else {"type": "rawKeyDown"}
        for event in (down, {"type": "keyUp"}):
            self.call("Input.dispatchKeyEvent", {"key": key, "modifiers": modifiers, "windowsVirtualKeyCode": code, **event})

    def screenshot(self, path):
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.call("Page.captureScreenshot", seconds=60)["data"]))

    def close(self):
        self.browser.call("Target.closeTarget", self._target)
