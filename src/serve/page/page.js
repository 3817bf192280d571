// The script of udrl-serve's page: type-ahead for every task of a student. What the model says is only ever set as text.

const byId = (id) => document.getElementById(id);
const server = globalThis.localFetch ?? fetch; // a page that opens from disk has a stand-in for the server
const intentField = byId("intent"), mentionField = byId("mention");
const client = Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
const cards = new Map(); // by the task's name
const asked = { intent: "", mention: "", seed: 1, best: true, version: 0 }; // version counts the changes of intent, seed and settings
const link = { sent: 0, waiting: false, failures: 0, retry: 0, student: "", drafts: 0, again: 0, top: "top" }; // drafts: that it chooses among
const keys = { down: 0, open: [], first: [], all: [], unanswered: 0 };

// ---- Text ----
// visible(text), which spells out what nothing shows, is include/udrl/page/visible.hpp.

/** An object gets a line for each member. Works on an unfinished one too, so lines stay where they are as it grows. */
const jsonLines = (text) => text.split(/(?<=,)\s*(?="(?:[^"\\]|\\.)*"\s*:)/u).map((line, i) => span("row", i ? ` ${line}` : line));
const span = (className, textContent) => Object.assign(document.createElement("span"), { className, textContent });
const later = (act, ms, timer = 0) => () => { clearTimeout(timer); timer = setTimeout(act, ms); };
const milliseconds = (ms) => (ms < 10 ? ms.toFixed(1) : Math.round(ms).toString());

// ---- A card: one task, its settings and its answer ----
class Card {
  words = "auto"; return = "top"; // as they are asked
  version = 0; // the newest change that concerns this card
  answered = 0; // the change that its finished answer is for
  chosen = 0; // the change that the best of many drafts was given for
  request = { number: 0, version: 0 }; // the request whose text it shows
  answer = null; next = null; // what it shows, and what it will from the next frame on
  find = (selector) => this.element.querySelector(selector);
  /** A text that has not ended, or was cut, must never look whole. */
  isPart = () => Boolean(this.answer?.text) && (!this.answer.done || this.answer.finish === "length");

  constructor(task) {
    this.task = task;
    this.name = visible(task.name);
    this.element = byId("card").content.firstElementChild.cloneNode(true);
    this.element.ariaLabel = `${this.name}; Enter copies the answer`;
    this.element.classList.toggle("short", task.words.usual <= 8);
    this.find(".name").textContent = this.name;
    const { words: { usual, least, most }, returns: { lowest, top } } = task;
    this.wire("words", { min: least, max: most, value: usual }, (words) => words);
    // The ends are names: which bin is top or lowest at this length is for the server to say.
    this.wire("return", { min: lowest, max: top, value: top }, (bin) => (bin === top ? "top" : bin === lowest ? "lowest" : bin));
    this.find(".auto").addEventListener("click", () => this.set("words", this.words === "auto" ? usual : "auto"));
    this.find(".copy").addEventListener("click", () => copy(this));
    this.find(".copy").ariaLabel = `Copy ${this.name}`;
    this.showSettings();
    this.paint();
  }

  wire(key, range, meaning) {
    const slider = Object.assign(this.find(`.${key} input`), range, { ariaLabel: `${key}, ${this.name}` });
    slider.addEventListener("input", () => this.set(key, meaning(slider.valueAsNumber)));
  }

  set(key, value) {
    this[key] = value;
    this.showSettings();
    changed([this]);
  }

  showSettings() {
    const auto = this.words === "auto";
    const words = this.find(".words input");
    if (auto) words.value = this.task.words.usual;
    this.find(".words .value").textContent = words.value;
    words.ariaValueText = auto ? `${words.value}, the usual number` : words.value;
    this.find(".auto").ariaPressed = String(auto);
    this.find(".return input").ariaValueText = this.find(".return .value").textContent = `${this.return}`;
  }

