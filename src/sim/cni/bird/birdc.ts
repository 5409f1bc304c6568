/** The programs `birdc` and `birdcl`: a client of BIRD's control socket. */
import { Errno, NotSimulated, strerror } from "../../core/errno.ts";
import type { CommandProgram } from "../../kernel/program.ts";
import type { Proc } from "../../kernel/proc.ts";
import { flavourOf } from "./daemon.ts";
import type { Answer } from "./control.ts";

async function main(p: Proc): Promise<number> {
  const args = [...p.args];
  let socket = flavourOf(p.state.version || "2.0.12") === "bird2" ? "/run/bird/bird.ctl" : "/var/run/bird.ctl";
  while (args[0]?.startsWith("-")) {
    const option = args.shift()!;
    if (option === "-s") socket = args.shift() ?? socket;
    else if (option.startsWith("-s")) socket = option.slice(2);
    else if (option === "-l") socket = "bird.ctl";
    else if (option !== "-v" && option !== "-r") {
      await p.err(
        `${p.name}: invalid option -- '${option.replace(/^-+/, "").slice(0, 1)}'\nUsage: ${p.name} [-s <control-socket>] [-v] [-r] [-l]\n`,
      );
      return 1;
    }
  }
  const opened = p.net.connectUnix(p.fs.absolute(socket));
  if (!opened.ok) {
    await p.err(`Unable to connect to server control socket (${socket}): ${strerror(opened.code)}\n`);
    return 1;
  }
  if (args.length > 0) return ask(p, opened.conn, args.join(" "), true);
  const hello = p.net.exchange<Answer>(opened.conn, { type: "bird-cli", command: "" });
  if (hello.ok) await p.out(`${hello.reply.banner}\n`);
  if (p.fds.get(0)?.isTerminal) await p.out("bird> ");
  for await (const line of p.lines(0)) {
    const command = line.trim();
    if (command === "quit" || command === "exit") return 0;
    if (command !== "") await ask(p, opened.conn, command, false);
    if (p.fds.get(0)?.isTerminal) await p.out("bird> ");
  }
  return 0;
}

async function ask(p: Proc, conn: number, command: string, banner: boolean): Promise<number> {
  const r = p.net.exchange<Answer>(conn, { type: "bird-cli", command });
  if (!r.ok) {
    await p.err("Connection closed by server.\n");
    return 1;
  }
  const { reply } = r;
  if (reply.notSimulated !== undefined) throw new NotSimulated(reply.notSimulated);
  await p.out([...(banner ? [reply.banner] : []), ...reply.lines].map((l) => `${l}\n`).join(""));
  return reply.failed ? 1 : 0;
}

const guarded = async (p: Proc): Promise<number> => {
  try {
    return await main(p);
  } catch (error) {
    if (!(error instanceof Errno) || (error.code !== "ENOENT" && error.code !== "ECONNREFUSED" && error.code !== "EACCES")) throw error;
    await p.err(`Unable to connect to server control socket (${error.path ?? ""}): ${error.text}\n`);
    return 1;
  }
};

export const birdc: CommandProgram = { name: "birdc", main: guarded };
export const birdcl: CommandProgram = { name: "birdcl", main: guarded };
