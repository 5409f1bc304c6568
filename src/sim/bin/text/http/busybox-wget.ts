/** wget of BusyBox (networking/wget.c): one try, -T for the whole of a wait, and its own words. */
import { Errno } from "../../../core/errno.ts";
import type { CommandProgram } from "../../../kernel/program.ts";
import { reasons } from "./options.ts";
import { transfer } from "./transfer.ts";

const usage =
  "BusyBox multi-call binary.\n\nUsage: wget [-cqS] [--spider] [-O FILE] [-o LOGFILE] [--header STR]\n\t[--post-data STR] [-Y on/off]\n\t[-P DIR] [-U AGENT] [-T SEC] URL...\n";

export const busyboxWget: CommandProgram = {
  name: "busybox-wget",
  async main(p) {
    let [quiet, spider, show] = [false, false, false];
    let out: string | undefined;
    let dir = "";
    let timeout = 900_000;
    let body: string | undefined;
    const headers: Record<string, string> = { "user-agent": "Wget" };
    const urls: string[] = [];
    const args = [...p.args];
    const header = (line: string): void => {
      headers[line.split(":")[0]!.toLowerCase()] = line.slice(line.indexOf(":") + 1).trim();
    };
    for (let arg = args.shift(); arg !== undefined; arg = args.shift()) {
      if (!arg.startsWith("-") || arg === "-") {
        urls.push(arg);
        continue;
      }
      if (arg.startsWith("--")) {
        const [name, joined] = [arg.split("=")[0]!, arg.includes("=") ? arg.slice(arg.indexOf("=") + 1) : undefined];
        const value = (): string => joined ?? args.shift() ?? "";
        if (name === "--spider") spider = true;
        else if (name === "--quiet") quiet = true;
        else if (name === "--server-response") show = true;
        else if (name === "--no-check-certificate") continue;
        else if (name === "--output-document") out = value();
        else if (name === "--timeout") timeout = Number(value()) * 1000;
        else if (name === "--header") header(value());
        else if (name === "--post-data") body = value();
        else if (name === "--user-agent") headers["user-agent"] = value();
        else {
          await p.err(`wget: unrecognized option '${name.slice(2) === "" ? arg : name}'\n${usage}`);
          return 1;
        }
        continue;
      }
      for (let rest = arg.slice(1); rest !== "";) {
        const letter = rest[0]!;
        rest = rest.slice(1);
        if (letter === "q") quiet = true;
        else if (letter === "S") show = true;
        else if ("OTPU".includes(letter)) {
          const value = rest === "" ? (args.shift() ?? "") : rest;
          rest = "";
          if (letter === "O") out = value;
          else if (letter === "T") timeout = Number(value) * 1000;
          else if (letter === "P") dir = `${value}/`;
          else headers["user-agent"] = value;
        } else if ("coYt".includes(letter)) p.notSimulated(`wget -${letter} (BusyBox)`);
        else {
          await p.err(`wget: unrecognized option: ${letter}\n${usage}`);
          return 1;
        }
      }
    }
    if (urls.length === 0) {
      await p.err(usage);
      return 1;
    }
    const say = async (text: string): Promise<void> => {
      if (!quiet) await p.err(text);
    };
    const failed = async (text: string): Promise<number> => {
      await p.err(`wget: ${text}\n`);
      return 1;
    };
    for (const given of urls) {
      let url = /^[a-z]+:\/\//i.test(given) ? given : `http://${given}`;
      if (!/^https?:/i.test(url)) p.notSimulated(`wget ${url.split(":")[0]}:// (BusyBox)`);
      for (let redirects = 0; ; redirects++) {
        const target = new URL(url);
        const trying: string[] = [];
        const result = await transfer(p, {
          method: spider ? "HEAD" : body === undefined ? "GET" : "POST",
          url,
          headers,
          ...(body === undefined ? {} : { body }),
          tls: { insecure: true },
          connectTimeout: timeout,
          totalTimeout: timeout,
          note: (e) => {
            if (e.kind === "trying") trying.push(`Connecting to ${target.host} (${e.ip}:${e.port})\n`);
          },
        });
        await say(trying.join(""));
        if (!result.ok) {
          if (result.phase === "resolve") return failed(`bad address '${target.hostname}'`);
          if (result.code === "TOTAL" || result.code === "CONNECT") return failed("download timed out");
          if (result.phase === "connect")
            return failed(
              `can't connect to remote host${result.remote ? ` (${result.remote.ip})` : ""}: ${new Errno(result.code as "ECONNREFUSED").text}`,
            );
          return failed(result.phase === "tls" ? "TLS error from peer" : "error getting response");
        }
        const { response } = result;
        const line = `HTTP/1.1 ${response.status} ${reasons[response.status] ?? ""}`;
        if (target.protocol === "https:") await say("wget: note: TLS certificate validation not implemented\n");
        if (show) {
          await p.err(
            `  ${line}\n${Object.entries(response.headers)
              .map(([k, v]) => `  ${k}: ${v}\n`)
              .join("")}  \n`,
          );
        }
        if (response.headers.location !== undefined && response.status >= 300 && response.status < 400) {
          if (redirects >= 5) return failed("too many redirections");
          url = new URL(response.headers.location, url).href;
          continue;
        }
        if (response.status >= 300) return failed(`server returned error: ${line}`);
        if (spider) {
          await say("remote file exists\n");
          break;
        }
        const name = decodeURIComponent(target.pathname.split("/").at(-1)!) || "index.html";
        const path = out ?? `${dir}${name}`;
        if (out === undefined && p.fs.exists(path)) return failed(`can't open '${path}': File exists`);
        await say(path === "-" ? "writing to stdout\n" : `saving to '${path}'\n`);
        try {
          if (path === "-") await p.write(1, result.body);
          else p.fs.write(path, result.body);
        } catch (error) {
          if (!(error instanceof Errno) || error.code === "EPIPE") throw error;
          return failed(`can't open '${path}': ${error.text}`);
        }
        const shown = path === "-" ? "-" : path.slice(path.lastIndexOf("/") + 1);
        await say(
          `${shown.padEnd(20).slice(0, 20)} 100% |${"*".repeat(32)}| ${String(result.body.length).padStart(5)}  0:00:00 ETA\n${path === "-" ? "written to stdout\n" : `'${path}' saved\n`}`,
        );
        break;
      }
    }
    return 0;
  },
};
