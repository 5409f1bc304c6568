/** Compound commands. */
import type { ArithmeticFor, Case, CompoundCommand, CompoundList, For, If, Select, While, Word } from "unbash";
import { conditional } from "./conditional.ts";
import { commandText } from "./command-text.ts";
import { debugTrap, ps4, runList } from "./execute.ts";
import { expandPattern, expandString, expandText, expandWords, ExpansionError } from "./expand.ts";
import { BreakFlow } from "./flow.ts";
import { matches } from "./pattern.ts";
import type { Shell } from "./shell.ts";
import { readLine } from "./builtins/read.ts";

export async function compoundCommand(sh: Shell, node: Exclude<CompoundCommand, { type: "Subshell" }>): Promise<number> {
  switch (node.type) {
    case "BraceGroup":
      return await runList(sh, node.body);
    case "If":
      return await ifCommand(sh, node);
    case "For":
      return await forCommand(sh, node);
    case "ArithmeticFor":
      return await arithmeticFor(sh, node);
    case "Select":
      return await selectCommand(sh, node);
    case "While":
      return await whileCommand(sh, node);
    case "Case":
      return await caseCommand(sh, node);
    case "TestCommand": {
      sh.pos = node.pos;
      await debugTrap(sh, node, () => commandText(node, sh.source));
      return await conditional(sh, node.expression);
    }
    case "ArithmeticCommand": {
      sh.pos = node.pos;
      await debugTrap(sh, node, () => commandText(node, sh.source));
      return await arithmetic(sh, node.body, "((");
    }
  }
}

/** (( … )) and the parts of for (( … )): status 1 when zero. Errors do not end the line. */
async function arithmetic(sh: Shell, text: string, label: string): Promise<number> {
  if (sh.flags.xtrace) await sh.p.err(`${await ps4(sh)}(( ${text} ))\n`);
  try {
    return sh.arithmetic(await expandText(sh, text)) === 0n ? 1 : 0;
  } catch (error) {
    if (!(error instanceof ExpansionError) || error.status === 127) throw error;
    await sh.error(`${label}: ${error.message}`);
    return 1;
  }
}

async function condition(sh: Shell, list: CompoundList): Promise<boolean> {
  sh.noErrexit++;
  try {
    return (await runList(sh, list)) === 0;
  } finally {
    sh.noErrexit--;
  }
}

async function ifCommand(sh: Shell, node: If): Promise<number> {
  if (await condition(sh, node.clause)) return await runList(sh, node.then);
  for (const elif of node.elif) if (await condition(sh, elif.clause)) return await runList(sh, elif.then);
  if (node.else) return await runList(sh, node.else);
  return (sh.status = 0);
}

/** Runs a loop's body once; "break" when the loop is over. */
async function body(sh: Shell, list: CompoundList): Promise<number | "break"> {
  try {
    return await runList(sh, list);
  } catch (error) {
    if (!(error instanceof BreakFlow)) throw error;
    if (error.levels > 1) {
      error.levels--;
      throw error;
    }
    sh.status = 0;
    return error.again ? 0 : "break";
  }
}

async function loop(sh: Shell, run: () => Promise<number>): Promise<number> {
  sh.loops++;
  try {
    return await run();
  } finally {
    sh.loops--;
  }
}

const wordList = async (sh: Shell, words: readonly Word[] | undefined): Promise<readonly string[]> =>
  words ? await expandWords(sh, words) : sh.positional;

async function forCommand(sh: Shell, node: For): Promise<number> {
  sh.pos = node.pos;
  const name = node.name.text;
  if (!/^[A-Za-z_]\w*$/.test(name)) {
    await sh.error(`\`${name}': not a valid identifier`);
    return 1;
  }
  const items = await wordList(sh, node.wordlist);
  return await loop(sh, async () => {
    let status = 0;
    for (const item of items) {
      await debugTrap(sh, node, () => `for ${name} in ${(node.wordlist ?? [{ text: '"$@"' }]).map((w) => w.text).join(" ")}`);
      if (sh.flags.xtrace) {
        const list = node.wordlist ? ` in ${node.wordlist.map((w) => w.text).join(" ")}` : "";
        await sh.p.err(`${await ps4(sh)}for ${name}${list}\n`);
      }
      const v = sh.vars.all.get(name);
      if (v?.nameref) v.value = item;
      else sh.vars.set(name, item);
      const result = await body(sh, node.body);
      if (result === "break") return 0;
      status = result;
    }
    return (sh.status = status);
  });
}

