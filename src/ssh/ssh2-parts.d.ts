/** Parts of ssh2 that are loaded by themselves: the whole (server, agents, HTTP) takes twice as long, and `kubemend ssh` waits for it. */
declare module "ssh2/lib/client.js" {
  import { Client } from "ssh2";
  export default Client;
}
declare module "ssh2/lib/protocol/keyParser.js" {
  import type { ParsedKey } from "ssh2";
  const keyParser: { parseKey(text: Buffer): ParsedKey | ParsedKey[] | Error };
  export default keyParser;
}