  paint() {
    const { answer, element } = this;
    const text = visible(answer?.error ?? answer?.text ?? "");
    const json = !answer?.error && (text ? /^\s*[{[]/.test(text) : element.classList.contains("json"));
    const states = { json, empty: !text, failed: answer?.error, pending: answer && this.version > this.request.version };
    for (const [name, holds] of Object.entries(states)) element.classList.toggle(name, Boolean(holds));
    const parts = text && json ? jsonLines(text) : [span("whole", text || "–")];
    if (this.isPart()) parts.at(-1).append(span("more", "…"));
    this.find(".text").replaceChildren(...parts);
    this.find(".cut").hidden = answer?.finish !== "length";
    this.find(".note").textContent = visible(answer?.note ?? "");
    this.find(".copy").disabled = !answer?.text;
    // While a text grows, the figures of the one before it stay: they would flicker otherwise.
    if (!answer || answer.done || answer.error) {
      this.find(".facts").textContent = answer?.done ? facts(answer) : "";
      this.find(".mentions").textContent = answer?.mention ? `asked to mention ${visible(answer.mention)}` : "";
    }
    drawCurve(this.find(".curve"), this.task, answer);
  }
}

/** Room for the longest text to expect, so that what is below stays where it is. */
function reserveRoom() {
  for (const { task: { words: { usual, most } }, element, find } of cards.values()) {
    const letterWidth = parseFloat(getComputedStyle(find(".text")).fontSize) * 0.5;
    const width = Math.min(most, Math.max(1.7 * usual, usual + 6)) * 6.4 * letterWidth;
    const lines = Math.ceil(width / Math.max(100, find(".answer").clientWidth));
    element.style.setProperty("--lines", String(Math.min(8, Math.max(3, lines))));
  }
}

function facts({ words, words_asked: wanted, return: bin, ms, best_of: drafts }) {
  const count = Number.isFinite(wanted) ? `${words}/${wanted} words` : `${words} words`;
  return [count, Number.isFinite(bin) && `return ${bin}`, drafts && `best of ${drafts}`, Number.isFinite(ms) && `${milliseconds(ms)} ms`].filter(Boolean).join(" · ");
}

// ---- The curve: words asked (across), words that came (up) ----
function drawCurve(svg, { curve, words: { most } }, answer) {
  if (!curve?.length) return;
  const high = Math.max(most, ...curve.flatMap(({ asked, got }) => [asked, got]));
  const within = (words) => Math.min(high, Math.max(0, words)) / high; // what is off the chart stays at its edge
  const x = (words) => 24 + 98 * within(words);
  const y = (words) => 74 - 66 * within(words);
  svg.removeAttribute("hidden");
  svg.setAttribute("aria-label", `Measured: ${curve.map(({ asked, got }) => `${asked} words asked, ${got} came`).join("; ")}`);
  svg.querySelector(".measured").setAttribute("points", curve.map(({ asked, got }) => `${x(asked)},${y(got)}`).join(" "));
  for (const text of svg.querySelectorAll(".high")) text.textContent = Math.round(high);
  if (answer && !answer.done && !answer.error) return;
  const here = svg.querySelector(".here");
  here.toggleAttribute("hidden", !Number.isFinite(answer?.words) || !Number.isFinite(answer.words_asked));
  here.setAttribute("cx", x(answer?.words_asked ?? 0));
  here.setAttribute("cy", y(answer?.words ?? 0));
}

// ---- Asking: at most one request waits, and it is for the newest state ----
function changed(which, stamp = 0) {
  asked.version += 1;
  for (const card of which) {
    card.version = asked.version;
    // Without an intent there is nothing to ask, and what is still on its way is not to be shown.
    const nothing = { answered: card.version, answer: null, next: null, request: { number: link.sent + 1, version: card.version } };
    if (!asked.intent) Object.assign(card, nothing).paint();
    card.element.classList.toggle("pending", Boolean(card.answer));
  }
  if (!asked.intent) keys.open = [];
  else if (stamp) keys.open.push({ version: asked.version, stamp, first: false });
  send();
}

function send() {
  if (link.waiting || link.retry || !asked.intent) return;
  // Cards that still wait are asked again too: the server drops the older request when the newer one comes.
  const open = [...cards.values()].filter((card) => card.version > card.answered);
  if (open.length) ask(open);
}

/** When nobody types, each answer again: the best of many drafts, which takes the place of the one draft. */
const chooseSoon = later(() => {
  const all = [...cards.values()], open = all.filter((card) => card.chosen !== card.version);
  const rests = asked.intent && !link.waiting && !link.retry && all.every((card) => card.answered === card.version);
  if (rests && asked.best && link.drafts && open.length) ask(open, link.drafts);
}, 350);

/** Once more for the same state, where the best of many was lost, or a busy server did not take it. */
const chooseAgain = later(() => {
  if (link.again === asked.version) return;
  link.again = asked.version;
  chooseSoon();
}, 3000);

/** The top of every return, as the student's best answers have it. */
const returnsOf = (open) => Object.fromEntries(open.map((card) => [card.task.name, card.return === "top" ? link.top : card.return]));

async function ask(open, drafts = 1) {
  const request = { number: ++link.sent, version: asked.version, ended: false, drafts };
  const setting = (key) => Object.fromEntries(open.map((card) => [card.task.name, card[key]]));
  const body = JSON.stringify({ client, intent: asked.intent, tasks: open.map((card) => card.task.name), words: setting("words"),
    return: returnsOf(open), mention: asked.mention || "auto", have: "", nearest: true, seed: asked.seed,
    ...(drafts > 1 && { best_of: drafts }) });
  const response = await reach("/v1/typeahead", { method: "POST", headers: { "Content-Type": "application/json" }, body });
  if (!response) return lost("No connection to the server, trying again");
  if (!response.ok && drafts > 1) { // a busy server: the one draft stays, and what was typed meanwhile is asked
    showBanner("");
    if (isBusy(response)) chooseAgain();
    return send();
  }
  if (!response.ok) return refused(response, request);
  if (asked.version > request.version) send();
  // A broken stream ends without [DONE], as one does that the server gave up.
  await readEvents(response.body, (data) => take(request, data)).catch(() => {});
  if (!request.ended && request.number === link.sent) lost("The connection broke, trying again");
}

/** The response once its headers came, null without a connection. It is never aborted: that would close the connection. */
async function reach(path, options) {
  link.waiting = true;
  const slow = setTimeout(showBanner, 3000, "The server is slow to answer, still waiting");
  const response = await server(path, { cache: "no-store", ...options }).catch(() => null);
  clearTimeout(slow);
  link.waiting = false;
  return response;
}

async function readEvents(stream, act) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    const lines = (rest + piece.value).split("\n");
    rest = lines.pop();
    for (const line of lines) if (line.startsWith("data:")) act(line.slice(5).trim());
  }
}

