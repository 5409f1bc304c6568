/** ctr and runc, as far as one looks with them at what Kubernetes runs. */
import { Errno, strerror } from "../../core/errno.ts";
import type { Proc } from "../../kernel/proc.ts";
import type { CommandProgram } from "../../kernel/program.ts";
import { criAsk } from "../client.ts";
import { parseReference } from "../images.ts";
import type { ImageRecord } from "../store.ts";
import { table } from "./format.ts";

interface Listing {
  version: string;
  tasks: { id: string; pid: number; status: string }[];
  containers: { id: string; image: string; runtime: string }[];
  images: ImageRecord[];
  namespaces: string[];
}

function ask(p: Proc, address: string): Listing | string {
  try {
    const met = p.net.connectUnix(address);
    if (!met.ok) return strerror(met.code).toLowerCase();
    const reply = p.net.exchange<Listing>(met.conn, { type: "ctr", list: "all" });
    p.net.shut(met.conn);
    return reply.ok ? reply.reply : "error reading from server: EOF";
  } catch (error) {
    if (error instanceof Errno) return error.text.toLowerCase();
    throw error;
  }
}

const size = (bytes: number): string => {
  const units = ["B", "KiB", "MiB", "GiB"];
  let n = bytes;
  let i = 0;
  while (n >= 1024 && i < 3) {
    n /= 1024;
    i++;
  }
  return `${n.toFixed(1)} ${units[i]}`;
};

export const ctr: CommandProgram = {
  name: "ctr",
  async main(p) {
    const args = [...p.args];
    let namespace = p.env.CONTAINERD_NAMESPACE ?? "default";
    let address = "/run/containerd/containerd.sock";
    while (args[0]?.startsWith("-")) {
      const m = /^--?([\w-]+)(?:=(.*))?$/.exec(args.shift()!);
      const name = m?.[1];
      if (name === "n" || name === "namespace") namespace = m?.[2] ?? args.shift() ?? "";
      else if (name === "a" || name === "address") address = m?.[2] ?? args.shift() ?? "";
      else if (name === "v" || name === "version") return p.out(`ctr containerd.io ${p.state.version}\n`).then(() => 0);
      else if (name !== "debug") {
        await p.err(`ctr: flag provided but not defined: -${name}\n`);
        return 1;
      }
    }
    const [group = "help", verb = ""] = args;
    const names: Record<string, string> = {
      c: "containers",
      container: "containers",
      containers: "containers",
      i: "images",
      image: "images",
      images: "images",
      t: "tasks",
      task: "tasks",
      tasks: "tasks",
      ns: "namespaces",
      namespace: "namespaces",
      namespaces: "namespaces",
      version: "version",
    };
    const what = names[group];
    if (what === undefined) {
      if (/^(plugins?|content|events?|leases|pprof|run|snapshots?|install|oci|shim|sandboxes|info|deprecations)$/.test(group))
        p.notSimulated(`ctr ${group}`);
      await p.err(`ctr: No help topic for '${group}'\n`);
      return 3;
    }
    const got = ask(p, address);
    if (typeof got === "string") {
      if (what === "version")
        await p.out(
          `Client:\n  Version:  ${p.state.version}\n  Revision: 05044ec0a9a75232cad458027ca83437aae3f4da\n  Go version: go1.24.3\n\n`,
        );
      await p.err(
        `ctr: failed to dial ${JSON.stringify(address)}: connection error: desc = "transport: error while dialing: dial unix ${address}: connect: ${got}"\n`,
      );
      return 1;
    }
    if (what === "version") {
      await p.out(
        `Client:\n  Version:  ${p.state.version}\n  Revision: 05044ec0a9a75232cad458027ca83437aae3f4da\n  Go version: go1.24.3\n\nServer:\n  Version:  ${got.version}\n  Revision: 05044ec0a9a75232cad458027ca83437aae3f4da\n  UUID: ${p.machine.random("containerd-uuid").uuid()}\n`,
      );
      return 0;
    }
    const listing = /^(ls|list)$/.test(verb);
    const quiet = args.includes("-q") || args.includes("--quiet");
    const rest = args.slice(2);
    // filters, and the flags of `pull`; what is no flag of ctr's either is not told apart
    const unread = rest.find((word) => word.startsWith("-") && !(listing && /^(-q|--quiet)$/.test(word)));
    if (unread !== undefined || (listing && rest.some((word) => !word.startsWith("-"))))
      p.notSimulated(`ctr ${group} ${verb} ${unread ?? "with filters"}`);
    const mine = namespace === "k8s.io";
    if (quiet && (what === "namespaces" || what === "tasks")) {
      const lines = what === "namespaces" ? got.namespaces : mine ? got.tasks.map((t) => t.id) : [];
      return p.out(lines.map((line) => `${line}\n`).join("")).then(() => 0);
    }
    if (what === "namespaces" && listing)
      return p.out(table([["NAME", "LABELS"], ...got.namespaces.map((n) => [n, ""])], 0, 1)).then(() => 0);
    if (what === "containers" && listing) {
      const rows = mine ? got.containers : [];
      if (quiet) return p.out(rows.map((r) => `${r.id}\n`).join("")).then(() => 0);
      return p.out(table([["CONTAINER", "IMAGE", "RUNTIME", ""], ...rows.map((r) => [r.id, r.image, r.runtime, ""])], 4, 4)).then(() => 0);
    }
    if (what === "tasks" && listing) {
      const rows = mine ? got.tasks : [];
      return p.out(table([["TASK", "PID", "STATUS", ""], ...rows.map((r) => [r.id, String(r.pid), r.status, ""])], 4, 4)).then(() => 0);
    }
    if (what === "images" && listing) {
      const rows: string[][] = [];
      for (const i of mine ? got.images : [])
        for (const name of [...i.tags, ...i.digests, i.id])
          rows.push([
            name,
            "application/vnd.oci.image.manifest.v1+json",
            i.digests[0]?.split("@")[1] ?? "",
            size(i.size),
            "linux/amd64",
            "io.cri-containerd.image=managed",
            "",
          ]);
      if (quiet) return p.out(rows.map((r) => `${r[0]}\n`).join("")).then(() => 0);
      return p.out(table([["REF", "TYPE", "DIGEST", "SIZE", "PLATFORMS", "LABELS", ""], ...rows], 1, 1)).then(() => 0);
    }
    if (what === "images" && verb === "pull") {
      if (!mine) p.notSimulated("ctr images pull outside the namespace k8s.io");
      const ref = rest[0];
      if (ref === undefined) return p.err("ctr: please provide an image reference to pull\n").then(() => 1);
      if (!ref.includes("/") || !parseReference(ref).domain.includes("."))
        return p.err(`ctr: failed to resolve reference ${JSON.stringify(ref)}: object required\n`).then(() => 1);
      const reply = await criAsk(p, `unix://${address}`, "PullImage", { image: { image: ref } });
      if (!reply.ok) return p.err(`ctr: ${reply.message}\n`).then(() => 1);
      return p
        .out(
          `${ref}: resolved       |\x1b[32m++++++++++++++++++++++++++++++++++++++\x1b[0m|\nelapsed: 2.1 s\nunpacking linux/amd64 ${reply.response.imageRef as string}...\ndone\n`,
        )
        .then(() => 0);
    }
    if (what === "images" && /^(rm|remove|delete|del)$/.test(verb)) {
      for (const ref of rest) {
        const reply = await criAsk(p, `unix://${address}`, "RemoveImage", { image: { image: ref } });
        if (!reply.ok) return p.err(`ctr: ${reply.message}\n`).then(() => 1);
        await p.out(`${ref}\n`);
      }
      return 0;
    }
    return p.notSimulated(`ctr ${args.join(" ")}`);
  },
};

