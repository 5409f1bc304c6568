/** Port numbers and ranges as iptables reads and writes them. */
import { IptablesError } from "./env.ts";

export interface Ports {
  low: number;
  high: number;
  not: boolean;
}

/** Names of /etc/services that people use in rules. */
export const services: Record<string, number> = {
  ftp: 21,
  ssh: 22,
  telnet: 23,
  smtp: 25,
  domain: 53,
  bootps: 67,
  bootpc: 68,
  http: 80,
  kerberos: 88,
  ntp: 123,
  snmp: 161,
  bgp: 179,
  ldap: 389,
  https: 443,
  syslog: 514,
  ldaps: 636,
  mysql: 3306,
  postgresql: 5432,
  "http-alt": 8080,
};

export function parsePort(word: string, proto: string): number {
  const port = /^\d+$/.test(word) ? Number(word) : services[word];
  if (port === undefined || port > 65535) throw new IptablesError(`invalid port/service \`${word}' specified`);
  void proto;
  return port;
}

export function parsePorts(word: string, proto: string): { low: number; high: number } {
  const cut = word.indexOf(":");
  if (cut < 0) {
    const port = parsePort(word, proto);
    return { low: port, high: port };
  }
  const low = cut === 0 ? 0 : parsePort(word.slice(0, cut), proto);
  const high = cut === word.length - 1 ? 65535 : parsePort(word.slice(cut + 1), proto);
  if (low > high) throw new IptablesError("invalid portrange (min > max)");
  return { low, high };
}

export const formatPorts = (ports: { low: number; high: number }): string =>
  ports.low === ports.high ? String(ports.low) : `${ports.low}:${ports.high}`;

const names = new Map(Object.entries(services).map(([name, port]) => [port, name]));
export const portName = (port: number): string => names.get(port) ?? String(port);
export const namedPorts = (ports: { low: number; high: number }): string =>
  ports.low === ports.high ? portName(ports.low) : `${portName(ports.low)}:${portName(ports.high)}`;
