/** What `vagrant … --machine-readable` prints: lines of TIMESTAMP,TARGET,TYPE,DATA… (developer.hashicorp.com/vagrant/docs/cli/machine-readable). */

export interface Line {
  /** The machine; "" for none. */
  target: string;
  type: string;
  data: string[];
}

/** The lines that have that form; whatever else a plugin or a Vagrantfile printed between them is left out. */
export function parseLines(output: string): Line[] {
  return output.split(/\r?\n/).flatMap((text) => {
    const [stamp, target, type, ...data] = text.split(",");
    if (stamp === undefined || !/^\d+$/.test(stamp) || target === undefined || !type) return [];
    return [{ target, type, data: data.map(unescape) }];
  });
}

const unescape = (text: string): string => text.replaceAll("%!(VAGRANT_COMMA)", ",").replaceAll("\\n", "\n").replaceAll("\\r", "\r");
