/** What dpkg knows of the packages that the box came with, and the certificates of public authorities. */
import { Random } from "../core/random.ts";
import type { ImageBuilder } from "../fs/image.ts";
import { createCertificate, createKey } from "../pki/index.ts";
import { controlFields } from "./deb.ts";
import { boxPackages } from "./packages/ubuntu.ts";
import { keyById, keyBytes } from "./pgp.ts";

export function installedAtFirst(b: ImageBuilder): void {
  const status = [...boxPackages]
    .sort((x, y) => (x.name < y.name ? -1 : 1))
    .map(
      (pkg) =>
        `Package: ${pkg.name}\nStatus: install ok installed\n${controlFields(pkg)
          .map(([k, v]) => `${k}: ${v}\n`)
          .join("")}Description: ${pkg.description}\n\n`,
    )
    .join("");
  b.file("/var/lib/dpkg/status", status)
    .file("/var/lib/dpkg/lock", "", { mode: 0o640 })
    .file("/var/lib/dpkg/lock-frontend", "", { mode: 0o640 })
    .file("/var/lib/dpkg/arch", "amd64\n")
    .file("/var/lib/apt/extended_states", "")
    .file("/usr/share/keyrings/ubuntu-archive-keyring.gpg", new Uint8Array(keyBytes(keyById("871920D1991BC93C"))))
    .file("/etc/ssl/certs/ca-certificates.crt", publicRoots())
    .dir("/usr/share/ca-certificates")
    .dir("/usr/local/share/ca-certificates")
    .dir("/etc/ca-certificates/update.d");
}

/** One root stands for all of Mozilla's: every public site of the simulated Internet chains to it. */
function publicRoots(): string {
  const key = createKey(new Random({}, "public", "root"));
  return createCertificate({
    subject: { commonName: "ISRG Root X1", organizations: ["Internet Security Research Group"] },
    spki: key.spki,
    keyPem: key.privatePem,
    ca: true,
    keyUsages: ["keyCertSign", "cRLSign"],
    notBefore: Date.UTC(2015, 5, 4, 11, 4, 38),
    notAfter: Date.UTC(2035, 5, 4, 11, 4, 38),
    serial: Uint8Array.from([0x82, 0x10, 0xcf, 0xb0]),
  });
}