function take(request, data) {
  if (request.ended) return;
  const event = data === "[DONE]" ? {} : JSON.parse(data);
  request.ended = data === "[DONE]" || event.superseded === true;
  if (request.ended) showBanner("");
  if (data === "[DONE]") paintSoon("all", request.version);
  if (data === "[DONE]" && request.drafts === 1) chooseSoon();
  const card = cards.get(event.task);
  // Never back to an older request; but one that is not the newest may show: on a slow line it is all there is.
  if (!card || request.number < card.request.number || (event.error && request.drafts > 1)) return;
  Object.assign(card, { request, next: event });
  if ((event.done || event.error) && request.version >= card.version) card.answered = request.version;
  if (event.done && request.drafts > 1) card.chosen = request.version;
  paintSoon("first", request.version);
}

const isBusy = ({ status }) => [429, 502, 503, 504].includes(status);
const reasonIn = (response) => response.json().then((json) => visible(json.error.message), () => `status ${response.status}`);

async function refused(response, request) {
  if (isBusy(response)) return lost("The server is busy, trying again");
  const message = await reasonIn(response);
  keys.unanswered += keys.open.splice(0).length;
  if (asked.version > request.version) return send();
  showBanner(`The server did not take this: ${message}`);
}

function lost(message) {
  if (link.retry) return;
  link.failures += 1;
  keys.unanswered += keys.open.splice(0).length;
  showBanner(message);
  link.retry = setTimeout(reconnect, Math.min(5000, 200 * 2 ** link.failures) * (0.75 + Math.random() / 2));
}

