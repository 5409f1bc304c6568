/** Names and keys: k8s.io/apimachinery/pkg/util/validation. Functions return what is wrong, or undefined. */

const subdomainPattern = "[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*";
const labelPattern = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const qualifiedPattern = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";

const whole = (pattern: string): RegExp => new RegExp(`^${pattern}$`);

export function dnsSubdomain(value: string): string | undefined {
  if (value.length > 253) return "must be no more than 253 characters";
  if (whole(subdomainPattern).test(value)) return undefined;
  return `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${subdomainPattern}')`;
}

export function dnsLabel(value: string): string | undefined {
  if (value.length > 63) return "must be no more than 63 characters";
  if (whole(labelPattern).test(value)) return undefined;
  return `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '${labelPattern}')`;
}

export function dns1035Label(value: string): string | undefined {
  if (value.length > 63) return "must be no more than 63 characters";
  if (/^[a-z]([-a-z0-9]*[a-z0-9])?$/.test(value)) return undefined;
  return "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
}

/** ValidatePathSegmentName (RBAC objects and such). */
export function pathSegment(value: string): string | undefined {
  if (value === "." || value === "..") return `may not be '${value}'`;
  for (const bad of ["/", "%"]) if (value.includes(bad)) return `may not contain '${bad}'`;
  return undefined;
}

export function qualifiedName(value: string): string | undefined {
  const parts = value.split("/");
  const name = parts.at(-1)!;
  if (parts.length > 2)
    return `a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '${qualifiedPattern}') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`;
  if (parts.length === 2) {
    if (parts[0] === "") return "prefix part must be non-empty";
    const bad = dnsSubdomain(parts[0]!);
    if (bad) return `prefix part ${bad}`;
  }
  if (name === "") return "name part must be non-empty";
  if (name.length > 63) return "name part must be no more than 63 characters";
  if (!whole(qualifiedPattern).test(name))
    return `name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '${qualifiedPattern}')`;
  return undefined;
}

export function labelValue(value: string): string | undefined {
  if (value.length > 63) return "must be no more than 63 characters";
  if (value === "" || whole(qualifiedPattern).test(value)) return undefined;
  return `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(${qualifiedPattern})?')`;
}

export function configMapKey(value: string): string | undefined {
  if (value.length > 253) return "must be no more than 253 characters";
  if (/^[-._a-zA-Z0-9]+$/.test(value)) return value === "." || value === ".." ? `must not be '${value}'` : undefined;
  return "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
}

export function ianaServiceName(value: string): string | undefined {
  if (value.length > 15) return "must be no more than 15 characters";
  if (!/^[-a-z0-9]+$/.test(value)) return "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)";
  if (!/[a-z]/.test(value)) return "must contain at least one letter (a-z)";
  if (value.includes("--")) return "must not contain consecutive hyphens";
  if (value.startsWith("-") || value.endsWith("-")) return "must not begin or end with a hyphen";
  return undefined;
}
