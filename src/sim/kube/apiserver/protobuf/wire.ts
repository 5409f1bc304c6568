/** Protocol Buffers on the wire (protobuf.dev/programming-guides/encoding), as far as Kubernetes' messages use it. */

/** Signed 64-bit numbers as JSON shows them: above 2^53 they lose digits there too. */
function varint(bytes: Uint8Array, at: number): [value: number, next: number] {
  let value = 0n;
  let shift = 0n;
  for (let i = at; i < bytes.length; i++) {
    value |= BigInt(bytes[i]! & 127) << shift;
    if (bytes[i]! < 128) return [Number(BigInt.asIntN(64, value)), i + 1];
    shift += 7n;
  }
  throw new RangeError("unexpected EOF");
}

/** Fields in order: a number (varint, double) or bytes. Throws RangeError when the bytes end too early. */
export function* fieldsOf(bytes: Uint8Array): Generator<[field: number, value: number | Uint8Array]> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length;) {
    let tag: number;
    [tag, at] = varint(bytes, at);
    const field = tag >>> 3;
    switch (tag & 7) {
      case 0: {
        const [value, next] = varint(bytes, at);
        at = next;
        yield [field, value];
        break;
      }
      case 1:
        yield [field, view.getFloat64(at, true)];
        at += 8;
        break;
      case 2: {
        const [length, from] = varint(bytes, at);
        at = from + length;
        if (length < 0 || at > bytes.length) throw new RangeError("unexpected EOF");
        yield [field, bytes.subarray(from, at)];
        break;
      }
      case 5:
        yield [field, view.getFloat32(at, true)];
        at += 4;
        break;
      default:
        throw new RangeError(`illegal wireType ${tag & 7}`);
    }
  }
}

export const text = (value: number | Uint8Array): string =>
  typeof value === "number" ? String(value) : Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("utf8");

/** Bytes of a message being written. */
export class Writer {
  readonly #parts: Uint8Array[] = [];

  #varint(value: number): void {
    const out: number[] = [];
    let rest = BigInt.asUintN(64, BigInt(value));
    while (rest > 127n) {
      out.push(Number(rest & 127n) | 128);
      rest >>= 7n;
    }
    out.push(Number(rest));
    this.#parts.push(Uint8Array.from(out));
  }

  number(field: number, value: number): this {
    this.#varint(field << 3);
    this.#varint(value);
    return this;
  }

  bytes(field: number, value: string | Uint8Array): this {
    const bytes = typeof value === "string" ? Buffer.from(value) : value;
    this.#varint((field << 3) | 2);
    this.#varint(bytes.length);
    this.#parts.push(bytes);
    return this;
  }

  done(): Uint8Array {
    return Buffer.concat(this.#parts);
  }
}
