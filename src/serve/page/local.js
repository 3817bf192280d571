// A stand-in for udrl-serve in a page that opens from disk: `localFetch` answers what page.js asks as the server does,
// from a student in a worker. What the student is really asked was worked out when the page was made; here it is looked
// up in `student-data`. Not for: tokens (local_worker.js), words to mention (local_ideas.js), or what is shown (page.js).

const carried = (id) => document.getElementById(id);
const data = JSON.parse(carried("student-data").textContent);
const told = new Map(); // whom news of an ask goes to, by its number
const answered = new Map(); // when a task was last answered
let requests = 0; // a page is one client, so a request supersedes all before it
let asks = 0;

// ---- Text, as data::normalise and command::as_shown have it ----
function normalise(text) {
  const valid = text.replace(/\p{Surrogate}/gu, "\ufffd").replace(/\p{White_Space}/gu, " ");
  const kept = valid.replaceAll("⟨", "(").replace(/[▁\p{Cc}]/gu, "");
  return kept.normalize("NFC").replace(/ +/g, " ").replace(/^ | $/g, "");
}

/** A space stands before each value of the student's JSON, which is no part of it. */
function present(written) {
  const text = normalise(written);
  if (!/^[[{]/.test(text)) return text.replace(/^[a-z]/, (letter) => letter.toUpperCase());
  return text.replace(/" ?((?:[^"\\]|\\.)*)("?)/g, '"$1$2');
}
/** Words to mention as udrl's tools tell them: one in four of the answer's where the student may choose. */
async function asTold(wanted, { intent, task, words, seed }, draft, { temperature }) {
  const word = normalise(wanted).toLowerCase();
  if (word === "none") return "";
  if (word !== "auto") return wanted.toLowerCase().split(/[,+&]/).map(normalise).filter(Boolean).join(", ");
  const count = Math.min(5, Math.max(1, Math.floor((words ?? usualWords(task)) / 4)));
  const random = randomOf(`${seed} ${task} ${intent}${draft ? ` ${draft}` : ""}`);
  return (await ideas)?.propose(intent, task, count, temperature, random).join(", ") ?? "";
}
const usualWords = (task) => data.student.tasks.find(({ name }) => name === task).words.usual;
const countWords = (text) => text.split(" ").filter(Boolean).length;

// ---- The student ----
/** What an element holds as base64 of gzip. The element goes, or the page would keep it twice. */
async function unpacked(id) {
  const packed = atob(carried(id).textContent);
  carried(id).remove();
  const bytes = new Uint8Array(packed.length);
  for (let i = 0; i < bytes.length; ++i) bytes[i] = packed.charCodeAt(i);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Code that a worker can have in a page from disk: not a module, and nothing that it would fetch. */
const workerOf = (glue) => {
  const code = ["function startLlama(Module) {\n", glue, "\n}\n", carried("student-worker").textContent];
  return new Worker(URL.createObjectURL(new Blob(code, { type: "text/javascript" })));
};

async function load() {
  const old = "this browser is too old, or does not allow WebAssembly";
  if (!globalThis.WebAssembly || !globalThis.DecompressionStream) throw new Error(old);
  const [glue, wasm, model] = await Promise.all(["llama-js", "llama-wasm", "student-model"].map(unpacked));
  if (!WebAssembly.validate(wasm)) throw new Error(old);
  const worker = workerOf(glue);
  const { unused, writes, drawing, critic } = data;
  worker.postMessage({ wasm, model, unused, writes, drawing, critic }, [wasm.buffer, model.buffer]);
  const { failed } = await new Promise((resolve) => {
    worker.onmessage = (event) => resolve(event.data);
    worker.onerror = ({ message }) => resolve({ failed: message || "its worker did not start" });
  });
  if (failed) throw new Error(failed);
  worker.onmessage = (event) => told.get(event.data.number)(event.data);
  return worker;
}

/** Says that the student is being loaded until it is, or why it cannot be. */
async function showLoading() {
  const note = Object.assign(document.createElement("span"), { className: "muted", role: "status", textContent: "Loading …" });
  document.querySelector(".about").append(note);
  const fail = ({ message }) => {
    note.textContent = message;
    note.style.color = "var(--bad)";
  };
  await student.then(() => note.remove(), fail);
}

/** The finished answer. `tell` gets its text while it grows. A newer ask ends this one, which is then "cancelled". */
async function write(ask, tell) {
  const worker = await student;
  const number = ++asks;
  const news = await new Promise((resolve) => {
    told.set(number, (one) => (one.finish || one.error ? resolve(one) : tell(one.text)));
    worker.postMessage({ ...ask, number });
  });
  told.delete(number);
  if (news.error) throw new Error(news.error);
  return news;
}

// ---- What the server answers ----
/** A setting is one value for all tasks, or one for each. */
const ofTask = (setting, task, usual) => (setting !== null && typeof setting === "object" ? setting[task] : setting) ?? usual;

/** What each of so many drafts is to mention. */
function mentionsOf(request, task, words) {
  const wanted = ofTask(request.mention, task, "auto"), told = { intent: request.intent, task, words, seed: request.seed };
  const drafts = request.best_of ?? 1, { drawing } = data;
  return Promise.all(Array.from({ length: drafts }, (_, i) => asTold(wanted, told, i, drafts > 1 ? drawing.drafts : drawing)));
}

/** Says how the answer ended. */
async function answerTask(request, task, tell) {
  const words = ofTask(request.words, task, "auto"), wanted = ofTask(request.return, task, "top");
  const asked = data.asked[task]?.[words]?.[wanted];
  if (!asked) throw new Error(`the student cannot be asked for task ${task}, words ${words}, return ${wanted}`);
  const { pieces, max_tokens, least_room, note, ...shown } = asked;
  const mentions = await mentionsOf(request, task, shown.words_asked);
  const ask = { intent: request.intent, pieces, mentions, max_tokens, least_room, seed: request.seed };
  const { text, finish, mention, worth, ms } = await write(ask, (text) => present(text) && tell({ task, text: present(text), done: false }));
  if (finish === "cancelled") return finish;
  const whole = present(text);
  const figures = { words: countWords(whole), text: whole, finish, ms: Math.round(ms * 10) / 10 };
  const chosen = mentions.length > 1 && { worth: Math.round(worth * 1000) / 1000, best_of: mentions.length };
  tell({ task, ...shown, ...(mention && { mention }), ...figures, ...chosen, done: true, ...(note && { note }) });
  answered.set(task, performance.now());
  return finish;
}

/** One task after another, those that have waited longest first: while somebody types, few requests reach their end. */
async function answer({ intent, tasks, seed = 1, ...settings }, tell) {
  const number = ++requests;
  const request = { ...settings, intent: normalise(intent), seed };
  const since = (task) => answered.get(task) ?? 0;
  const refuse = (task, { message }) => tell({ task, error: message });
  await student.catch(() => {}); // until then there may be many requests, of which one is wanted
  for (const task of request.intent ? [...tasks].sort((a, b) => since(a) - since(b)) : []) {
    const isWanted = number === requests;
    const finish = isWanted && (await answerTask(request, task, tell).catch((error) => refuse(task, error)));
    if (!isWanted || finish === "cancelled") return tell({ superseded: true });
  }
}

function streamOf(request) {
  const encoder = new TextEncoder();
  const line = (text) => encoder.encode(`data: ${text}\n\n`);
  return new ReadableStream({
    async start(controller) {
      await answer(request, (event) => controller.enqueue(line(JSON.stringify(event))));
      controller.enqueue(line("[DONE]"));
      controller.close();
    },
  });
}

globalThis.localFetch = async (path, { body } = {}) => {
  if (path === "/v1/student") return new Response(JSON.stringify(data.student));
  if (path === "/v1/typeahead") return new Response(streamOf(JSON.parse(body)));
  return new Response(JSON.stringify({ error: { message: `there is nothing at ${path}` } }), { status: 404 });
};

const ideas = carried("student-ideas") ? unpacked("student-ideas").then((bytes) => new Ideas(bytes, data.ideas)) : null;
globalThis.localIdeas = ideas; // for those who ask how it comes by its words
const student = load().catch(({ message }) => Promise.reject(new Error(`The student does not run here: ${message}.`)));
showLoading();
