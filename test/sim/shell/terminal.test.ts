import { beforeAll, describe, expect, test } from "vitest";
import type { Machine } from "../../../src/sim/kernel/machine.ts";
import { useWorld } from "../support.ts";
import { Screen } from "./screen.ts";

let machine: Machine;
beforeAll(async () => {
  machine = (await useWorld()).machine("node1");
});

const start = async (options: ConstructorParameters<typeof Screen>[1] = {}): Promise<Screen> => {
  const screen = new Screen(machine, options);
  await screen.settle();
  return screen;
};

describe("line editor", () => {
  test("runs what is typed and shows it as a terminal does", async () => {
    const s = await start();
    await s.type("echo hello\r");
    expect(await s.text()).toBe("$ echo hello\nhello\n$");
  });

  test("goes on after what is not simulated, in a builtin, in the language and in a startup file", async () => {
    const s = await start();
    await s.type("ulimit -n 5; echo $?\rcoproc cat\recho $?\r");
    expect(await s.text()).toBe(
      "$ ulimit -n 5; echo $?\nkubemend: not simulated: ulimit -n with another value\n125\n$ coproc cat\nkubemend: not simulated: coproc\n$ echo $?\n125\n$",
    );
    await s.type("printf 'set -o vi\\nalias k=echo\\n' > /tmp/rc; bash --rcfile /tmp/rc -i\rk here\r");
    expect((await s.text()).split("\n")).toEqual(expect.arrayContaining(["here"]));
  });

  test("edits in the middle of the line", async () => {
    const s = await start();
    await s.type("echo wrld\x1b[D\x1b[D\x1b[Do\x01\x05!\x7f?\r");
    expect(await s.text()).toBe("$ echo world?\nworld?\n$");
  });

  test("kills and yanks", async () => {
    const s = await start();
    await s.type("one two three\x17\x15echo \x19\x19\r");
    expect(await s.text()).toBe("$ echo one two one two\none two one two\n$");
  });

  test("moves and deletes by words", async () => {
    const s = await start();
    await s.type("echo aa bb cc\x1bb\x1bbXX\x1bd\x1b[3~\r");
    expect(await s.text()).toBe("$ echo aa XXcc\naa XXcc\n$");
  });

  test("wraps long lines and comes back over the edge", async () => {
    const s = await start({ cols: 20 });
    await s.type("echo aaaaaaaaaaaaaaaaaaaaaaaa\x01\x06\x06\x06\x06\x06b\r");
    expect(await s.text()).toBe("$ echo baaaaaaaaaaaa\naaaaaaaaaaaa\nbaaaaaaaaaaaaaaaaaaa\naaaaa\n$");
  });

  test("recalls history with the arrows, keeping the draft", async () => {
    const s = await start();
    await s.type("echo first\recho second\r");
    await s.type("draft\x1b[A\x1b[A\x1b[B\x1b[B\x15\x1b[A\x1b[A\r");
    expect((await s.text()).split("\n").slice(-3)).toEqual(["$ echo first", "first", "$"]);
  });

  test("searches history backwards with ctrl-R", async () => {
    const s = await start();
    await s.type("echo apple\recho banana\r");
    await s.type("\x12app");
    expect((await s.text()).split("\n").at(-1)).toBe("(reverse-i-search)`app': echo apple");
    await s.type("\r");
    expect((await s.text()).split("\n").slice(-3)).toEqual(["$ echo apple", "apple", "$"]);
  });

  test("expands history events", async () => {
    const s = await start();
    await s.type("echo one two\recho !$ !!\r");
    expect((await s.text()).split("\n").slice(2, 5)).toEqual(["$ echo !$ !!", "echo two echo one two", "two echo one two"]);
    await s.type("!nosuch\r");
    expect((await s.text()).split("\n").at(-2)).toBe("bash: !nosuch: event not found");
  });

  test("ctrl-C gives up the line", async () => {
    const s = await start();
    await s.type("echo never");
    await s.type("\x03");
    await s.type("echo $?\r");
    expect(await s.text()).toBe("$ echo never^C\n$ echo $?\n130\n$");
  });

  test("ctrl-D ends an empty line's shell only", async () => {
    const s = await start();
    await s.type("ec\x04\x7f\x7f\x04");
    expect(s.shell.status).toEqual({ code: 0 });
    expect(await s.text()).toBe("$\nexit");
  });

  test("ctrl-L clears the screen and keeps the line", async () => {
    const s = await start();
    await s.type("echo a\recho b\x0c\r");
    expect(await s.text()).toBe("$ echo b\nb\n$");
  });

  test("completes commands, files, folders and variables", async () => {
    const s = await start();
    await s.type("mkdir -p /tmp/comp/folder; : > '/tmp/comp/file one'; : > /tmp/comp/file2; cd /tmp/comp\r");
    await s.type("ech\tdone $HOM\t\r");
    expect((await s.text()).split("\n").at(-2)).toBe("done /root");
    await s.type("cd fo\t\recho $PWD; cd ..\r");
    expect((await s.text()).split("\n").at(-2)).toBe("/tmp/comp/folder");
    await s.type("echo fi\t\t\t");
    expect((await s.text()).split("\n").slice(-2)).toEqual(["file one  file2", "$ echo file"]);
    await s.type("\\ \t\r");
    expect((await s.text()).split("\n").slice(-3)).toEqual(["$ echo file\\ one", "file one", "$"]);
  });

  test("goes on over several lines with PS2 and keeps them as one history entry", async () => {
    const s = await start();
    await s.type("for i in 1 2\rdo\recho $i\rdone\r");
    expect(await s.text()).toBe("$ for i in 1 2\n> do\n> echo $i\n> done\n1\n2\n$");
    await s.type("history | tail -2 | head -1\r");
    expect(await s.text()).toContain("for i in 1 2; do echo $i; done");
  });

  test("a pasted block goes into the line as it is", async () => {
    const s = await start();
    await s.type("\x1b[200~echo a\recho b\x1b[201~\r");
    expect((await s.text()).split("\n").slice(-3)).toEqual(["a", "b", "$"]);
  });

  test("what is typed ahead of a running command is read afterwards", async () => {
    const s = await start();
    await s.type("sleep 1\recho ahead\r");
    await s.settle(1500);
    expect((await s.text()).split("\n").slice(-2)).toEqual(["ahead", "$"]);
  });
});

