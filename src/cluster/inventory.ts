/** The inventory of machines that exist already: every planned one must say where it answers. */
import type { Report } from "./plan.ts";
import type { Specification } from "./specification.ts";

export type InventoryEntry = NonNullable<Specification["machines"][string]["ssh"]>;

/** The same with its keys' paths made whole, by the folder in which the specification lies. */
export function withIdentityPaths(specification: Specification, whole: (path: string) => string): Specification {
  const machines = Object.fromEntries(
    Object.entries(specification.machines).map(([name, machine]) => [
      name,
      machine.ssh?.identityFile === undefined
        ? machine
        : { ...machine, ssh: { ...machine.ssh, identityFile: whole(machine.ssh.identityFile) } },
    ]),
  );
  return { ...specification, machines };
}

export function reportInventory(specification: Specification, names: string[], report: Report): void {
  const owner = new Map<string, string>();
  const example = Object.values(specification.machines).find((machine) => machine.ssh)?.ssh?.user ?? "ubuntu";
  for (const name of names) {
    const entry = specification.machines[name]?.ssh;
    const field = `machines.${name}.ssh`;
    if (!entry) {
      report(
        "error",
        "inventory-missing",
        field,
        name,
        `provider ssh needs to know where ${name} answers`,
        `Write machines: { ${name}: { ip: ADDRESS-OF-ITS-PRIVATE-INTERFACE, ssh: { host: ${name}.example.com, user: ${example} } } }${specification.workers > 0 && name.startsWith("worker") ? ", or use fewer workers" : ""}.`,
      );
      continue;
    }
    const place = `${entry.host}:${entry.port}`;
    const other = owner.get(place);
    if (other === undefined) owner.set(place, name);
    else
      report(
        "error",
        "inventory-duplicate",
        `${field}.host`,
        place,
        `${place} is ${other} already`,
        `Give ${name} a host or a port of its own.`,
      );
  }
}