/** The student first: the server that came back may have another one. */
async function reconnect() {
  link.retry = clearTimeout(link.retry);
  if (link.waiting) return;
  const response = await reach("/v1/student", {});
  // Without a key, say: to ask again would not help.
  if (response && [400, 401, 403, 404].includes(response.status))
    return showBanner(`The server does not answer this page: ${await reasonIn(response)}`);
  const text = response?.ok ? await response.text().catch(() => "") : "";
  if (!text) return lost("No connection to the server, trying again");
  if (text !== link.student) showStudent(text);
  send();
  if (link.waiting) return;
  showBanner(""); // nothing is open, such as where a better answer alone was lost
  chooseAgain();
}

function showBanner(message) {
  byId("banner").hidden = !message;
  if (!message) link.failures = 0;
  // Set only when it changes: a screen reader would say it at each attempt.
  else if (byId("banner-text").textContent !== message) byId("banner-text").textContent = message;
}

function showStudent(text) {
  link.student = text;
  const { name, parameters, default_task: main, tasks, mentions = false, proposes = false, best_of: drafts = 0, top = "top" } = JSON.parse(text);
  link.top = top;
  offerMention(mentions, proposes);
  offerBest(drafts);
  byId("student").textContent = `${visible(name)}, ${(parameters / 1e6).toFixed(1)} million parameters`;
  // The main task first, then the long answers, which get the wider cards.
  const rank = (task) => (task.name === main ? Infinity : task.words.usual);
  cards.clear();
  for (const task of tasks.sort((a, b) => rank(b) - rank(a))) cards.set(task.name, new Card(task));
  byId("cards").replaceChildren(...[...cards.values()].map((card) => card.element));
  reserveRoom();
  changed(cards.values());
}

/** Only to a student that learned to mention words; another one refuses them. */
function offerMention(mentions, proposes) {
  for (const id of ["mention-row", "mention-term"]) byId(id).hidden = !mentions;
  byId("cards").classList.toggle("mentioning", mentions);
  mentionField.placeholder = proposes ? "auto: words that fit" : "words, with commas between";
  asked.mention = mentions ? mentionField.value.trim() : "";
}

/** Only where the server can choose. */
function offerBest(drafts) {
  link.drafts = drafts;
  for (const id of ["best", "best-term"]) byId(id).hidden = !drafts;
  byId("best").textContent = byId("best-name").textContent = `best of ${drafts}`;
}

// ---- Painting, and how long it takes from a keystroke ----
const due = { first: 0, all: 0, frame: 0 }; // up to which version texts, and whole requests, are in the next frame
const afterPaint = new MessageChannel();

/** Once a frame: an answer comes in more pieces than a screen can show. */
function paintSoon(what, version) {
  due[what] = Math.max(due[what], version);
  due.frame ||= requestAnimationFrame(() => {
    for (const card of cards.values()) if (card.next) Object.assign(card, { answer: card.next, next: null }).paint();
    due.frame = 0;
    afterPaint.port2.postMessage({ ...due }); // comes after the browser has painted this frame
    if (due.all === asked.version) announceSoon();
  });
}

/** A keystroke is answered by its own version or a newer one: one that was overtaken counts until then. */
afterPaint.port1.onmessage = ({ data: { first, all } }) => {
  for (const key of keys.open) {
    if (!key.first && key.version <= first) key.first = keys.first.push(performance.now() - key.stamp);
    if (key.version <= all) keys.all.push(performance.now() - key.stamp);
  }
  keys.open = keys.open.filter((key) => key.version > all);
  showMeasured();
};

function showMeasured() {
  for (const samples of [keys.first, keys.all]) samples.splice(0, samples.length - 100);
  const rank = (samples, share) => milliseconds([...samples].sort((a, b) => a - b)[Math.ceil(share * samples.length) - 1]);
  const both = (samples) => (samples.length ? `p50 ${rank(samples, 0.5)} ms, p95 ${rank(samples, 0.95)} ms` : "–");
  const left = keys.unanswered ? `; ${keys.unanswered} that got no answer are left out` : "";
  const text = `first text ${both(keys.first)}; all answers ${both(keys.all)} (last ${keys.all.length} keystrokes${left})`;
  byId("measured").textContent = keys.first.length ? `From key to screen: ${text}` : "Here you see how long answers take, from key to screen.";
}

