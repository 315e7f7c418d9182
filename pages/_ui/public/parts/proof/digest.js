"use strict";

/* SHA-256 (FIPS 180-4) of short texts. The browser's own digest needs https and is slow for many short messages. */
const primes = [];
for (let n = 2; primes.length < 64; n += 1) {
  if (primes.every((p) => n % p !== 0)) primes.push(n);
}
const fraction = (x) => ((x - Math.floor(x)) * 4294967296) | 0;
const START = primes.slice(0, 8).map((p) => fraction(Math.sqrt(p)));
const ROUND = primes.map((p) => fraction(Math.cbrt(p)));
const schedule = new Int32Array(64);
const rotate = (x, n) => (x >>> n) | (x << (32 - n));

/* One block of 16 words (at `from`) into the eight words of the state. */
function compress(state, words, from) {
  for (let i = 0; i < 16; i += 1) schedule[i] = words[from + i];
  for (let i = 16; i < 64; i += 1) {
    const a = schedule[i - 15];
    const b = schedule[i - 2];
    const low = rotate(a, 7) ^ rotate(a, 18) ^ (a >>> 3);
    const high = rotate(b, 17) ^ rotate(b, 19) ^ (b >>> 10);
    schedule[i] = (schedule[i - 16] + low + schedule[i - 7] + high) | 0;
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let i = 0; i < 64; i += 1) {
    const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const one = (h + s1 + ((e & f) ^ (~e & g)) + ROUND[i] + schedule[i]) | 0;
    const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    const two = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g; g = f; f = e; e = (d + one) | 0; d = c; c = b; b = a; a = (one + two) | 0;
  }
  [a, b, c, d, e, f, g, h].forEach((value, i) => { state[i] = (state[i] + value) | 0; });
}

/* The digest of an ASCII text as eight words. */
function digest(text) {
  const length = text.length;
  const blocks = ((length + 8) >> 6) + 1;
  const words = new Int32Array(blocks * 16);
  for (let i = 0; i < length; i += 1) words[i >> 2] |= text.charCodeAt(i) << (24 - (i & 3) * 8);
  words[length >> 2] |= 0x80 << (24 - (length & 3) * 8);
  words[words.length - 1] = length * 8;
  const state = Int32Array.from(START);
  for (let block = 0; block < blocks; block += 1) compress(state, words, block * 16);
  return state;
}
