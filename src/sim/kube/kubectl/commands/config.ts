/** kubectl config: k8s.io/kubectl/pkg/cmd/config. */
import { copy as copyData } from "../../../core/copy.ts";
import type { Obj } from "../../../core/json.ts";
import { tabulate } from "../columns.ts";
import { Failure } from "../failure.ts";
import { parseFlags } from "../flags.ts";
import { formatted, toJson } from "../output.ts";
import { Session } from "../session.ts";
import { toYaml } from "../yaml-out.ts";
import type { Command } from "./command.ts";

const entry = (config: Obj, list: string, name: string): Obj | undefined => ((config[list] ?? []) as Obj[]).find((e) => e.name === name);

function setEntry(config: Obj, list: string, name: string, field: string, changes: Obj): "created" | "modified" {
  const all = (config[list] ??= []) as Obj[];
  const found = all.find((e) => e.name === name);
  if (found) {
    found[field] = { ...(found[field] as Obj | undefined), ...changes };
    return "modified";
  }
  all.push({ name, [field]: changes });
  return "created";
}

export const config: Command = async (p, argv) => {
  const at = argv.findIndex((a) => !a.startsWith("-"));
  const what = argv[at] ?? "";
  const rest = at < 0 ? argv : [...argv.slice(0, at), ...argv.slice(at + 1)];
  const flags = parseFlags(p, `config ${what}`, rest, {
    output: "string",
    raw: "bool",
    flatten: "bool",
    minify: "bool",
    merge: "bool",
    "no-headers": "bool",
    current: "bool",
    "embed-certs": "bool",
    "allow-missing-template-keys": "bool",
    template: "string",
    "show-managed-fields": "bool",
    "set-raw-bytes": "bool",
    "auth-provider": "string",
    "exec-command": "string",
    "proxy-url": "string",
  });
  const s = new Session(p, flags);
  const { config: c } = s.rawConfig();
  const write = (): void => {
    const [path] = s.configPaths().paths;
    const file = path!;
    p.fs.mkdirp(file.slice(0, file.lastIndexOf("/")) || "/", 0o755);
    const out: Obj = {
      apiVersion: "v1",
      clusters: c.clusters ?? null,
      contexts: c.contexts ?? null,
      "current-context": c["current-context"] ?? "",
      kind: "Config",
      ...(s.minor < 33 ? { preferences: {} } : {}),
      users: c.users ?? null,
    };
    p.fs.write(file, toYaml(out), { mode: 0o600 });
  };
  const [name] = flags.args;
  const current = String(flags.text("context") ?? c["current-context"] ?? "");
  switch (what) {
    case "view": {
      const hide = (o: Obj | undefined, key: string, text: string): void => {
        if (o?.[key] !== undefined && !flags.bool("raw") && !flags.bool("flatten")) o[key] = text;
        else if (o?.[key] !== undefined && flags.bool("flatten") && !flags.bool("raw")) o[key] = text;
      };
      const copy: Obj = copyData(c);
      let clusters = (copy.clusters ?? null) as Obj[] | null;
      let contexts = (copy.contexts ?? null) as Obj[] | null;
      let users = (copy.users ?? null) as Obj[] | null;
      if (flags.bool("minify")) {
        const context = entry(copy, "contexts", current);
        if (!context) throw new Failure("error: cannot locate context " + current);
        contexts = [context];
        clusters = (clusters ?? []).filter((x) => x.name === context.context?.cluster);
        users = (users ?? []).filter((x) => x.name === context.context?.user);
      }
      for (const x of clusters ?? []) hide(x.cluster as Obj, "certificate-authority-data", "DATA+OMITTED");
      for (const x of users ?? []) {
        for (const k of ["client-certificate-data", "client-key-data"]) hide(x.user as Obj, k, s.minor >= 27 ? "DATA+OMITTED" : "REDACTED");
        hide(x.user as Obj, "token", "REDACTED");
        hide(x.user as Obj, "password", "REDACTED");
      }
      const shown: Obj = {
        apiVersion: "v1",
        clusters,
        contexts,
        "current-context": copy["current-context"] ?? "",
        kind: "Config",
        ...(s.minor < 33 ? { preferences: {} } : {}),
        users,
      };
      const output = flags.text("output") ?? "yaml";
      if (output.startsWith("jsonpath")) {
        await p.out(formatted(s, output, { ...shown, clusters: clusters ?? [], metadata: {} }, () => "")!);
      } else await p.out(output === "json" ? toJson(shown) : toYaml(shown));
      return 0;
    }
    case "current-context":
      if (current === "") throw new Failure("error: current-context is not set");
      await p.out(`${current}\n`);
      return 0;
    case "get-contexts": {
      const all = ((c.contexts ?? []) as Obj[]).toSorted((a, b) => (String(a.name) < String(b.name) ? -1 : 1));
      const chosen = name ? all.filter((x) => x.name === name) : all;
      if (name && chosen.length === 0) throw new Failure(`error: context ${name} not found`);
      if (flags.text("output") === "name") await p.out(chosen.map((x) => `${x.name}\n`).join(""));
      else
        await p.out(
          tabulate([
            ...(flags.bool("no-headers") ? [] : [["CURRENT", "NAME", "CLUSTER", "AUTHINFO", "NAMESPACE"]]),
            ...chosen.map((x) => [
              x.name === current ? "*" : "",
              String(x.name),
              String(x.context?.cluster ?? ""),
              String(x.context?.user ?? ""),
              String(x.context?.namespace ?? ""),
            ]),
          ]),
        );
      return 0;
    }
    case "get-clusters":
    case "get-users":
      await p.out(
        `NAME\n${((c[what === "get-users" ? "users" : "clusters"] ?? []) as Obj[])
          .map((x) => `${x.name}\n`)
          .toSorted()
          .join("")}`,
      );
      return 0;
    case "use-context":
    case "use":
      if (!name) throw new Failure("error: unexpected args: []\nSee 'kubectl config use-context -h' for help and examples");
      if (!entry(c, "contexts", name)) throw new Failure(`error: no context exists with the name: ${JSON.stringify(name)}`);
      c["current-context"] = name;
      write();
      await p.out(`Switched to context ${JSON.stringify(name)}.\n`);
      return 0;
    case "set-context": {
      const target = flags.bool("current") ? current : name;
      if (!target)
        throw new Failure(
          "error: you must specify a non-empty context name or --current\nSee 'kubectl config set-context -h' for help and examples",
        );
      const done = setEntry(c, "contexts", target, "context", {
        ...(flags.text("cluster") ? { cluster: flags.text("cluster") } : {}),
        ...(flags.text("user") ? { user: flags.text("user") } : {}),
        ...(flags.text("namespace") ? { namespace: flags.text("namespace") } : {}),
      });
      write();
      await p.out(`Context ${JSON.stringify(target)} ${done}.\n`);
      return 0;
    }
    case "set-cluster": {
      if (!name) throw new Failure("error: unexpected args: []");
      const ca = flags.text("certificate-authority");
      const insecure = flags.maybe("insecure-skip-tls-verify");
      setEntry(c, "clusters", name, "cluster", {
        ...(flags.text("server") ? { server: flags.text("server")!.replace(/\/$/, "") } : {}),
        ...(ca
          ? flags.bool("embed-certs")
            ? { "certificate-authority-data": read64(s, ca) }
            : { "certificate-authority": p.fs.absolute(ca) }
          : {}),
        ...(insecure === undefined ? {} : { "insecure-skip-tls-verify": insecure }),
      });
      write();
      await p.out(`Cluster ${JSON.stringify(name)} set.\n`);
      return 0;
    }
    case "set-credentials": {
      if (!name) throw new Failure("error: unexpected args: []");
      if (flags.text("exec-command") || flags.text("auth-provider"))
        p.notSimulated("kubectl config set-credentials with exec or auth-provider");
      const [cert, key] = [flags.text("client-certificate"), flags.text("client-key")];
      const embed = flags.bool("embed-certs");
      setEntry(c, "users", name, "user", {
        ...(cert ? (embed ? { "client-certificate-data": read64(s, cert) } : { "client-certificate": p.fs.absolute(cert) }) : {}),
        ...(key ? (embed ? { "client-key-data": read64(s, key) } : { "client-key": p.fs.absolute(key) }) : {}),
        ...(flags.text("token") ? { token: flags.text("token") } : {}),
        ...(flags.text("username") ? { username: flags.text("username") } : {}),
        ...(flags.text("password") ? { password: flags.text("password") } : {}),
      });
      write();
      await p.out(`User ${JSON.stringify(name)} set.\n`);
      return 0;
    }
    case "delete-context":
    case "delete-cluster":
    case "delete-user": {
      const list = `${what.slice("delete-".length)}s`;
      if (!name || !entry(c, list, name))
        throw new Failure(`error: cannot delete ${what.slice(7)} ${name ?? ""}, not in ${s.configPaths().paths[0]}`);
      if (what === "delete-context" && name === current)
        await p.err('warning: this removed your active context, use "kubectl config use-context" to select a different one\n');
      c[list] = (c[list] as Obj[]).filter((x) => x.name !== name);
      write();
      await p.out(
        what === "delete-context"
          ? `deleted context ${name} from ${s.configPaths().paths[0]}\n`
          : `deleted ${what.slice(7)} ${name} from ${s.configPaths().paths[0]}\n`,
      );
      return 0;
    }
    case "rename-context": {
      const [from, to] = flags.args;
      const found = from ? entry(c, "contexts", from) : undefined;
      if (!found || !to)
        throw new Failure(`error: cannot rename the context ${JSON.stringify(from)}, it's not in ${s.configPaths().paths[0]}`);
      found.name = to;
      if (c["current-context"] === from) c["current-context"] = to;
      write();
      await p.out(`Context ${JSON.stringify(from)} renamed to ${JSON.stringify(to)}.\n`);
      return 0;
    }
    case "set":
    case "unset": {
      const path = (name ?? "").split(".");
      const value = flags.args[1];
      if (!name || (what === "set" && value === undefined)) throw new Failure(`error: unexpected args: [${flags.args.join(" ")}]`);
      if (path[0] === "current-context") c["current-context"] = what === "set" ? value : "";
      else {
        const list = path[0]!;
        if (!["clusters", "users", "contexts"].includes(list) || path.length < 2) throw new Failure(`error: unable to locate path ${name}`);
        if (what === "unset" && path.length === 2) c[list] = ((c[list] ?? []) as Obj[]).filter((x) => x.name !== path[1]);
        else {
          const field = { clusters: "cluster", users: "user", contexts: "context" }[list]!;
          const property = path.slice(2).join(".");
          if (what === "set") setEntry(c, list, path[1]!, field, { [property]: value });
          else delete (entry(c, list, path[1]!)?.[field] as Obj | undefined)?.[property];
        }
      }
      write();
      await p.out(`Property ${JSON.stringify(name)} ${what === "set" ? "set" : "unset"}.\n`);
      return 0;
    }
    default:
      throw new Failure(`error: unknown command ${JSON.stringify(what)}\nSee 'kubectl config -h' for help and examples`);
  }
};

function read64(s: Session, path: string): string {
  const text = s.p.fs.tryReadText(path);
  if (text === undefined) throw new Failure(`error: could not stat ${path}: stat ${path}: no such file or directory`);
  return Buffer.from(text).toString("base64");
}
