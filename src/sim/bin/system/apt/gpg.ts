/** gpg of GnuPG 2.4: --dearmor, --enarmor, --show-keys. */
import type { CommandProgram } from "../../../kernel/program.ts";
import { armor, dearmor, keysIn } from "../../../internet/pgp.ts";
import { BadOption, optionTable, parseOptions, type Options } from "../../text/options.ts";

const table = optionTable(
  `o,output= dearmor,dearmour enarmor,enarmour batch ~no-tty yes ~no ~q,quiet ~v,verbose show-keys !fingerprint,with-fingerprint !with-colons ~a,armor !no-default-keyring !keyring= !import !export !verify !list-keys !k !recv-keys= !keyserver= !homedir= !d,decrypt !e,encrypt !s,sign version`,
);

export const gpg: CommandProgram = {
  name: "gpg",
  async main(p) {
    let o: Options;
    try {
      o = parseOptions("gpg", table, p.args);
    } catch (error) {
      if (!(error instanceof BadOption)) throw error;
      await p.err(`gpg: ${error.message}\n`);
      return 2;
    }
    if (o.has("version")) {
      await p.out("gpg (GnuPG) 2.4.4\nlibgcrypt 1.10.3\n");
      return 0;
    }
    const [file] = o.operands;
    let input: Buffer;
    if (file === undefined || file === "-") input = await p.readAll(0);
    else if (p.fs.exists(file)) input = Buffer.from(p.fs.read(file));
    else {
      await p.err(`gpg: can't open '${file}': No such file or directory\n`);
      return 2;
    }
    if (o.has("show-keys")) {
      const found = keysIn(input);
      if (found.length === 0) {
        await p.err("gpg: no valid OpenPGP data found.\n");
        return 2;
      }
      for (const key of found)
        await p.out(`pub   ${key.bits} ${key.created} [SC]\n      ${key.fingerprint}\nuid                      ${key.uid}\n\n`);
      return 0;
    }
    if (!o.has("dearmor") && !o.has("enarmor")) return p.notSimulated(`gpg ${p.args.join(" ")}`);
    const result = o.has("dearmor") ? dearmor(input.toString("latin1")) : Buffer.from(armor(input));
    if (!result) {
      // with no armor at all gpg ends with an empty output file
      await p.err("gpg: no valid OpenPGP data found.\n");
      return 2;
    }
    const to = o.value("o") ?? (file !== undefined && file !== "-" && o.has("dearmor") ? `${file}.gpg` : undefined);
    if (to === undefined || to === "-") {
      await p.write(1, result);
      return 0;
    }
    if (p.fs.exists(to) && !o.has("yes")) {
      const terminal = p.fds.get(2)?.isTerminal === true && !o.has("batch");
      if (!terminal) {
        await p.err(o.has("batch") ? `gpg: dearmoring failed: File exists\n` : `gpg: cannot open '/dev/tty': No such device or address\n`);
        return 2;
      }
      await p.err(`File '${to}' exists. Overwrite? (y/N) `);
      if (
        !/^y/i.test(
          Buffer.from(await p.read(0))
            .toString("utf8")
            .trim(),
        )
      ) {
        await p.err("Enter new filename: \n");
        return 2;
      }
    }
    const out = p.open(to, { write: true, create: true, truncate: true, mode: 0o644 });
    out.retain();
    await out.write(result, p);
    out.release();
    return 0;
  },
};
