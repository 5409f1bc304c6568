/** Archives of one image, in the layout of OCI and, beside it, the index that `docker load` reads; made for `ctr images import` too. */
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { rename, stat } from "node:fs/promises";
import { once } from "node:events";
import type { Writable } from "node:stream";
import { guarded } from "./download.ts";
import type { Descriptor } from "./registry.ts";

export interface ImageParts {
  /** Full name with tag, under which the runtime will know it. */
  name: string;
  manifest: { bytes: Buffer; mediaType: string };
  config: Descriptor;
  layers: Descriptor[];
  /** File of a blob. */
  blob: (digest: string) => string;
}

export async function writeArchive(file: string, image: ImageParts): Promise<void> {
  const sha = createHash("sha256").update(image.manifest.bytes).digest("hex");
  const path = (digest: string): string => `blobs/sha256/${digest.replace(/^sha256:/, "")}`;
  const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
  await guarded(file, async () => {
    const out = createWriteStream(`${file}.new`);
    await once(out, "open");
    await entry(out, "oci-layout", json({ imageLayoutVersion: "1.0.0" }));
    await entry(
      out,
      "index.json",
      json({
        schemaVersion: 2,
        manifests: [
          {
            mediaType: image.manifest.mediaType,
            digest: `sha256:${sha}`,
            size: image.manifest.bytes.length,
            annotations: { "io.containerd.image.name": image.name, "org.opencontainers.image.ref.name": image.name.split(":").at(-1) },
          },
        ],
      }),
    );
    await entry(
      out,
      "manifest.json",
      json([{ Config: path(image.config.digest), RepoTags: [image.name], Layers: image.layers.map((layer) => path(layer.digest)) }]),
    );
    await entry(out, path(sha), image.manifest.bytes);
    for (const digest of new Set([image.config, ...image.layers].map((part) => part.digest)))
      await entry(out, path(digest), image.blob(digest));
    // two empty blocks end an archive
    out.end(Buffer.alloc(1024));
    await once(out, "finish");
    await rename(`${file}.new`, file);
  });
}

/** A file of the archive (POSIX ustar), from memory or, by name, from a file. */
async function entry(out: Writable, name: string, content: Buffer | string): Promise<void> {
  const size = typeof content === "string" ? (await stat(content)).size : content.length;
  await put(out, header(name, size));
  if (typeof content === "string") for await (const chunk of createReadStream(content)) await put(out, chunk as Buffer);
  else await put(out, content);
  await put(out, Buffer.alloc((512 - (size % 512)) % 512));
}

function header(name: string, size: number): Buffer {
  const block = Buffer.alloc(512);
  const octal = (value: number, offset: number, length: number): number =>
    block.write(`${value.toString(8).padStart(length - 1, "0")}\0`, offset);
  block.write(name, 0);
  octal(0o644, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(0, 136, 12);
  block.write("        ", 148);
  block.write("0", 156);
  block.write("ustar\x0000", 257);
  octal(
    block.reduce((sum, byte) => sum + byte, 0),
    148,
    7,
  );
  return block;
}

async function put(out: Writable, bytes: Buffer): Promise<void> {
  if (out.errored) throw out.errored;
  if (bytes.length > 0 && !out.write(bytes)) await once(out, "drain");
}
