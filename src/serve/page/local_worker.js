// The student of a page that opens from disk: llama.cpp in WebAssembly, in a worker, one draft at a time. local.js
// puts wllama's `startLlama` and local_random.js before this text. The first message brings what is loaded; each later
// one is an ask, and ends the one before it. Tokens are drawn as src/lm/answer/sampler.cpp does, and drafts judged and
// given up as src/inference does. Not for: what may be asked, or how an answer is shown (local.js).

const encoder = new TextEncoder();
const plain = new TextDecoder("utf-8", { ignoreBOM: true });
// What GGUF calls types of values, types of weights and kinds of tokens.
const values = { text: 8, list: 9 };
const weights = { float: 0, half: 1, q8_0: 8 };
const kinds = { unknown: 2, control: 3, unused: 5, byte: 6 };
let student; // what is known of the loaded model
let newest = 0; // the ask that is answered

// ---- The model file ----
/** Reads the values of a GGUF one after another. */
class Reader {
  static numbers = { 0: ["Uint8", 1], 1: ["Int8", 1], 2: ["Uint16", 2], 3: ["Int16", 2], 4: ["Uint32", 4], 5: ["Int32", 4],
    6: ["Float32", 4], 7: ["Uint8", 1], 10: ["BigUint64", 8], 11: ["BigInt64", 8], 12: ["Float64", 8] };
  at = 0;

  constructor(bytes) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  number(type) {
    const [name, size] = Reader.numbers[type];
    this.at += size;
    return this.view[`get${name}`](this.at - size, true);
  }

  word = () => this.number(4);
  size = () => Number(this.number(10));
  several = (count, read) => Array.from({ length: count }, read);

  text() {
    const length = this.size();
    this.at += length;
    return plain.decode(this.bytes.subarray(this.at - length, this.at));
  }

  value(type = this.word()) {
    if (type === values.text) return this.text();
    if (type !== values.list) return this.number(type);
    const of = this.word();
    return this.several(this.size(), () => this.value(of));
  }

  tensor() {
    const name = this.text();
    const shape = this.several(this.word(), this.size);
    const place = this.at; // of its type and offset
    return { name, shape, place, type: this.word(), offset: this.size(), count: shape.reduce((a, b) => a * b, 1) };
  }
}

/** What a GGUF says of itself, and where its weights begin. */
function readHead(bytes) {
  const reader = new Reader(bytes);
  reader.at = 8; // behind the magic and the version
  const tensors = reader.size(), facts = reader.size();
  const about = Object.fromEntries(reader.several(facts, () => [reader.text(), reader.value()]));
  const head = { about, tensors: reader.several(tensors, () => reader.tensor()), alignment: about["general.alignment"] ?? 32 };
  return Object.assign(head, { begin: padded(reader.at, head.alignment) });
}

const padded = (size, alignment) => Math.ceil(size / alignment) * alignment;

function half(bits) {
  const exponent = (bits >> 10) & 31, fraction = bits & 1023;
  const size = exponent ? 2 ** (exponent - 25) * (1024 + fraction) : 2 ** -24 * fraction;
  return bits & 0x8000 ? -size : size;
}

/** Writes a tensor's weights into `floats`. */
function widen({ name, type }, view, at, floats) {
  if (!Object.values(weights).includes(type)) throw new Error(`the weights of ${name} are neither q8_0 nor floats`);
  for (let i = 0, scale = 0; i < floats.length; ++i) {
    if (type === weights.float) floats[i] = view.getFloat32(at + 4 * i, true);
    else if (type === weights.half) floats[i] = half(view.getUint16(at + 2 * i, true));
    else {
      const block = at + 34 * (i >> 5); // a scale, and 32 weights
      if (i % 32 === 0) scale = half(view.getUint16(block, true));
      floats[i] = scale * view.getInt8(block + 2 + (i & 31));
    }
  }
}

