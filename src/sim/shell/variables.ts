/** Shell variables with attributes, arrays, name references and function scopes. */
import { encodeText } from "../core/text-bytes.ts";
import { admitMemory } from "../kernel/limits.ts";

export interface Variable {
  kind: "scalar" | "array" | "assoc";
  /** Of a scalar; undefined while declared without a value. */
  value: string | undefined;
  array?: Map<number, string>;
  assoc?: Map<string, string>;
  /** An array that has been declared and never assigned, not even (). */
  bare?: boolean;
  exported: boolean;
  readonly: boolean;
  integer: boolean;
  nameref: boolean;
  lower: boolean;
  upper: boolean;
}

export class ReadonlyVariable extends Error {
  readonly variable: string;
  constructor(variable: string) {
    super(`${variable}: readonly variable`);
    this.variable = variable;
  }
}

/** A variable whose value is computed when it is read. */
export interface SpecialVariable {
  get(): string | string[];
  set?(value: string): void;
}

const plain = (): Variable => ({
  kind: "scalar",
  value: undefined,
  exported: false,
  readonly: false,
  integer: false,
  nameref: false,
  lower: false,
  upper: false,
});

const copyOf = (v: Variable): Variable => ({
  ...v,
  ...(v.array ? { array: new Map(v.array) } : {}),
  ...(v.assoc ? { assoc: new Map(v.assoc) } : {}),
});

/** A scope: what the names it hides meant outside. */
type Scope = Map<string, Variable | undefined>;

/** What a value costs beside its characters. */
const perValue = 64;
/** Bytes that may be assigned before all variables are looked at again. */
const countedAfter = 8 << 20;

export class Variables {
  readonly all = new Map<string, Variable>();
  /** undefined: nothing is local yet (in a deep recursion most scopes are, and each subshell copies them all). */
  readonly scopes: (Scope | undefined)[] = [];
  special = new Map<string, SpecialVariable>();
  /** Evaluates the value of an integer variable. */
  arithmetic: (text: string) => bigint = () => 0n;
  /** Subscript of an indexed array, evaluated. */
  exportAll = false;

  clone(): Variables {
    const copy = new Variables();
    for (const [name, v] of this.all) copy.all.set(name, copyOf(v));
    for (const scope of this.scopes) copy.scopes.push(scope && new Map(scope));
    copy.exportAll = this.exportAll;
    return copy;
  }

  /** Follows name references; the result may carry a subscript. */
  resolve(name: string): string {
    let at = name;
    for (let i = 0; i < 16; i++) {
      const v = this.all.get(at);
      if (!v?.nameref || v.value === undefined || v.value === "") return at;
      at = v.value;
    }
    return at;
  }

  find(name: string): Variable | undefined {
    return this.all.get(this.resolve(name));
  }

  /** Value of a scalar or of element 0. */
  get(name: string): string | undefined {
    const special = this.special.get(name);
    if (special) {
      const value = special.get();
      return typeof value === "string" ? value : value[0];
    }
    let v = this.all.get(name);
    if (v?.nameref) {
      const target = this.resolve(name);
      const subscript = /^(\w+)\[(.*)\]$/s.exec(target);
      if (subscript) return this.element(subscript[1]!, subscript[2]!);
      if (target !== name) return this.get(target);
      v = this.all.get(target);
    }
    if (!v) return undefined;
    if (v.kind === "array") return v.array!.get(0);
    if (v.kind === "assoc") return v.assoc!.get("0");
    return v.value;
  }

  /** One element; `index` is evaluated for indexed arrays and a key for associative ones. */
  element(name: string, index: string): string | undefined {
    const special = this.special.get(name);
    if (special) {
      const value = special.get();
      const n = Number(this.arithmetic(index));
      return typeof value === "string" ? (n === 0 ? value : undefined) : value.at(n);
    }
    const v = this.find(name);
    if (!v) return undefined;
    if (v.kind === "assoc") return v.assoc!.get(index);
    const n = Number(this.arithmetic(index));
    if (v.kind === "scalar") return n === 0 || n === -1 ? v.value : undefined;
    return v.array!.get(n < 0 ? top(v.array!) + n : n);
  }