async function arithmeticFor(sh: Shell, node: ArithmeticFor): Promise<number> {
  sh.pos = node.pos;
  const [first, test, update] = forParts(sh.source.text.slice(node.pos, node.body.pos));
  const run = async (text: string): Promise<bigint> => {
    await debugTrap(sh, node, () => `((${text.trim()}))`);
    if (sh.flags.xtrace) await sh.p.err(`${await ps4(sh)}(( ${text.trimStart()} ))\n`);
    return sh.arithmetic(await expandText(sh, text));
  };
  return await loop(sh, async () => {
    let status = 0;
    try {
      if (first.trim() !== "") await run(first);
      while (test.trim() === "" || (await run(test)) !== 0n) {
        const turn = sh.p.tick();
        if (turn) await turn;
        const result = await body(sh, node.body);
        if (result === "break") return 0;
        status = result;
        if (update.trim() !== "") await run(update);
      }
    } catch (error) {
      if (!(error instanceof ExpansionError) || error.status === 127) throw error;
      await sh.error(`((: ${error.message}`);
      return (sh.status = 1);
    }
    return (sh.status = status);
  });
}

/** The three expressions in the text `for ((a; b; c))…`. */
function forParts(text: string): [string, string, string] {
  const from = text.indexOf("((") + 2;
  let depth = 0;
  const cuts: number[] = [];
  let end = text.length;
  for (let i = from; i < text.length; i++) {
    if (text[i] === "(") depth++;
    else if (text[i] === ")") {
      if (depth === 0 && text[i + 1] === ")") {
        end = i;
        break;
      }
      depth--;
    } else if (text[i] === ";" && depth === 0) cuts.push(i);
  }
  return [text.slice(from, cuts[0]), text.slice(cuts[0]! + 1, cuts[1]), text.slice(cuts[1]! + 1, end)];
}

async function whileCommand(sh: Shell, node: While): Promise<number> {
  return await loop(sh, async () => {
    let status = 0;
    for (;;) {
      const turn = sh.p.tick();
      if (turn) await turn;
      let go: boolean;
      try {
        go = (await condition(sh, node.clause)) === (node.kind === "while");
      } catch (error) {
        // break and continue also work in the condition
        if (!(error instanceof BreakFlow)) throw error;
        if (error.levels > 1) {
          error.levels--;
          throw error;
        }
        if (error.again) continue;
        return (sh.status = 0);
      }
      if (!go) return (sh.status = status);
      const result = await body(sh, node.body);
      if (result === "break") return (sh.status = 0);
      status = result;
    }
  });
}

async function caseCommand(sh: Shell, node: Case): Promise<number> {
  sh.pos = node.pos;
  await debugTrap(sh, node, () => `case ${node.word.text} in `);
  const text = await expandString(sh, node.word);
  if (sh.flags.xtrace) await sh.p.err(`${await ps4(sh)}case ${node.word.text} in\n`);
  const options = { extglob: true, nocase: sh.shopt.nocasematch };
  let status = 0;
  let fall = false;
  for (const item of node.items) {
    let hit = fall;
    for (const pattern of item.pattern) {
      if (hit) break;
      hit = matches(text, await expandPattern(sh, pattern), options);
    }
    if (!hit) continue;
    status = item.body.commands.length === 0 ? (sh.status = 0) : await runList(sh, item.body);
    if (item.terminator === ";&") fall = true;
    else if (item.terminator === ";;&") fall = false;
    else return status;
  }
  if (status === 0) sh.status = 0;
  return status;
}

async function selectCommand(sh: Shell, node: Select): Promise<number> {
  sh.pos = node.pos;
  await debugTrap(sh, node, () => `select ${node.name.text} in ${(node.wordlist ?? [{ text: '"$@"' }]).map((w) => w.text).join(" ")}`);
  const items = await wordList(sh, node.wordlist);
  if (items.length === 0) return 0;
  const width = String(items.length).length;
  const menu = async (): Promise<void> => {
    for (let i = 0; i < items.length; i++) await sh.p.err(`${String(i + 1).padStart(width)}) ${items[i]}\n`);
  };
  return await loop(sh, async () => {
    await menu();
    for (;;) {
      await sh.p.err(sh.vars.get("PS3") ?? "#? ");
      const line = await readLine(sh, 0, "\n");
      if (line === undefined) {
        await sh.p.out("\n");
        return (sh.status = 1);
      }
      sh.vars.set("REPLY", line.text);
      if (line.text === "") {
        await menu();
        continue;
      }
      const choice = /^\s*\d+\s*$/.test(line.text) ? items[Number(line.text) - 1] : undefined;
      sh.vars.set(node.name.text, choice ?? "");
      const result = await body(sh, node.body);
      if (result === "break") return (sh.status = 0);
    }
  });
}