// ---- What a person does ----
const say = (textContent) => Object.assign(byId("live"), { textContent });
const answers = () => [...cards.values()].map((card) => `${card.name}: ${card.find(".text").textContent}`).join(". ");
const announceSoon = later(() => say(answers()), 900);
// Browsers limit how often the address may change.
const address = () => (asked.intent ? `#${new URLSearchParams({ intent: asked.intent })}` : location.pathname);
const keepIntentSoon = later(() => history.replaceState(null, "", address()), 300);

async function copy(card) {
  if (!card.answer?.text) return;
  const text = visible(card.answer.text) + (card.isPart() ? "…" : "");
  const copied = await navigator.clipboard?.writeText(text).then(() => true, () => false); // only https and localhost have it
  say(copied ? `${card.name} copied` : `${card.name} could not be copied`);
  const label = (word) => Object.assign(card.find(".copy"), { textContent: word, className: `copy ${word.toLowerCase()}` });
  label(copied ? "Copied" : "No copy");
  clearTimeout(card.copyTimer);
  card.copyTimer = setTimeout(label, 1500, "Copy");
}

function setIntent(text, stamp = 0) {
  if (intentField.value !== text) intentField.value = text;
  if (text.trim() === asked.intent) return;
  asked.intent = text.trim();
  keepIntentSoon();
  changed(cards.values(), stamp);
}

function setMention(text, stamp = 0) {
  if (text.trim() === asked.mention) return;
  asked.mention = text.trim();
  changed(cards.values(), stamp);
}

function setBest(wanted) {
  asked.best = wanted;
  byId("best").ariaPressed = String(wanted);
  changed(cards.values());
}

function draw() {
  asked.seed += 1;
  byId("seed").textContent = `draw ${asked.seed}`;
  changed(cards.values());
}

/** What a key does, or undefined where the browser's own meaning holds. */
function actionOf({ key, target, isComposing, ctrlKey, metaKey, altKey }) {
  if (isComposing || byId("help").open) return undefined;
  if (key === "Enter" && (ctrlKey || metaKey)) return draw;
  if (ctrlKey || metaKey || altKey) return undefined;
  if (key === "Escape") return () => (target === intentField ? setIntent("") : intentField.focus());
  const stops = [intentField, ...byId("cards").children];
  const place = stops.indexOf(target);
  if (place >= 0 && key === "ArrowDown") return () => stops[place + 1]?.focus();
  if (place > 0 && key === "ArrowUp") return () => stops[place - 1].focus();
  if (place > 0 && key === "Enter") return () => copy([...cards.values()][place - 1]);
  if (target === intentField || target === mentionField) return undefined; // a letter of the text
  if (key === "/") return () => intentField.focus();
  if (key === "?") return () => byId("help").showModal();
  return undefined;
}

document.addEventListener("keydown", (event) => {
  keys.down = event.timeStamp; // the input event that comes of it is later
  const action = actionOf(event);
  if (action) event.preventDefault();
  action?.();
});
document.addEventListener("keyup", () => (keys.down = 0)); // what comes now, a paste by mouse, is not of this key
for (const [field, set] of [[intentField, setIntent], [mentionField, setMention]]) {
  field.addEventListener("input", (event) => {
    // A phone's keyboard composes every word, so there the letters count at once; elsewhere an input method's wait.
    if (event.isComposing && !matchMedia("(pointer: coarse)").matches) return;
    set(field.value, keys.down || event.timeStamp);
    keys.down = 0;
  });
  field.addEventListener("compositionend", (event) => set(field.value, event.timeStamp));
}
const buttons = { draw, best: () => setBest(!asked.best), "help-open": () => byId("help").showModal(), "help-close": () => byId("help").close(), "try-now": reconnect };
for (const [id, act] of Object.entries(buttons)) byId(id).addEventListener("click", act);
byId("examples").addEventListener("click", ({ target }) => target.matches("button:not([aria-pressed])") && setIntent(target.textContent));

const takeIntentFromAddress = () => setIntent(new URLSearchParams(location.hash.slice(1)).get("intent") ?? "");
window.addEventListener("hashchange", takeIntentFromAddress);
window.addEventListener("resize", reserveRoom);
takeIntentFromAddress();
showMeasured();
reconnect();
