// Chance that a seed decides, of a page that opens from disk: for its worker, and for what it proposes.

/** Numbers from 0 to 1, a function of the key alone (xmur3 and mulberry32). */
function randomOf(key) {
  let state = 1779033703;
  for (const byte of new TextEncoder().encode(key)) {
    state = Math.imul(state ^ byte, 3432918353);
    state = (state << 13) | (state >>> 19);
  }
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
