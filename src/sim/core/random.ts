/** Seeded randomness: one named stream a purpose, so that an extra draw in one place moves nothing elsewhere. */

export type RandomState = Record<string, [number, number, number, number]>;

const octets = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, "0"));

function seedOf(text: string): [number, number, number, number] {
  // cyrb128 (public domain): spreads a string over four words
  let h1 = 1779033703;
  let h2 = 3144134277;
  let h3 = 1013904242;
  let h4 = 2773480762;
  for (let i = 0; i < text.length; i++) {
    const k = text.charCodeAt(i);
    h1 = h2 ^ Math.imul(h1 ^ k, 597399067);
    h2 = h3 ^ Math.imul(h2 ^ k, 2869860233);
    h3 = h4 ^ Math.imul(h3 ^ k, 951274213);
    h4 = h1 ^ Math.imul(h4 ^ k, 2716044179);
  }
  return [h1 >>> 0, h2 >>> 0, h3 >>> 0, h4 >>> 0];
}

export class Random {
  readonly #states: RandomState;
  readonly #seed: string;
  readonly #stream: string;

  constructor(states: RandomState, seed: string, stream: string) {
    this.#states = states;
    this.#seed = seed;
    this.#stream = stream;
  }

  /** 32 random bits (sfc32). */
  u32(): number {
    const s = (this.#states[this.#stream] ??= seedOf(`${this.#seed}/${this.#stream}`));
    const t = (((s[0] + s[1]) | 0) + s[3]) | 0;
    s[3] = (s[3] + 1) | 0;
    s[0] = s[1] ^ (s[1] >>> 9);
    s[1] = (s[2] + (s[2] << 3)) | 0;
    s[2] = ((s[2] << 21) | (s[2] >>> 11)) + t;
    s[2] |= 0;
    return t >>> 0;
  }

  /** In [0, 1). */
  float(): number {
    return this.u32() / 4294967296;
  }

  /** A whole number in [low, high]. */
  int(low: number, high: number): number {
    return low + Math.floor(this.float() * (high - low + 1));
  }

  bytes(count: number): Uint8Array {
    const out = new Uint8Array(count);
    for (let i = 0; i < count; i++) out[i] = this.u32() & 255;
    return out;
  }

  /** Lower-case hexadecimal digits. */
  hex(digits: number): string {
    let out = "";
    while (out.length < digits) {
      const word = this.u32();
      out += octets[word >>> 24]! + octets[(word >>> 16) & 255]! + octets[(word >>> 8) & 255]! + octets[word & 255]!;
    }
    return out.length === digits ? out : out.slice(0, digits);
  }

  /** Characters of `alphabet`; by default those of Kubernetes' generated names (k8s.io/apimachinery/pkg/util/rand). */
  word(length: number, alphabet = "bcdfghjklmnpqrstvwxz2456789"): string {
    let out = "";
    for (let i = 0; i < length; i++) out += alphabet[this.int(0, alphabet.length - 1)];
    return out;
  }

  /** RFC 4122 version 4. */
  uuid(): string {
    const h = this.hex(30);
    return `${h.slice(0, 8)}-${h.slice(8, 12)}-4${h.slice(12, 15)}-${"89ab"[this.int(0, 3)]}${h.slice(15, 18)}-${h.slice(18, 30)}`;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.int(0, items.length - 1)]!;
  }
}
