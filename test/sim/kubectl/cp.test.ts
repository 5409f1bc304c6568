/** kubectl cp on a node: tar in the container, the other end here. */
import { beforeAll, expect, test } from "vitest";
import type { Machine } from "../../../src/sim/kernel/machine.ts";
import { cluster120, must, place } from "../../recorded/worlds.ts";
import { run } from "../support.ts";

let master: Machine;
beforeAll(async () => {
  const world = await cluster120();
  master = world.machine("master");
  place(master, "/usr/bin/kubectl", "kubectl", "1.35.2");
  await must(
    master,
    "export KUBECONFIG=/etc/kubernetes/admin.conf; cp /etc/kubernetes/admin.conf /root/.kube-config; mkdir -p /root/.kube; cp /etc/kubernetes/admin.conf /root/.kube/config; " +
      "kubectl run web --image=nginx:1.19; kubectl run box --image=busybox:1.35 -- sleep 100000; kubectl wait --for=condition=Ready pod/web pod/box --timeout=120s",
  );
}, 60_000);

const sh = async (line: string): Promise<[string, string, number]> => {
  const { stdout, stderr, status } = await run(master, line);
  return [stdout, stderr, status];
};

test("a file and a folder go there and come back, with their modes there", async () => {
  await must(
    master,
    "cd /root; mkdir -p site/deep site/empty; echo hello >site/index.html; echo two >site/deep/two; chmod 640 site/deep/two; ln -s index.html site/link",
  );
  expect(await sh("kubectl cp site/index.html web:/tmp/new.html")).toEqual(["", "", 0]);
  expect(await sh("kubectl cp site default/web:/tmp/")).toEqual(["", "", 0]);
  const listed = await must(master, "cd /root/site; ls -R . | sort");
  expect(
    await sh("kubectl exec web -- sh -c 'cat /tmp/new.html; cd /tmp/site; ls -R . | sort; stat -c %a deep/two; readlink link'"),
  ).toEqual([`hello\n${listed}640\nindex.html\n`, "", 0]);
  // what tar says comes on standard output
  const back = await sh("cd /tmp; kubectl cp web:/tmp/site copy; ls -R copy; cat copy/deep/two");
  expect(back[0]).toBe(
    "tar: Removing leading `/' from member names\ncopy:\ndeep\nempty\nindex.html\n\ncopy/deep:\ntwo\n\ncopy/empty:\ntwo\n",
  );
  expect(back[1]).toBe(
    'warning: skipping symlink: "copy/link" -> "index.html" (consider using "kubectl exec -n "default" "web" -- tar cf - "/tmp/site" | tar xf -")\n',
  );
  expect(await sh("kubectl cp web:/etc/hostname /tmp/h; cat /tmp/h")).toEqual([
    "tar: Removing leading `/' from member names\nweb\n",
    "",
    0,
  ]);
});

test("what cannot be copied is said in kubectl's and in tar's words", async () => {
  for (const [line, error, status] of [
    ["kubectl cp", "error: source and destination are required\n", 1],
    ["kubectl cp a b", "error: one of src or dest must be a remote file specification\n", 1],
    ["kubectl cp a:b c:d", "error: one of src or dest must be a local file specification\n", 1],
    ["kubectl cp :x y", "error: filespec must match the canonical format: [[namespace/]pod:]file/path\n", 1],
    ["kubectl cp a/b/c:/x y", "error: filespec must match the canonical format: [[namespace/]pod:]file/path\n", 1],
    ["kubectl cp web: y", "error: filepath can not be empty\n", 1],
    ["kubectl cp nosuch web:/x", "error: nosuch doesn't exist in local filesystem\n", 1],
    ["kubectl cp nopod:/x y", 'Error from server (NotFound): pods "nopod" not found\n', 1],
    ["kubectl cp web:/etc/hostname /tmp", "error: open /tmp: is a directory\n", 1],
    ["kubectl cp web:/nosuch y", "command terminated with exit code 2\n", 2],
    ["kubectl cp -c none web:/etc/hostname y", "error: container none is not valid for pod web out of: web\n", 1],
  ] as const) {
    const got = await sh(line);
    expect([line, got[1], got[2]]).toEqual([line, error, status]);
  }
  expect((await sh("kubectl cp web:/nosuch y"))[0]).toContain("tar: /nosuch: Cannot stat: No such file or directory\n");
  const into = await sh("echo x >/tmp/x; kubectl cp /tmp/x web:/no/such/folder/x");
  expect(into[1]).toContain("tar: /no/such/folder: Cannot open: No such file or directory\n");
  expect(into[2]).toBe(2);
  await must(master, "kubectl exec box -- rm /bin/tar");
  expect((await sh("kubectl cp /tmp/x box:/tmp/x"))[1]).toMatch(/exec: "tar": executable file not found in \$PATH/);
});
