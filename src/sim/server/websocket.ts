/** The server's side of one WebSocket (RFC 6455), as far as the API server's streaming protocols need it: whole messages in and out. */
import { createHash } from "node:crypto";
import type { Duplex } from "node:stream";

const enum Op {
  continuation = 0,
  text = 1,
  binary = 2,
  close = 8,
  ping = 9,
  pong = 10,
}

const acceptKey = (key: string): string => createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");

export class WebSocket {
  readonly #socket: Duplex;
  #received: Buffer;
  #parts: Buffer[] = [];
  #closed = false;
  onMessage: (bytes: Buffer) => void = () => undefined;
  onClosed: () => void = () => undefined;

  /** Answers the upgrade. `key`: Sec-WebSocket-Key; `head`: what came after the request. */
  constructor(socket: Duplex, key: string, protocol: string, head: Buffer) {
    this.#socket = socket;
    this.#received = head;
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${acceptKey(key)}\r\nSec-WebSocket-Protocol: ${protocol}\r\n\r\n`,
    );
    socket.on("data", (bytes: Buffer) => {
      this.#received = Buffer.concat([this.#received, bytes]);
      this.#read();
    });
    socket.on("error", () => this.#gone());
    socket.on("close", () => this.#gone());
  }

  /** Reads what came together with the request; to be called once the callbacks are set. */
  start(): void {
    this.#read();
  }

  send(bytes: Uint8Array): void {
    if (!this.#closed) this.#frame(Op.binary, bytes);
  }

  close(code = 1000): void {
    if (this.#closed) return;
    const status = Buffer.alloc(2);
    status.writeUInt16BE(code);
    this.#frame(Op.close, status);
    this.#socket.end();
    this.#gone();
  }

  #gone(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.onClosed();
  }

  #frame(op: Op, bytes: Uint8Array): void {
    let head: Buffer;
    if (bytes.length < 126) head = Buffer.from([0x80 | op, bytes.length]);
    else if (bytes.length < 65_536) {
      head = Buffer.from([0x80 | op, 126, 0, 0]);
      head.writeUInt16BE(bytes.length, 2);
    } else {
      head = Buffer.from([0x80 | op, 127, 0, 0, 0, 0, 0, 0, 0, 0]);
      head.writeBigUInt64BE(BigInt(bytes.length), 2);
    }
    this.#socket.write(Buffer.concat([head, bytes]));
  }

  #read(): void {
    while (!this.#closed && this.#received.length >= 2) {
      const bytes = this.#received;
      let at = 2;
      let length = bytes[1]! & 127;
      if (length === 126) {
        if (bytes.length < 4) return;
        length = bytes.readUInt16BE(2);
        at = 4;
      } else if (length === 127) {
        if (bytes.length < 10) return;
        length = Number(bytes.readBigUInt64BE(2));
        at = 10;
      }
      // a client must mask; 64 MiB in one frame is nobody's terminal
      if ((bytes[1]! & 128) === 0 || length > 1 << 26) return this.close(1002);
      if (bytes.length < at + 4 + length) return;
      const mask = bytes.subarray(at, at + 4);
      const payload = Buffer.from(bytes.subarray(at + 4, at + 4 + length));
      for (let i = 0; i < length; i++) payload[i]! ^= mask[i & 3]!;
      this.#received = bytes.subarray(at + 4 + length);
      this.#take(bytes[0]! & 15, (bytes[0]! & 128) !== 0, payload);
    }
  }

  #take(op: Op, last: boolean, payload: Buffer): void {
    switch (op) {
      case Op.ping:
        return this.#frame(Op.pong, payload);
      case Op.pong:
        return;
      case Op.close:
        return this.close();
      default:
        this.#parts.push(payload);
        if (last) this.onMessage(Buffer.concat(this.#parts.splice(0)));
    }
  }
}
