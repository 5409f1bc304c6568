/** Downloads that go on where they stopped, and are only seen under their name once they are whole. */
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { KubemendError, providerError } from "../error.ts";
import { makeFolder } from "../folder.ts";

export interface Wanted {
  url: string;
  headers?: Record<string, string>;
  /** What the bytes must hash to; unknown for files that nobody signs for. */
  sha256?: string;
}

const attempts = 4;

/** Throws `mirror-fetch`, `mirror-checksum`, `mirror-disk`. `said`: bytes so far. */
export async function download(wanted: Wanted, file: string, said: (bytes: number) => void = () => undefined): Promise<void> {
  const part = `${file}.part`;
  await guarded(part, () => makeFolder(dirname(file)));
  for (let attempt = 1; ; attempt++) {
    try {
      await guarded(part, () => fetchInto(wanted, part, said));
      break;
    } catch (error) {
      if (error instanceof KubemendError || attempt === attempts)
        throw error instanceof KubemendError ? error : unreachable(wanted.url, error);
    }
  }
  if (wanted.sha256 !== undefined) {
    const found = await digest(part);
    if (found !== wanted.sha256) {
      await rm(part, { force: true });
      throw providerError("mirror-checksum", `${wanted.url} has the SHA-256 sum ${found}, its index says ${wanted.sha256}`, {
        hint: "The file is not kept. Try again; if it stays so, the source or something in between is broken.",
      });
    }
  }
  await guarded(file, () => rename(part, file));
}

async function fetchInto(wanted: Wanted, part: string, said: (bytes: number) => void): Promise<void> {
  const have = (await stat(part).catch(() => undefined))?.size ?? 0;
  const response = await request(wanted.url, { ...wanted.headers, ...(have > 0 ? { range: `bytes=${have}-` } : {}) });
  if (response.status === 416) {
    // nothing is missing, or the part belongs to another file: the sum decides
    await response.body?.cancel();
    if (wanted.sha256 !== undefined && (await digest(part)) === wanted.sha256) return;
    await rm(part, { force: true });
    return fetchInto(wanted, part, said);
  }
  if (!response.ok || !response.body) throw refused(wanted.url, response);
  const resumed = response.status === 206;
  let bytes = resumed ? have : 0;
  const body = Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]);
  body.on("data", (chunk: Buffer) => said((bytes += chunk.length)));
  await pipeline(body, createWriteStream(part, { flags: resumed ? "a" : "w" }));
  const expected = Number(response.headers.get("content-length"));
  if (expected > 0 && !response.headers.has("content-encoding") && bytes - (resumed ? have : 0) !== expected)
    throw new Error(`the connection ended after ${bytes} bytes`);
}

/** Small texts and indexes. */
export async function fetchBytes(url: string, headers: Record<string, string> = {}): Promise<Buffer> {
  for (let attempt = 1; ; attempt++) {
    try {
      const response = await request(url, headers);
      if (!response.ok) throw refused(url, response);
      return Buffer.from(await response.arrayBuffer());
    } catch (error) {
      if (error instanceof KubemendError || attempt === attempts) throw error instanceof KubemendError ? error : unreachable(url, error);
    }
  }
}

export const request = (url: string, headers: Record<string, string>): Promise<Response> =>
  fetch(url, { headers: { "accept-encoding": "identity", ...headers } });

export const refused = (url: string, response: Response): KubemendError =>
  providerError("mirror-fetch", `${url}: the server answers ${response.status} ${response.statusText}`.trim(), {
    hint: "Is the version right, and does the source have it?",
    details: { status: response.status },
  });

export const unreachable = (url: string, error: unknown): KubemendError => {
  const cause =
    error instanceof Error && error.cause instanceof Error ? error.cause.message : error instanceof Error ? error.message : String(error);
  return providerError("mirror-fetch", `${url} cannot be fetched: ${cause}`, {
    hint: "Is this machine connected to the Internet? Run the command again: it goes on where it stopped.",
    cause: error,
  });
};

async function digest(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

/** Runs what writes; a disk that is full, or a folder that may not be written, is said plainly. */
export async function guarded<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (code === "ENOSPC" || code === "EDQUOT")
      throw providerError("mirror-disk", `the disk is full: ${file} cannot be written`, {
        hint: "Free some space (a version with its images takes about 400 MB), and run the command again: it goes on where it stopped.",
        cause: error,
      });
    if (code === "EACCES" || code === "EROFS" || code === "EPERM")
      throw providerError("mirror-disk", `${file} cannot be written: ${code}`, {
        hint: "Name a folder that you may write to.",
        cause: error,
      });
    throw error;
  }
}
