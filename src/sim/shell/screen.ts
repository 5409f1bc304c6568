/** Columns of text on a terminal. */

// eslint-disable-next-line no-control-regex -- escape sequences are what is looked for
const invisible = /\x01[^\x02]*\x02|\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07]*\x07|[\x00-\x08\x0b-\x1f]/g;

const wide = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}]/u;

/** Columns of a character; control characters are shown as ^X. */
export const charWidth = (c: string): number => (c < " " || c === "\x7f" ? 2 : wide.test(c) ? 2 : /\p{M}/u.test(c) ? 0 : 1);

/** Columns of a prompt: what stands between \x01 and \x02 and escape sequences take none. */
export const promptWidth = (prompt: string): number =>
  Array.from(prompt.replaceAll(invisible, "")).reduce((sum, c) => sum + charWidth(c), 0);

/** As the line editor shows a character. */
export const shownChar = (c: string): string => (c === "\x7f" ? "^?" : c < " " ? `^${String.fromCharCode(c.charCodeAt(0) + 64)}` : c);

/** Names in columns, filled downwards, as readline and ls list them. */
export function columns(names: string[], width: number): string {
  const longest = Math.max(...names.map((n) => Array.from(n).length)) + 2;
  const across = Math.max(1, Math.floor(width / longest));
  const down = Math.ceil(names.length / across);
  let out = "";
  for (let row = 0; row < down; row++) {
    let line = "";
    for (let column = 0; column < across; column++) {
      const name = names[column * down + row];
      if (name === undefined) break;
      line += column * down + row + down < names.length ? name.padEnd(longest) : name;
    }
    out += `${line.trimEnd()}\n`;
  }
  return out;
}