  /** Keys in order. */
  keys(name: string): string[] {
    const special = this.special.get(name);
    if (special) {
      const value = special.get();
      return typeof value === "string" ? ["0"] : value.map((_v, i) => String(i));
    }
    const v = this.find(name);
    if (!v) return [];
    if (v.kind === "assoc") return hashOrder(v.assoc!);
    if (v.kind === "array") return sorted(v.array!).map(([i]) => String(i));
    return v.value === undefined ? [] : ["0"];
  }

  /** All elements in order; a scalar is an array of one. */
  values(name: string): string[] {
    const special = this.special.get(name);
    if (special) {
      const value = special.get();
      return typeof value === "string" ? [value] : value;
    }
    const v = this.find(name);
    if (!v) return [];
    if (v.kind === "assoc") return hashOrder(v.assoc!).map((key) => v.assoc!.get(key)!);
    if (v.kind === "array") return sorted(v.array!).map(([, value]) => value);
    return v.value === undefined ? [] : [v.value];
  }

  isSet(name: string): boolean {
    return this.get(name) !== undefined;
  }

  /** The variable to write to, made if need be. Throws ReadonlyVariable. */
  #writable(name: string): Variable {
    let v = this.all.get(name);
    if (!v) {
      v = plain();
      if (this.exportAll) v.exported = true;
      this.all.set(name, v);
    }
    if (v.readonly) throw new ReadonlyVariable(name);
    delete v.bare;
    return v;
  }

  #cooked(v: Variable, value: string, old: string | undefined, append: boolean): string {
    if (v.integer) {
      const n = this.arithmetic(value);
      return String(append ? BigInt.asIntN(64, this.arithmetic(old ?? "0") + n) : n);
    }
    const text = append ? (old ?? "") + value : value;
    return v.lower ? text.toLowerCase() : v.upper ? text.toUpperCase() : text;
  }

  /** name=value, name[index]=value. Throws ReadonlyVariable. */
  set(name: string, value: string, index?: string, append = false): void {
    this.#count(value);
    const special = this.special.get(name);
    if (special) {
      special.set?.(value);
      return;
    }
    const target = this.resolve(name);
    const subscript = target === name ? null : /^(\w+)\[(.*)\]$/s.exec(target);
    if (subscript) return this.set(subscript[1]!, value, subscript[2], append);
    const v = this.#writable(target);
    if (index === undefined && v.kind === "scalar") {
      v.value = this.#cooked(v, value, v.value, append);
      return;
    }
    if (v.kind === "assoc") {
      const key = index ?? "0";
      v.assoc!.set(key, this.#cooked(v, value, v.assoc!.get(key), append));
      return;
    }
    if (v.kind === "scalar") toArray(v);
    let n = Number(this.arithmetic(index ?? "0"));
    if (n < 0) n += top(v.array!);
    if (n < 0) throw new RangeError(`${target}[${index}]: bad array subscript`);
    v.array!.set(n, this.#cooked(v, value, v.array!.get(n), append));
  }

  #fresh = 0;
  /** Counts what is assigned, and now and then what is there. Throws MemoryExhausted. */
  #count(value: string): void {
    this.#fresh += value.length + perValue;
    if (this.#fresh < countedAfter) return;
    this.#fresh = 0;
    let size = 0;
    for (const v of this.all.values()) {
      size += perValue + (v.value?.length ?? 0);
      for (const element of v.array?.values() ?? []) size += perValue + element.length;
      for (const [key, element] of v.assoc ?? []) size += perValue + key.length + element.length;
    }
    admitMemory(size + value.length, 0);
  }

  /** name=(…): elements with or without a key. */
  setArray(name: string, elements: { key: string | undefined; value: string; append?: boolean }[], append = false): void {
    for (const { value } of elements) this.#count(value);
    const v = this.#writable(this.resolve(name));
    if (v.kind === "assoc") {
      if (!append) v.assoc = new Map();
      for (let i = 0; i < elements.length; i++) {
        const { key, value } = elements[i]!;
        if (key !== undefined) v.assoc!.set(key, this.#cooked(v, value, v.assoc!.get(key), elements[i]!.append ?? false));
        else v.assoc!.set(value, elements[++i]?.value ?? "");
      }
      return;
    }
    if (v.kind === "scalar") toArray(v);
    if (!append) v.array = new Map();
    let next = top(v.array!);
    for (const { key, value, append: more } of elements) {
      if (key !== undefined) {
        const n = Number(this.arithmetic(key));
        next = n < 0 ? top(v.array!) + n : n;
      }
      v.array!.set(next, this.#cooked(v, value, v.array!.get(next), more ?? false));
      next++;
    }
  }

  declare(name: string): Variable {
    const target = this.resolve(name);
    let v = this.all.get(target);
    if (!v) {
      v = plain();
      this.all.set(target, v);
    }
    return v;
  }

  makeArray(v: Variable, kind: "array" | "assoc"): void {
    if (v.kind === kind) return;
    if (v.kind === "scalar" && v.value === undefined) v.bare = true;
    if (kind === "array") {
      toArray(v);
      return;
    }
    v.assoc = new Map(v.value === undefined ? [] : [["0", v.value]]);
    v.kind = "assoc";
    v.value = undefined;
  }

  unset(name: string, index?: string): void {
    if (index === undefined) {
      const v = this.all.get(name);
      if (v?.readonly) throw new ReadonlyVariable(name);
      this.special.delete(name);
      // a local that is unset stays local: the outer value does not show through until the function returns
      this.all.delete(name);
      return;
    }
    const v = this.find(name);
    if (!v) return;
    if (v.readonly) throw new ReadonlyVariable(name);
    if (v.kind === "assoc") v.assoc!.delete(index);
    else if (v.kind === "array") {
      const n = Number(this.arithmetic(index));
      v.array!.delete(n < 0 ? top(v.array!) + n : n);
    } else if (Number(this.arithmetic(index)) === 0) this.all.delete(name);
  }

  // --- scopes

  enter(): void {
    this.scopes.push(undefined);
  }

  leave(): void {
    const scope = this.scopes.pop();
    for (const [name, outer] of scope ?? []) {
      if (outer) this.all.set(name, outer);
      else this.all.delete(name);
    }
  }

  /** Makes a name local to the innermost scope (or, for temporary assignments, hides it). */
  local(name: string, inherit = false): Variable {
    const scope = (this.scopes[this.scopes.length - 1] ??= new Map<string, Variable | undefined>());
    if (scope.has(name)) return this.declare(name);
    const outer = this.all.get(name);
    if (outer?.readonly) throw new ReadonlyVariable(name);
    scope.set(name, outer);
    const v = inherit && outer ? copyOf(outer) : plain();
    this.all.set(name, v);
    return v;
  }

  isLocal(name: string): boolean {
    return this.scopes.at(-1)?.has(name) ?? false;
  }

  /** Environment of child processes. */
  environment(): Record<string, string> {
    const env: Record<string, string> = {};
    for (const [name, v] of this.all) if (v.exported && v.kind === "scalar" && v.value !== undefined) env[name] = v.value;
    return env;
  }
}

function toArray(v: Variable): void {
  v.array = new Map(v.value === undefined ? [] : [[0, v.value]]);
  v.kind = "array";
  v.value = undefined;
}

const top = (array: Map<number, string>): number => {
  let max = -1;
  for (const i of array.keys()) if (i > max) max = i;
  return max + 1;
};

/** Keys as bash walks its hash table (hashlib.c): by the bucket of their FNV-1 hash, in a bucket the newest first. */
export function hashOrder(map: Map<string, string>): string[] {
  let buckets = 1024;
  while (map.size > buckets * 2) buckets *= 4;
  const places = [...map.keys()].map((key, age) => ({ key, age, bucket: fnv(key) & (buckets - 1) }));
  return places.sort((a, b) => a.bucket - b.bucket || b.age - a.age).map(({ key }) => key);
}

function fnv(key: string): number {
  let hash = 2166136261;
  for (const byte of encodeText(key)) hash = Math.imul(hash, 16777619) ^ ((byte << 24) >> 24);
  return hash >>> 0;
}

const sorted = (array: Map<number, string>): [number, string][] => [...array].sort((a, b) => a[0] - b[0]);
