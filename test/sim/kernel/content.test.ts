/** Files are the bytes that were written, and their sizes and the space in use are counted right, however they came to be. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { bareWorld } from "../net/world.ts";

const file = fc.constantFrom("/w/a", "/w/b", "/w/c");
const data = fc.oneof(
  fc.constantFrom("line\n", "é", "日本\n", "😀", "", "x".repeat(300_000), new Uint8Array(5000)),
  fc.string({ unit: "grapheme", maxLength: 20 }),
  fc.uint8Array({ maxLength: 20 }),
);
const act = fc.oneof(
  { weight: 4, arbitrary: fc.record({ what: fc.constant("append" as const), path: file, data }) },
  fc.record({ what: fc.constantFrom("write" as const, "rename" as const, "link" as const, "remove" as const), path: file, to: file, data }),
  fc.record({ what: fc.constant("writeAt" as const), path: file, data, offset: fc.integer({ min: 0, max: 40 }) }),
);

test("after writes, appends, writes in the middle, renames, links and removals", () => {
  fc.assert(
    fc.property(fc.array(act, { minLength: 3, maxLength: 30 }), (acts) => {
      const machine = bareWorld(["a"]).machine("a");
      const fs = machine.rootFs();
      fs.mkdirp("/w");
      const used = (): number => machine.tree(fs.stat("/w").dev).used;
      const before = used();
      // names of one file share its bytes
      const model = new Map<string, { bytes: Buffer }>();
      for (const one of acts) {
        const there = model.get(one.path);
        const bytes = Buffer.from(one.data as string);
        if (one.what === "append") {
          fs.write(one.path, one.data, { append: true });
          if (there) there.bytes = Buffer.concat([there.bytes, bytes]);
          else model.set(one.path, { bytes });
        } else if (one.what === "write") {
          fs.write(one.path, one.data);
          if (there) there.bytes = bytes;
          else model.set(one.path, { bytes });
        } else if (one.what === "writeAt") {
          if (!there) continue;
          fs.writeAt(one.path, one.offset, bytes);
          const out = Buffer.alloc(Math.max(there.bytes.length, one.offset + bytes.length));
          out.set(there.bytes);
          out.set(bytes, one.offset);
          there.bytes = out;
        } else if (one.what === "remove") {
          fs.removeAll(one.path);
          model.delete(one.path);
        } else if (there && one.path !== one.to && model.get(one.to) !== there) {
          fs.removeAll(one.to);
          if (one.what === "rename") fs.rename(one.path, one.to);
          else fs.link(one.path, one.to);
          model.set(one.to, there);
          if (one.what === "rename") model.delete(one.path);
        }
      }
      for (const [path, { bytes }] of model) {
        expect(Buffer.from(fs.read(path)).equals(bytes), path).toBe(true);
        expect(fs.stat(path).size, path).toBe(bytes.length);
      }
      const sum = [...new Set(model.values())].reduce((n, { bytes }) => n + bytes.length, 0);
      expect(used() - before).toBe(sum);
    }),
    { numRuns: 150 },
  );
});