describe("job control", () => {
  test("ctrl-C ends the foreground job, not the shell", async () => {
    const s = await start();
    await s.type("sleep 100\r");
    await s.type("\x03");
    await s.type("echo $?\r");
    expect(await s.text()).toBe("$ sleep 100\n^C\n$ echo $?\n130\n$");
  });

  test("ctrl-Z stops, bg and fg go on", async () => {
    const s = await start();
    await s.type("sleep 5\r");
    await s.type("\x1a");
    expect(await s.text()).toBe("$ sleep 5\n^Z\n[1]+  Stopped                 sleep 5\n$");
    await s.type("jobs\rbg\r");
    expect((await s.text()).split("\n").slice(-4)).toEqual(["[1]+  Stopped                 sleep 5", "$ bg", "[1]+ sleep 5 &", "$"]);
    await s.type("fg\r");
    await s.settle(6000);
    expect((await s.text()).split("\n").slice(-3)).toEqual(["$ fg", "sleep 5", "$"]);
  });

  test("background jobs are announced and reported", async () => {
    const s = await start();
    await s.type("sleep 1 &\r");
    expect(await s.text()).toMatch(/\$ sleep 1 &\n\[1\] \d+\n\$/);
    await s.settle(2000);
    await s.type("\r");
    expect((await s.text()).split("\n").slice(-2)).toEqual(["[1]+  Done                    sleep 1", "$"]);
  });

  test("a background job that reads the terminal is stopped", async () => {
    const s = await start();
    await s.type("cat &\r");
    await s.type("\r");
    expect(await s.text()).toMatch(/\[1\]\+ {2}Stopped +cat/);
    await s.type("kill %1\r");
  });

  test("a loop of builtins is interrupted", async () => {
    const s = await start();
    await s.type("while true; do :; done\r");
    await s.type("\x03");
    await s.type("echo back\r");
    expect((await s.text()).split("\n").slice(-2)).toEqual(["back", "$"]);
  });

  test("a pipeline is one job", async () => {
    const s = await start();
    await s.type("yes | sleep 100\r");
    await s.type("\x1a");
    expect(await s.text()).toContain("[1]+  Stopped                 yes | sleep 100");
    await s.type("kill -9 %1\r");
    await s.type("\r");
    expect(await s.text()).toMatch(/\[1\]\+ {2}Killed +yes \| sleep 100/);
  });

  test("the hang-up of the line ends the session", async () => {
    const s = await start();
    await s.type("sleep 1000 &\r");
    const children = [...machine.procs.values()].filter((p) => p.state.sid === s.shell.pid && p !== s.shell);
    expect(children.map((p) => p.state.comm)).toEqual(["sleep"]);
    s.pty.hangup();
    await s.settle();
    expect(s.shell.status?.signal).toBe("SIGHUP");
    expect(children[0]!.status?.signal).toBe("SIGHUP");
    expect(machine.terminals.has(s.pty.name)).toBe(false);
  });
});

describe("line discipline", () => {
  test("canonical mode: erase, kill, end of file", async () => {
    const s = await start({ argv: ["/usr/bin/cat"] });
    await s.type("abx\x7fc\r");
    await s.type("junk\x15kept\r");
    await s.type("\x04");
    expect(await s.text()).toBe("abc\nabc\nkept\nkept");
    expect(s.shell.status).toEqual({ code: 0 });
  });

  test("read -s does not echo, read -n takes one key", async () => {
    const s = await start();
    await s.type("read -s -p 'pw: ' x; echo \"[$x]\"\r");
    await s.type("secret\r");
    expect(await s.text()).toContain("pw: [secret]");
    await s.type('read -n 1 y; echo "($y)"\r');
    await s.type("q");
    expect(await s.text()).toContain("q(q)");
  });

  test("stty shows and changes modes, the window size reaches programs", async () => {
    const s = await start({ cols: 100, rows: 30 });
    await s.type("stty size; stty -echo; stty -a | grep -o -- '-echo ' ; stty sane; tty\r");
    expect(await s.text()).toContain("30 100");
    expect(await s.text()).toContain("-echo");
    expect(await s.text()).toContain(`/dev/${s.pty.name}`);
    s.pty.resize(120, 40);
    await s.type("echo $COLUMNS x $LINES\r");
    await s.type("echo $COLUMNS x $LINES\r");
    expect(await s.text()).toContain("120 x 40");
  });

  test("history is kept in ~/.bash_history", async () => {
    const s = await start({ env: { HOME: "/tmp" } });
    await s.type("echo keep me\rexit\r");
    expect(s.shell.status).toEqual({ code: 0 });
    expect(machine.rootFs().readText("/tmp/.bash_history")).toBe("echo keep me\nexit\n");
    const t = await start({ env: { HOME: "/tmp" } });
    await t.type("\x1b[A\x1b[A\r");
    expect((await t.text()).split("\n").slice(1, 2)).toEqual(["keep me"]);
  });
});
