/** The main input of an AWK program: the files of ARGV one after the other, or standard input. */
import { Errno } from "../../../core/errno.ts";
import type { Proc } from "../../../kernel/proc.ts";
import { unescape } from "./lex.ts";
import type { Memory } from "./memory.ts";
import { RecordReader } from "./streams.ts";
import { AwkError, fromInput, toNumber, toText } from "./values.ts";

export class MainInput {
  readonly #p: Proc;
  readonly #memory: Memory;
  #main: RecordReader | undefined;
  #argument = 1;
  #anyFile = false;

  constructor(p: Proc, memory: Memory) {
    this.#p = p;
    this.#memory = memory;
  }

  /** The rest of this file is not read (nextfile). */
  async skip(): Promise<void> {
    await this.#main?.close();
    this.#main = undefined;
  }

  async next(): Promise<string | undefined> {
    for (;;) {
      if (!this.#main && !(await this.#openNext())) return undefined;
      let record: string | undefined;
      try {
        record = await this.#main!.next(this.#memory.text("RS"), (text) => this.#memory.regex(this.#memory.text("RS")).exec(text));
      } catch (error) {
        if (!(error instanceof Errno) || error.code !== "EISDIR") throw error;
        // mawk passes over folders
        record = undefined;
      }
      if (record === undefined) {
        await this.#main!.close();
        this.#main = undefined;
        continue;
      }
      this.#memory.count("NR");
      this.#memory.count("FNR");
      return record;
    }
  }

  async #openNext(): Promise<boolean> {
    const argv = this.#memory.cell("ARGV").v;
    for (;;) {
      const count = toNumber(this.#memory.get("ARGC"));
      if (this.#argument >= count) {
        if (this.#anyFile) return false;
        this.#anyFile = true;
        this.#main = new RecordReader(this.#p, this.#p.file(0));
        return true;
      }
      const name = toText(argv instanceof Map ? argv.get(String(this.#argument)) : undefined, "%.6g");
      this.#argument++;
      if (name === "") continue;
      const m = /^([A-Za-z_]\w*)=(.*)$/s.exec(name);
      if (m) {
        this.#memory.setGlobal(m[1]!, fromInput(unescape(m[2]!)));
        continue;
      }
      this.#anyFile = true;
      this.#memory.cell("FILENAME").v = name;
      this.#memory.cell("FNR").v = 0;
      try {
        this.#main = new RecordReader(
          this.#p,
          name === "-" ? this.#p.file(0) : this.#p.open(Buffer.from(name, "latin1").toString("utf8"), { read: true }),
        );
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        throw new AwkError(`cannot open ${name} (${error.text})`, true);
      }
      return true;
    }
  }
}
