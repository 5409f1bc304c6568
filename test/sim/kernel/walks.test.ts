/** Walks that are remembered lead where a walk that looks at each name leads. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { Errno } from "../../../src/sim/core/errno.ts";
import { FsView } from "../../../src/sim/fs/view.ts";
import { Tree } from "../../../src/sim/fs/tree.ts";
import { bareWorld } from "../net/world.ts";

const names = ["/w", "/w/a", "/w/b", "/w/a/b", "/w/a/c", "/w/b/a", "/w/b/a/c", "/w/l", "/w/l/c"];
const path = fc.constantFrom(...names);
const act = fc.oneof(
  fc.record({ what: fc.constantFrom("mkdir", "write", "remove", "mount", "umount"), path, to: path }),
  fc.record({ what: fc.constantFrom("rename", "symlink", "link"), path, to: path }),
);

test("after folders, links, renames and mounts", () => {
  fc.assert(
    fc.property(fc.array(act, { minLength: 3, maxLength: 25 }), (acts) => {
      const machine = bareWorld(["a"]).machine("a");
      const fs = machine.rootFs();
      fs.mkdirp("/w/a/b");
      const look = (view: FsView): unknown[] =>
        names.flatMap((name) => [view.tryStat(name), view.tryStat(name, false), view.tryStat(`${name}/`)?.ino]);
      for (const [i, { what, path: at, to }] of acts.entries()) {
        try {
          if (what === "mkdir") fs.mkdir(at);
          else if (what === "write") fs.write(at, "x");
          else if (what === "remove") fs.removeAll(at);
          else if (what === "rename") fs.rename(at, to);
          else if (what === "symlink") fs.symlink(to, at);
          else if (what === "link") fs.link(at, to);
          else if (what === "mount" && fs.isDir(at)) {
            machine.addTree(Tree.empty(`t${i}`, "tmpfs", 4096));
            fs.mounts.push({ dir: fs.realpath(at), source: `t${i}`, fstype: "tmpfs", options: "rw", root: 1, device: "tmpfs" });
          } else if (what === "umount") {
            const last = fs.mounts.at(-1);
            if (last?.dir.startsWith("/w")) machine.dropTree(fs.mounts.pop()!.source);
          }
        } catch (error) {
          if (!(error instanceof Errno)) throw error;
        }
        // another list of mounts is another namespace: nothing is known of it yet
        expect(look(fs)).toEqual(look(new FsView(machine, [...fs.mounts], fs.who)));
      }
    }),
    { numRuns: 60 },
  );
});