/** The model with floats for weights: this build of llama.cpp multiplies them at twice the speed of q8_0, which it does
 *  without SIMD. Two output rows of tokens that are never asked for are others: that of `still` is 0, and so is its
 *  logit; that of `judge` is the critic's, as far as there is one, so that its logit is what the critic reads. */
function widened(bytes, head, { still, judge, critic }) {
  const sizes = head.tensors.map(({ count }) => padded(4 * count, head.alignment));
  const out = new Uint8Array(head.begin + sizes.reduce((a, b) => a + b, 0));
  out.set(bytes.subarray(0, head.begin));
  const from = new DataView(bytes.buffer, bytes.byteOffset), to = new DataView(out.buffer);
  const named = (wanted) => head.tensors.find(({ name }) => name === wanted);
  const last = named("output.weight") ?? named("token_embd.weight");
  let offset = 0;
  head.tensors.forEach((tensor, i) => {
    const floats = new Float32Array(out.buffer, head.begin + offset, tensor.count);
    widen(tensor, from, head.begin + tensor.offset, floats);
    if (tensor === last) floats.fill(0, still * tensor.shape[0], (still + 1) * tensor.shape[0]);
    if (tensor === last && critic) floats.set(critic.row, judge * tensor.shape[0]);
    to.setUint32(tensor.place, weights.float, true);
    to.setBigUint64(tensor.place + 4, BigInt(offset), true);
    offset += sizes[i];
  });
  return out;
}

// ---- llama.cpp, by wllama's messages: a field is its type and its value ----
const bytesOf = (text) => [...encoder.encode(text)];
const int = (n) => [n & 255, (n >> 8) & 255, (n >> 16) & 255, (n >> 24) & 255];
const string = (text) => [...int(bytesOf(text).length), ...bytesOf(text)];

function field(value) {
  if (value === undefined) return int(0);
  if (typeof value === "boolean") return [...int(1), ...int(Number(value))];
  if (typeof value === "number") return [...int(2), ...int(value)];
  if (typeof value === "string") return [...int(4), ...string(value)];
  const texts = typeof value[0] === "string";
  return [...int(texts ? 9 : 7), ...int(value.length), ...value.flatMap(texts ? string : int)];
}

/** The reply in words of 32 bits; its first field's value is the sixth. It lies in llama.cpp's memory until the next call. */
function call(action, name, ...fields) {
  const { llama, address } = student;
  const message = [...bytesOf("GLUE"), ...int(1), ...bytesOf(name), ...fields.flatMap(field)];
  const at = llama._wllama_malloc(address(message.length), 0);
  llama.HEAPU8.set(message, Number(at));
  const pointer = typeof at;
  const reply = Number(llama.ccall("wllama_action", pointer, ["string", pointer], [action, at]));
  const words = new Int32Array(llama.HEAPU8.buffer, reply);
  if (!reply || !words[action.startsWith("kv_") ? 7 : 5]) throw new Error(`llama.cpp failed: ${action}. ${student.complaint}`);
  return words;
}

const tokens = (text) => {
  const words = call("tokenize", "tokn_req", text, false); // false: no command is read from it
  return [...words.subarray(8, 8 + words[7])];
};

/** Brings the cache to these tokens, and keeps of it what they begin with. The last one is computed for its logits. */
function read(sequence) {
  const { cached } = student;
  const differ = sequence.findIndex((token, i) => token !== cached[i]);
  const keep = differ < 0 ? sequence.length - 1 : differ;
  student.cached = []; // all that is known if what follows fails
  if (keep === 0) call("kv_clear", "kvcc_req");
  else if (keep < cached.length) call("kv_remove", "kvcr_req", keep, -1);
  call("decode", "deco_req", sequence.slice(keep), false);
  student.cached = sequence;
}

// ---- Loading ----
/** Pointers are BigInts where llama.cpp was built for 64 bits. */
function addressOf(llama) {
  try {
    llama._wllama_malloc(1024, 0);
    return Number;
  } catch {
    return BigInt;
  }
}

