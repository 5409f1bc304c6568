/** The folder of this installation: where labs, scripts and templates lie beside the program. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Found upwards from this file, so that it holds for the sources as well as for what is built of them. */
export const installation = ((): string => {
  for (let dir = dirname(fileURLToPath(import.meta.url)); ; dir = dirname(dir)) {
    if (existsSync(join(dir, "Vagrantfile.hbs")) && existsSync(join(dir, "package.json"))) return dir;
    if (dirname(dir) === dir) throw new Error("kubemend is not installed whole: its package.json and Vagrantfile.hbs are missing");
  }
})();

export const installedVersion = (): string =>
  (JSON.parse(readFileSync(join(installation, "package.json"), "utf8")) as { version: string }).version;
