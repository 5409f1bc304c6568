/** Names of clusters: DNS labels, because machines, certificates and the folder of the state carry them. */

export const dnsLabel = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** The label that is most like the text. */
export function labelFrom(text: string): string {
  const label = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, "-")
    .replace(/^-+/, "")
    .slice(0, 63)
    .replace(/-+$/, "");
  return label === "" ? "lab" : label;
}