export const runc: CommandProgram = {
  name: "runc",
  async main(p) {
    const [first] = p.args;
    if (first === "--version" || first === "-v")
      return p
        .out(`runc version ${p.state.version}\ncommit: v${p.state.version}-0-g4ca628d1\nspec: 1.2.1\ngo: go1.24.3\nlibseccomp: 2.5.5\n`)
        .then(() => 0);
    const root = p.args.includes("--root") ? p.args[p.args.indexOf("--root") + 1] : "/run/runc";
    if (!p.args.includes("list")) return p.notSimulated(`runc ${p.args.join(" ")}`);
    const rows: string[][] = [["ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"]];
    if (root === "/run/containerd/runc/k8s.io") {
      const got = ask(p, "/run/containerd/containerd.sock");
      if (typeof got !== "string")
        for (const t of got.tasks)
          rows.push([
            t.id,
            String(t.pid),
            t.status.toLowerCase(),
            `/run/containerd/io.containerd.runtime.v2.task/k8s.io/${t.id}`,
            new Date(p.machine.procs.get(t.pid)?.state.startedAt ?? p.now).toISOString(),
            "root",
          ]);
    }
    return p.out(table(rows, 12, 1)).then(() => 0);
  },
};

export const crun: CommandProgram = {
  name: "crun",
  main(p) {
    if (p.args[0] === "--version" || p.args[0] === "-v")
      return p
        .out(
          `crun version ${p.state.version}\ncommit: unknown\nrundir: /run/user/0/crun\nspec: 1.0.0\n+SYSTEMD +SELINUX +APPARMOR +CAP +SECCOMP +EBPF +CRIU +YAJL\n`,
        )
        .then(() => 0);
    return p.notSimulated(`crun ${p.args.join(" ")}`);
  },
};