async function start(wasm) {
  const say = (text) => text.includes("ERROR") && (student.complaint = text.replace(/@@\w*@*/g, ""));
  const llama = { wasmBinary: wasm, noInitialRun: true, print() {}, printErr: say };
  await new Promise((resolve, reject) => {
    Object.assign(llama, { onRuntimeInitialized: resolve, onAbort: (why) => reject(new Error(`WebAssembly: ${why}`)) });
    startLlama(llama);
  });
  llama.ccall("wllama_start", "string", [], []);
  return llama;
}

/** What each token writes, which ones are commands, which the student never draws, which go on with a word, and which may
 *  come again unpenalised: JSON's brackets, quotes and colons, and white space. */
function vocabularyOf(about, writes) {
  const spelled = about["tokenizer.ggml.tokens"], kind = about["tokenizer.ggml.token_type"];
  const begin = about["tokenizer.ggml.bos_token_id"], end = about["tokenizer.ggml.eos_token_id"];
  const bytes = spelled.map((text, id) => {
    if ([kinds.unknown, kinds.control, kinds.unused].includes(kind[id])) return new Uint8Array();
    return kind[id] === kinds.byte ? Uint8Array.of(Number(text.slice(1, -1))) : encoder.encode(text.replaceAll("▁", " "));
  });
  const commands = new Map(spelled.map((text, id) => [text, id]).filter(([, id]) => kind[id] === kinds.control));
  const mayCome = (id) => id === end || writes.includes(spelled[id]);
  const banned = kind.map((one, id) => [kinds.control, kinds.unused].includes(one) && !mayCome(id));
  const mayRepeat = bytes.map((one) => /^[ \t\r\n]*$|[{}[\]":]/.test(plain.decode(one)));
  const wordByte = (byte) => byte >= 128 || /[A-Za-z0-9]/.test(String.fromCharCode(byte));
  const goesOn = bytes.map(([first]) => first !== undefined && wordByte(first));
  return { begin, end, bytes, commands, banned, goesOn, mayRepeat };
}

function commandTokens(pieces) {
  return pieces.match(/⟨[^⟩]*⟩/gu).map((piece) => {
    if (!student.commands.has(piece)) throw new Error(`the student has no command ${piece}`);
    return student.commands.get(piece);
  });
}

/** The critic, its weights small enough for a row of logits beside which the others still count. */
function scaled(critic) {
  const scale = 0.25 / Math.hypot(...critic.state);
  return { ...critic, scale, row: Float32Array.from(critic.state, (weight) => scale * weight) };
}

async function load({ wasm, model, unused, writes, drawing, critic }) {
  const head = readHead(model);
  const { "udrl.context_length": trained, "general.architecture": kind } = head.about;
  const context = trained ?? head.about[`${kind}.context_length`]; // llama.cpp's may be padded
  student = { ...vocabularyOf(head.about, writes), drawing, context, cached: [], complaint: "", critic: critic && scaled(critic) };
  [student.still, student.judge] = commandTokens(unused.join(""));
  student.llama = await start(wasm);
  student.address = addressOf(student.llama);
  student.llama.FS_createDataFile("/", "student.gguf", widened(model, head, student), true, true, true);
  // Behind the threads come 17 fields that llama.cpp has good defaults for.
  call("load", "load_req", ["/student.gguf"], false, false, false, 0, 1, context, 1, ...Array(17));
  student.llama.FS_unlink("/student.gguf");
  warmUp();
}

/** Browsers translate anew what has run often, so that it becomes fast; better before somebody waits. */
function warmUp() {
  const sequence = [student.begin, ...tokens(" a warm beginning")], random = randomOf("");
  while (sequence.length < Math.min(40, student.context)) {
    read([...sequence]);
    sequence.push(draw(distribution(), sequence, student.drawing, random).token);
  }
}

// ---- Tokens ----
/** What may come next: tokens and their chances, the most likely first. llama.cpp gives no logits, but they are known from
 *  the chance of `still`, whose logit is 0. */
function distribution() {
  const { banned, still, judge, critic } = student;
  const words = call("get_logits", "glog_req", banned.length), count = words[7];
  const tokens = words.subarray(8, 8 + count), chances = new Float32Array(words.buffer, words.byteOffset + 4 * (10 + count), count);
  const chanceOf = (token) => chances[tokens.indexOf(token)];
  const unit = chanceOf(still), judgement = critic ? chanceOf(judge) : 0;
  if (!(unit > 0)) throw new Error("the model computed no finite probabilities");
  const logit = (chance) => Math.log(chance / unit);
  const total = 1 - unit - judgement; // of the student's own tokens
  return { tokens, chances, logit, total, judged: critic ? logit(judgement) / critic.scale : 0 };
}

/** Penalised where it is among the last ones, by its logit. */
function candidatesOf({ tokens, chances, logit }, written) {
  const { banned, mayRepeat, drawing } = student;
  const repeated = new Set(written.slice(-drawing.repeat_window).filter((token) => !mayRepeat[token]));
  const penalised = (value) => (value > 0 ? value / drawing.repeat_penalty : value * drawing.repeat_penalty);
  const most = chances[tokens.findIndex((token) => !banned[token])], candidates = [], never = loopOf(written);
  for (let i = 0; i < tokens.length && chances[i] > 1e-7 * most; ++i) { // all others together weigh nearly nothing
    const token = tokens[i], chance = chances[i];
    if (banned[token] || token === never) continue;
    candidates.push({ token, chance, logit: repeated.has(token) ? penalised(logit(chance)) : logit(chance) });
  }
  return repeated.size ? candidates.sort((a, b) => b.logit - a.logit) : candidates;
}

/** The token that has come six times within a word: not again. */
function loopOf(written) {
  const last = written.at(-1), run = written.slice(-6);
  return student.drawing.spelling_temperature > 0 && student.goesOn[last] && run.length === 6 && run.every((token) => token === last) ? last : -1;
}

/** One of the fewest tokens that together hold `top_p` of the weight. Within a word all is cold, behind one what would go
 *  on with it, and the opening of a draft, up to its rung, may be hotter than the rest. */
function draw(place, written, { temperature, opening_temperature: opening = 0, rung = 0 }, random) {
  const { goesOn, drawing } = student;
  const hot = written.length < rung ? Math.max(temperature, opening) : temperature;
  const cold = drawing.spelling_temperature > 0 ? Math.min(hot, drawing.spelling_temperature) : hot;
  const candidates = candidatesOf(place, written), [{ token: likeliest, logit: most }] = candidates;
  const heatOf = (token) => (goesOn[likeliest] || goesOn[token] ? cold : hot);
  for (const one of candidates) one.weight = Math.exp((one.logit - most) / heatOf(one.token));
  if (cold < hot) candidates.sort((a, b) => b.weight - a.weight);
  const wanted = drawing.top_p * candidates.reduce((sum, { weight }) => sum + weight, 0);
  let mass = 0, kept = 0;
  while (kept < candidates.length && mass < wanted) mass += candidates[kept++].weight;
  let rest = random() * mass;
  return candidates.slice(0, kept).find(({ weight }) => (rest -= weight) < 0) ?? candidates[0];
}

// ---- Answers ----
/** The order of a sequence's parts: see command::lay_out. */
function promptOf({ intent, pieces, least_room: least }, mention) {
  const told = mention ? [...commandTokens("⟨mention⟩"), ...tokens(` ${mention}`)] : [];
  const prompt = [student.begin, ...tokens(` ${intent}`), ...commandTokens(pieces), ...told, ...commandTokens("⟨gen⟩")];
  const room = student.context - prompt.length;
  if (room >= Math.max(1, least)) return { prompt, room };
  throw new Error(`the intent is too long: it takes ${prompt.length} of the student's ${student.context} tokens`);
}

const pause = new MessageChannel(), paused = [];
pause.port1.onmessage = () => paused.shift()();
/** Lets in the messages that have come. */
const breath = () => new Promise((resolve) => {
  paused.push(resolve);
  pause.port2.postMessage(0);
});

/** One draft. After each of its tokens `goesOn` is told its text and what the critic needs, and says whether it does. */
async function write(ask, draft, heat, goesOn) {
  const { prompt, room } = promptOf(ask, ask.mentions[draft]);
  const budget = Math.min(ask.max_tokens, room);
  const random = randomOf(`${ask.seed} ${ask.pieces} ${ask.intent}${draft ? ` ${draft}` : ""}`);
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true }), written = [], reading = { tokens: 0, logProb: 0, judged: 0 };
  const ended = (finish) => ({ text: text + decoder.decode(), finish, mention: ask.mentions[draft], reading });
  let text = "";
  for (read(prompt); ; read([...prompt, ...written])) {
    const place = distribution(), { token, chance } = draw(place, written, heat, random);
    if (token === student.end) return ended("stop");
    written.push(token);
    text += decoder.decode(student.bytes[token], { stream: true });
    reading.tokens += 1;
    reading.logProb += Math.log(chance / place.total);
    reading.judged += place.judged;
    if (written.length === budget) return ended("length");
    if (!goesOn(text, reading)) return ended("cancelled");
    await breath();
    if (ask.number !== newest) return ended("cancelled");
  }
}

