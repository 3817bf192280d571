// Words to mention where nobody names any, from the student's table (a safetensors file), as src/student/ideas/ideas.cpp
// proposes them. The stems of the table's words come with the page; a word of an intent that the table lacks counts by
// its letters. Not for: when they are asked for (local.js).

class Ideas {
  constructor(bytes, { stems, stop_words: stops }) {
    const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
    const { __metadata__: about, ...parts } = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
    const part = (name) => bytes.slice(...parts[name].data_offsets.map((at) => 8 + length + at));
    const floats = (name) => new Float32Array(part(name).buffer);
    const lines = (text) => text.split("\n").filter(Boolean);
    this.words = lines(about.words);
    this.rows = new Map(this.words.map((word, row) => [word, row]));
    this.stems = stems;
    this.stops = new Set(stops);
    this.width = parts.vectors.shape[1];
    this.vectors = Int8Array.from(part("vectors"), (value) => value - 128);
    this.scales = floats("scales");
    this.rarity = floats("rarity");
    const said = floats("said"), count = this.words.length;
    this.said = new Map(lines(about.tasks).map((task, i) => [task, said.subarray(i * count, (i + 1) * count)]));
  }

  /** Runs of letters, digits and inner apostrophes that are no stop words. */
  contentWords(text) {
    const runs = text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+(?:['’][\p{L}\p{M}\p{N}]+)*/gu) ?? [];
    return runs.map((run) => run.replaceAll("’", "'")).filter((word) => !this.stops.has(word));
  }

  /** Where the words point, of length 1; null where none is known. */
  directionOf(words) {
    const sum = new Float64Array(this.width);
    for (const row of words.map((word) => this.rows.get(word)).filter((one) => one !== undefined))
      for (let i = 0; i < sum.length; ++i) sum[i] += this.rarity[row] * this.scales[row] * this.vectors[row * this.width + i];
    const length = Math.hypot(...sum);
    return length > 0 ? sum.map((value) => value / length) : null;
  }

  nearness(row, direction) {
    let dot = 0;
    for (let i = 0; i < direction.length; ++i) dot += direction[i] * this.vectors[row * this.width + i];
    return dot * this.scales[row];
  }

  /** Rows and scores of what may be said, the best first. */
  candidates(task, direction, known) {
    const said = this.said.get(task), total = said.reduce((sum, count) => sum + count, 0), all = [];
    said.forEach((count, row) => {
      if (count > 0) all.push({ row, score: 8 * this.nearness(row, direction) + 0.15 * Math.log(count / total) });
    });
    all.sort((a, b) => b.score - a.score || a.row - b.row);
    return all.slice(0, 40).filter(({ row }) => !isKnown(known, this.stems[row])).slice(0, 10);
  }

  /** At temperature 0 always the best; above it they are drawn by `random`. */
  propose(intent, task, count, temperature, random) {
    const told = this.contentWords(intent), direction = this.directionOf(told);
    if (!direction || !this.said.has(task)) return [];
    const known = told.map((word) => this.stems[this.rows.get(word)] ?? word);
    const best = this.candidates(task, direction, known), words = [];
    while (best.length && words.length < count) {
      const [{ row }] = best.splice(temperature > 0 ? drawnOf(best, temperature, random) : 0, 1);
      if (isKnown(known, this.stems[row])) continue;
      known.push(this.stems[row]);
      words.push(this.words[row]);
    }
    return words;
  }
}

function drawnOf(best, temperature, random) {
  const weights = best.map(({ score }) => Math.exp((score - best[0].score) / temperature));
  let rest = random() * weights.reduce((a, b) => a + b, 0);
  return Math.max(0, weights.findIndex((weight) => (rest -= weight) < 0));
}

/** "photographer" says nothing new of "photography", nor "boatload" of "boat". */
function beginAlike(a, b) {
  const shorter = Math.min(a.length, b.length);
  let shared = 0;
  while (shared < shorter && a[shared] === b[shared]) ++shared;
  return shared >= 5 || (shared === shorter && shared >= 4);
}

const isKnown = (known, stem) => known.some((one) => one === stem || beginAlike(one, stem));