/** What the critic makes of an answer, or of its beginning: comparable among drafts of one ask. */
const worthOf = ({ tokens, logProb, judged }) => (judged + student.critic.log_prob * logProb) / tokens;

/** Whether a draft goes on behind its opening: one of the best quarter of those that are so far, and of the best two. */
function isWorthIt(beginnings, draft, reading) {
  const { rung, one_in: oneIn } = student.drawing.drafts;
  if (reading.tokens === rung) beginnings[draft] = worthOf(reading);
  if (reading.tokens !== rung + 1) return true;
  const known = beginnings.filter((one) => one !== undefined), better = known.filter((one) => one > beginnings[draft]);
  return better.length < Math.max(2, Math.ceil(known.length / oneIn));
}

/** Whole ones before those that were cut or written before, and these before those that are none; then by their worth. */
function rankOf({ text, finish, reading }, seen) {
  if (finish === "cancelled" || !text.trim()) return { whole: false, worth: -Infinity };
  const whole = finish === "stop" && !seen.has(text);
  seen.add(text);
  return { whole, worth: worthOf(reading) };
}

/** The best of as many drafts as there are lists of words to mention. */
async function bestOf(ask) {
  const beginnings = [], seen = new Set();
  let best;
  for (const draft of ask.mentions.keys()) {
    const one = await write(ask, draft, student.drawing.drafts, (_, reading) => isWorthIt(beginnings, draft, reading));
    if (ask.number !== newest) return one;
    Object.assign(one, rankOf(one, seen));
    const isBetter = !best || (one.whole === best.whole ? one.worth > best.worth : one.whole);
    if (isBetter) best = one;
  }
  return best;
}

async function answer(ask) {
  const began = performance.now();
  const tell = (text) => postMessage({ number: ask.number, text }) ?? true;
  const written = await (ask.mentions.length > 1 ? bestOf(ask) : write(ask, 0, student.drawing, tell));
  return { ...written, ms: performance.now() - began };
}

onmessage = async ({ data }) => {
  newest = data.number;
  const done = data.number ? await answer(data).catch(({ message }) => ({ error: message })) : await load(data).catch(String);
  postMessage(data.number ? { number: data.number, ...done } : { failed: done });
};
