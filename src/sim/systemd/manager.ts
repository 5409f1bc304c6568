/** Units, jobs and transactions of process 1. Services' own life is in service.ts. */
import type { Data } from "../core/json.ts";
import type { FsView } from "../fs/view.ts";
import type { Machine } from "../kernel/machine.ts";
import type { Proc } from "../kernel/proc.ts";
import { currentStamp, loadUnit, type Definition, type Dependency, unitFolders } from "./load.ts";
import { writeJournal, bootId } from "./journal.ts";
import type { ActiveState, Job, JobResult, JobType, ManagerState, Result, Unit } from "./state.ts";
import { boolean, instanceOf, specifiers, timeSpan, typeOf, value, values, words, type SpecifierContext } from "./unit-file.ts";
import { checkConditions } from "./conditions.ts";
import { kernelRelease } from "../image/release.ts";

/** Starts and stops units of one type; `unit.active` says how far it is. */
export interface UnitDriver {
  start(m: Manager, unit: Unit): void;
  stop(m: Manager, unit: Unit): void;
  reload?(m: Manager, unit: Unit): void;
  timer?(m: Manager, unit: Unit, kind: string): void;
}

/** Refusal of a request before there is a job. */
export class UnitError extends Error {
  readonly kind: "not-found" | "masked" | "bad-setting" | "error" | "not-active" | "no-reload" | "destructive";
  constructor(kind: UnitError["kind"], message: string) {
    super(message);
    this.kind = kind;
  }
}

const drivers = new Map<string, UnitDriver>();
export const registerDriver = (type: string, driver: UnitDriver): void => void drivers.set(type, driver);

/** Programs that wait for a job: they live in memory only, as they do. */
const waiters = new WeakMap<Machine, Map<number, ((result: JobResult) => void)[]>>();

export class Manager {
  readonly p: Proc;
  readonly state: ManagerState;

  constructor(p: Proc) {
    this.p = p;
    this.state = p.data as ManagerState;
  }

  get machine(): Machine {
    return this.p.machine;
  }
  get now(): number {
    return this.p.now;
  }
  get fs(): FsView {
    return this.p.fs;
  }

  /** What systemd says, about a unit or in general. */
  log(msg: string, about?: string, prio = 6): void {
    writeJournal(this.machine, {
      pid: 1,
      uid: 0,
      id: "systemd",
      prio,
      msg,
      unit: "init.scope",
      comm: "systemd",
      exe: "/usr/lib/systemd/systemd",
      ...(about === undefined ? {} : { about }),
    });
  }

  context(): Omit<SpecifierContext, "name" | "user" | "home"> {
    return {
      hostname: this.machine.hostname,
      machineId: this.machine.state.machineId,
      bootId: bootId(this.machine),
      kernel: kernelRelease,
    };
  }

  expand(unit: Unit, text: string, user = "root", home = "/root"): string {
    return specifiers(text, { ...this.context(), name: unit.def.name, user, home });
  }

  // --- units

  /** The unit by any of its names, loaded when need be. */
  unit(name: string): Unit {
    const there = this.state.units[name] ?? Object.values(this.state.units).find((u) => u.def.names.includes(name));
    if (there && !this.#forgotten(there)) return there;
    const def = loadUnit(this.fs, name, this.context());
    const real = def.names.at(-1)!;
    if (real !== name && def.load === "loaded") return this.unit(real);
    if (there) {
      there.def = def;
      return there;
    }
    const unit = newUnit(def);
    this.state.units[name] = unit;
    this.#remark(def);
    if (def.error) this.log(`${name}: ${def.error}`, name, 3);
    return unit;
  }

  /** Says in the journal what is odd about a unit's files, and what of them has no effect here. */
  #remark(def: Definition): void {
    for (const warning of def.warnings) this.log(warning, def.name, 4);
    for (const what of def.beyond) {
      this.machine.world.gap(this.machine.name, "systemd", `${what} of units`);
      this.log(`${def.name}: kubemend: not simulated: ${what}`, def.name, 4);
    }
  }

  /** An inactive unit that nothing loaded refers to is not kept in memory, so its files are read again. */
  #forgotten(unit: Unit): boolean {
    if (unit.active !== "inactive" || this.state.jobs[unit.def.name]) return false;
    if (unit.def.load !== "loaded") return true;
    return !Object.values(this.state.units).some(
      (u) =>
        u !== unit &&
        (u.active !== "inactive" || u.def.load === "loaded") &&
        (["requires", "wants", "bindsTo", "requisite", "partOf"] as const).some((kind) => u.def.deps[kind].includes(unit.def.name)),
    );
  }

  /** Whether a loaded unit's files have changed since. */
  needsReload(unit: Unit): boolean {
    return unit.def.load !== "not-found" && unit.def.stamp !== currentStamp(this.fs, unit.def.name);
  }

  daemonReload(): void {
    const folders = unitFolders(this.fs);
    for (const [name, unit] of Object.entries(this.state.units)) {
      const def = loadUnit(this.fs, name, this.context(), folders);
      this.#remark(def);
      if (def.load === "not-found" && unit.active === "inactive" && !this.state.jobs[name]) delete this.state.units[name];
      else if (def.names.at(-1) !== name && def.load === "loaded" && unit.active === "inactive") delete this.state.units[name];
      else unit.def = def;
    }
  }

  /** Names of units that list `name` under one of the kinds. */
  reverse(name: string, ...kinds: Dependency[]): string[] {
    return Object.values(this.state.units)
      .filter((u) => kinds.some((kind) => u.def.deps[kind].includes(name)))
      .map((u) => u.def.name);
  }

  description(unit: Unit): string {
    const text = value(unit.def.sections, "Unit", "Description");
    if (text === "" && unit.def.name === "-.mount") return "Root Mount";
    if (text === "" && typeOf(unit.def.name) === "swap") return this.setting(unit, "Swap", "What") || unit.def.name;
    if (text === "" && typeOf(unit.def.name) === "mount") return this.setting(unit, "Mount", "Where") || unit.def.name;
    return text === "" ? unit.def.name : this.expand(unit, text);
  }

  /** `kubelet.service - kubelet: The Kubernetes Node Agent`, as systemd's messages name a unit. */
  title(unit: Unit): string {
    const description = this.description(unit);
    return description === unit.def.name ? unit.def.name : `${unit.def.name} - ${description}`;
  }

  setting(unit: Unit, section: string, ...keys: string[]): string {
    return value(unit.def.sections, section, ...keys);
  }
  settings(unit: Unit, section: string, ...keys: string[]): string[] {
    return values(unit.def.sections, section, ...keys);
  }
  span(unit: Unit, section: string, keys: string[], fallback: number): number {
    const text = this.setting(unit, section, ...keys);
    const ms = text === "" ? fallback : (timeSpan(text) ?? fallback);
    return ms;
  }
  flag(unit: Unit, section: string, key: string): boolean | undefined {
    return boolean(this.setting(unit, section, key));
  }

  // --- transactions

  /** Queues what a request needs; the result is the id of its own job, 0 when there is nothing to do. */
  enqueue(type: "start" | "stop" | "restart" | "try-restart" | "reload" | "reload-or-restart", name: string): number {
    const unit = this.unit(name);
    const { def } = unit;
    if (type === "stop") {
      if (def.load === "not-found" && unit.active === "inactive") throw new UnitError("not-found", `Unit ${name} not loaded.`);
      return this.#plan(this.#stopSet(def.name), "stop", def.name);
    }
    this.#mustBeLoaded(unit, name);
    if (this.flag(unit, "Unit", "RefuseManualStart") === true && type === "start")
      throw new UnitError(
        "error",
        `Operation refused, unit ${name} may be requested by dependency only (it is configured to refuse manual start/stop).`,
      );
    const isUp = unit.active !== "inactive" && unit.active !== "failed";
    if (type === "try-restart" && !isUp) return 0;
    if (type === "reload" || (type === "reload-or-restart" && this.canReload(unit))) {
      if (unit.active !== "active" && unit.active !== "reloading") {
        if (type === "reload-or-restart") return this.enqueue("start", name);
        throw new UnitError("not-active", `Unit ${name} is not active, cannot reload.`);
      }
      if (!this.canReload(unit)) throw new UnitError("no-reload", `Job type reload is not applicable for unit ${name}.`);
      return this.#plan([def.name], "reload", def.name);
    }
    const starts = this.#startSet(def.name);
    const id = this.#plan(starts.start, "start", def.name);
    this.#plan(starts.stop, "stop", "");
    if (type === "start") {
      if (id === 0 && unit.active === "activating") return this.state.jobs[def.name]?.id ?? 0;
      this.dispatch();
      return id;
    }
    if (!isUp) {
      this.dispatch();
      return id;
    }
    const jobs = this.#stopSet(def.name).filter((n) => n === def.name || !["inactive", "failed"].includes(this.unit(n).active));
    const out = this.#plan(jobs, "restart", def.name);
    this.dispatch();
    return out;
  }

  canReload(unit: Unit): boolean {
    return (
      typeOf(unit.def.name) === "service" &&
      (this.settings(unit, "Service", "ExecReload").length > 0 || this.setting(unit, "Service", "Type") === "notify-reload")
    );
  }

  #mustBeLoaded(unit: Unit, name: string): void {
    const { def } = unit;
    if (def.load === "not-found") throw new UnitError("not-found", `Unit ${name} not found.`);
    if (def.load === "masked") throw new UnitError("masked", `Unit ${name} is masked.`);
    if (def.load === "bad-setting") throw new UnitError("bad-setting", `Unit ${name} has a bad unit file setting.`);
    if (def.load === "error")
      throw new UnitError("error", `Unit ${name} failed to load properly, please adjust/correct and reload service manager: ${def.error}`);
  }

  /** Units to start (dependencies first found) and to stop for them. */
  #startSet(name: string): { start: string[]; stop: string[] } {
    const start = new Set<string>();
    const stop = new Set<string>();
    const visit = (n: string, required: boolean, by: string): boolean => {
      const unit = this.unit(n);
      const real = unit.def.name;
      if (start.has(real)) return true;
      if (unit.def.load !== "loaded") {
        if (!required) {
          if (unit.def.load === "bad-setting") this.log(`${by}: Wants= dependency ${n} has a bad unit file setting, ignoring.`, by, 4);
          return false;
        }
        this.#mustBeLoaded(unit, n);
      }
      if (unit.active === "active" && real !== name) return true;
      start.add(real);
      for (const dep of [...unit.def.deps.requires, ...unit.def.deps.bindsTo]) visit(dep, true, real);
      for (const dep of [...unit.def.deps.wants, ...unit.def.deps.upholds]) {
        try {
          visit(dep, false, real);
        } catch (error) {
          if (!(error instanceof UnitError)) throw error;
          start.delete(dep);
          this.log(`${real}: Failed to add dependency job, ignoring: ${error.message}`, real, 4);
        }
      }
      for (const other of [...unit.def.deps.conflicts, ...this.reverse(real, "conflicts")]) {
        const there = this.state.units[other];
        if (there && there.active !== "inactive" && there.active !== "failed") for (const s of this.#stopSet(other)) stop.add(s);
      }
      return true;
    };
    visit(name, true, name);
    for (const s of stop) start.delete(s);
    return { start: [...start], stop: [...stop] };
  }

  #stopSet(name: string): string[] {
    const out = new Set<string>();
    const visit = (n: string) => {
      if (out.has(n)) return;
      out.add(n);
      for (const dep of this.reverse(n, "requires", "bindsTo", "partOf", "requisite")) {
        const unit = this.state.units[dep]!;
        if (unit.active !== "inactive" && unit.active !== "failed") visit(dep);
      }
    };
    visit(name);
    return [...out];
  }

  /** Installs jobs; units that are already as wanted get none. */
  #plan(names: string[], type: JobType, anchor: string): number {
    let id = 0;
    for (const name of names) {
      const unit = this.unit(name);
      const there = this.state.jobs[name];
      if (!there) {
        if (type === "start" && unit.active === "active") continue;
        if (type === "stop" && (unit.active === "inactive" || unit.active === "failed") && !(unit.sub === "auto-restart")) {
          // a failed unit is reset by a stop job that finds nothing to do
          continue;
        }
      } else if (there.type === type && !(type === "restart" && there.running)) {
        if (name === anchor) id = there.id;
        continue;
      } else if (there.type === "restart" && type === "start") {
        if (name === anchor) id = there.id;
        continue;
      } else if (there.type === "start" && type === "restart" && !there.running) {
        there.type = "restart";
        if (name === anchor) id = there.id;
        continue;
      } else this.#finish(there, "canceled");
      const job: Job = { id: this.state.nextJob++, unit: name, type, running: false, anchor: name === anchor };
      this.state.jobs[name] = job;
      if (name === anchor) id = job.id;
    }
    if (type !== "start") this.dispatch();
    return id;
  }

  cancel(name: string): void {
    const job = this.state.jobs[name];
    if (job) this.#finish(job, "canceled");
  }

  // --- the job queue

  #dispatching = false;
  /** Runs every job that waits for nothing any more. */
  dispatch(): void {
    if (this.#dispatching) return;
    this.#dispatching = true;
    try {
      for (let again = true; again;) {
        again = false;
        const waits = this.#waits();
        for (const job of Object.values(this.state.jobs)) {
          if (job.running || this.state.jobs[job.unit] !== job) continue;
          // a job that this pass has ended holds nobody up any more
          if ([...(waits.get(job) ?? [])].some((other) => this.state.jobs[other.unit] === other)) continue;
          job.running = true;
          again = true;
          this.#run(job);
        }
        if (!again && this.#breakCycle()) again = true;
      }
    } finally {
      this.#dispatching = false;
    }
    if (!this.state.up && Object.keys(this.state.jobs).length === 0) this.#startupFinished();
  }

  #startupFinished(): void {
    const s = this.state;
    s.up = true;
    s.finishedAt = this.now;
    const kernel = (s.startedAt - this.machine.state.bootedAt) / 1000;
    const user = (s.finishedAt - s.startedAt) / 1000;
    this.log(`Startup finished in ${kernel.toFixed(3)}s (kernel) + ${user.toFixed(3)}s (userspace) = ${(kernel + user).toFixed(3)}s.`);
  }

  /** Which jobs wait for which, by the ordering of their units: a start waits for what comes before it, a stop for stops after it. */
  #waits(): Map<Job, Set<Job>> {
    const { jobs, units } = this.state;
    const out = new Map<Job, Set<Job>>();
    const wait = (who: Job, whom: Job): void => {
      const set = out.get(who);
      if (set) set.add(whom);
      else out.set(who, new Set([whom]));
    };
    const order = (first: Job | undefined, second: Job | undefined): void => {
      if (!first || !second || first === second) return;
      const stops = (j: Job): boolean => j.type === "stop" || j.type === "restart";
      if (!stops(second)) wait(second, first);
      if (stops(first) ? stops(second) : second.type === "stop" || (second.type === "restart" && second.running)) wait(first, second);
    };
    for (const job of Object.values(jobs)) {
      const deps = units[job.unit]?.def.deps;
      if (!deps) continue;
      for (const name of deps.after) order(jobs[name], job);
      for (const name of deps.before) order(job, jobs[name]);
    }
    return out;
  }

  /** With every job waiting for another there is an ordering cycle: the first job on it that nothing requires is dropped. */
  #breakCycle(): boolean {
    const jobs = Object.values(this.state.jobs);
    if (jobs.length === 0 || jobs.some((j) => j.running)) return false;
    const waits = this.#waits();
    let job = jobs[0]!;
    const path: Job[] = [];
    while (!path.includes(job)) {
      path.push(job);
      const [next] = waits.get(job) ?? [];
      if (!next) return false;
      job = next;
    }
    const cycle = path.slice(path.indexOf(job));
    const victim = cycle.find((j) => !j.anchor && typeOf(j.unit) === "service") ?? cycle.find((j) => !j.anchor) ?? cycle[0]!;
    this.log(`${cycle[0]!.unit}: Found ordering cycle on ${(cycle[1] ?? cycle[0]!).unit}/${cycle[0]!.type}`, cycle[0]!.unit, 4);
    for (const j of cycle.slice(1)) this.log(`${cycle[0]!.unit}: Found dependency on ${j.unit}/${j.type}`, cycle[0]!.unit, 4);
    this.log(
      `${cycle[0]!.unit}: Job ${victim.unit}/${victim.type} deleted to break ordering cycle starting with ${cycle[0]!.unit}/${cycle[0]!.type}`,
      cycle[0]!.unit,
      3,
    );
    this.#finish(victim, "canceled");
    return true;
  }

  #run(job: Job): void {
    const unit = this.unit(job.unit);
    const driver = drivers.get(typeOf(job.unit) ?? "");
    if (job.type === "stop" || job.type === "restart") {
      if (unit.active === "inactive" || unit.active === "failed") return this.#stopped(job);
      unit.stopping = true;
      if (driver) this.log(`${this.#stoppingText(unit)} ${this.title(unit)}...`, job.unit);
      if (driver) driver.stop(this, unit);
      else this.set(unit, "inactive", "dead");
      return;
    }
    if (job.type === "reload") {
      this.log(`Reloading ${this.title(unit)}...`, job.unit);
      driver?.reload?.(this, unit);
      return;
    }
    if (unit.active === "active") return this.#finish(job, "done");
    if (unit.active === "deactivating") {
      job.running = false;
      return;
    }
    for (const dep of [...unit.def.deps.requisite, ...unit.def.deps.bindsTo]) {
      if (unit.def.deps.after.includes(dep) && this.unit(dep).active !== "active") return this.#finish(job, "dependency");
    }
    if (unit.sub !== "auto-restart") unit.restarts = 0;
    if (this.#limitHit(unit)) return;
    const check = checkConditions(this, unit);
    unit.condition = { result: check === undefined, at: this.now, ...(check ? { failed: check.text } : {}) };
    if (check) {
      if (check.assert) {
        this.log(`Starting ${this.title(unit)} failed because of an unmet assertion (${check.text}).`, job.unit, 3);
        this.set(unit, "inactive", "dead");
        return this.#finish(job, "assert");
      }
      this.log(`${this.title(unit)} was skipped because of an unmet condition check (${check.text}).`, job.unit);
      this.set(unit, "inactive", "dead");
      return this.#finish(job, "skipped");
    }
    unit.stopping = false;
    unit.invocation = this.machine.random("invocation").hex(32);
    if (!driver) return this.set(unit, "active", "active");
    driver.start(this, unit);
    if (unit.active === "activating" && this.state.jobs[job.unit] === job) this.log(`Starting ${this.title(unit)}...`, job.unit);
  }

  #limitHit(unit: Unit): boolean {
    if (typeOf(unit.def.name) !== "service") return false;
    const interval = this.span(
      unit,
      "Unit",
      ["StartLimitIntervalSec", "StartLimitInterval"],
      this.span(unit, "Service", ["StartLimitInterval"], 10_000),
    );
    const burst = Number(this.setting(unit, "Unit", "StartLimitBurst") || this.setting(unit, "Service", "StartLimitBurst") || 5);
    if (interval === 0 || burst === 0) return false;
    unit.starts = unit.starts.filter((t) => this.now - t < interval);
    if (unit.starts.length < burst) {
      unit.starts.push(this.now);
      return false;
    }
    this.log(`${unit.def.name}: Start request repeated too quickly.`, unit.def.name, 4);
    unit.result = "start-limit-hit";
    this.log(`${unit.def.name}: Failed with result 'start-limit-hit'.`, unit.def.name, 4);
    this.set(unit, "failed", "failed");
    return true;
  }

  #stopped(job: Job): void {
    if (job.type !== "restart") return this.#finish(job, "done");
    job.type = "start";
    job.running = false;
    this.dispatch();
  }

  /** Moves a unit to another state, ends jobs that waited for it and tells dependents. */
  set(unit: Unit, active: ActiveState, sub: string): void {
    const was = unit.active;
    const { now } = this;
    unit.sub = sub;
    const up = (s: ActiveState) => s === "active" || s === "reloading";
    const down = (s: ActiveState) => s === "inactive" || s === "failed";
    if (was !== active) {
      unit.active = active;
      unit.since.change = now;
      if (up(active) && !up(was)) unit.since.activeEnter = now;
      if (!up(active) && up(was)) unit.since.activeExit = now;
      if (down(active) && !down(was)) unit.since.inactiveEnter = now;
      if (!down(active) && down(was)) unit.since.inactiveExit = now;
      if (active === "active" && typeOf(unit.def.name) === "target") this.state.targets[unit.def.name] = now;
    }
    const job = this.state.jobs[unit.def.name];
    if (job?.running) {
      if (job.type === "start") {
        if (active === "active") {
          const oneshot = typeOf(unit.def.name) === "service" && this.setting(unit, "Service", "Type") === "oneshot";
          this.log(this.#startedText(unit, oneshot), unit.def.name);
          this.#finish(job, "done");
        } else if (active === "failed") this.#finish(job, "failed");
        else if (active === "inactive" && was !== "inactive") {
          // a oneshot that has run to its end
          if (unit.result === "success") {
            this.log(`Finished ${this.title(unit)}.`, unit.def.name);
            this.#finish(job, "done");
          } else this.#finish(job, "failed");
        }
      } else if ((job.type === "stop" || job.type === "restart") && down(active)) {
        this.log(`${this.#stoppedText(unit)} ${this.title(unit)}.`, unit.def.name);
        this.#stopped(job);
      }
    } else if (!job && was !== active && active === "active" && was === "inactive") this.log(this.#startedText(unit, false), unit.def.name);
    if (was !== active && down(active)) {
      if (!job || job.type === "start") this.#onDeath(unit);
      if (active === "failed") for (const name of unit.def.deps.onFailure) this.#request(name, unit, "OnFailure=");
      else if (up(was)) for (const name of unit.def.deps.onSuccess) this.#request(name, unit, "OnSuccess=");
    }
    if (was !== active) this.dispatch();
  }

  #stoppingText(unit: Unit): string {
    const type = typeOf(unit.def.name);
    return type === "mount" ? "Unmounting" : type === "swap" ? "Deactivating swap" : "Stopping";
  }
  #stoppedText(unit: Unit): string {
    const type = typeOf(unit.def.name);
    return type === "target"
      ? "Stopped target"
      : type === "mount"
        ? "Unmounted"
        : type === "swap"
          ? "Deactivated swap"
          : type === "socket"
            ? "Closed"
            : type === "slice"
              ? "Removed slice"
              : "Stopped";
  }

  #startedText(unit: Unit, oneshot: boolean): string {
    switch (typeOf(unit.def.name)) {
      case "target":
        return `Reached target ${this.title(unit)}.`;
      case "mount":
        return `Mounted ${this.title(unit)}.`;
      case "swap":
        return `Activated swap ${this.title(unit)}.`;
      case "socket":
        return `Listening on ${this.title(unit)}.`;
      case "slice":
        return `Created slice ${this.title(unit)}.`;
      default:
        return `${oneshot ? "Finished" : "Started"} ${this.title(unit)}.`;
    }
  }

  #request(name: string, unit: Unit, why: string): void {
    this.log(`${unit.def.name}: Triggering ${why} dependencies.`, unit.def.name, 5);
    try {
      this.enqueue("start", name);
    } catch (error) {
      if (!(error instanceof UnitError)) throw error;
      this.log(`${unit.def.name}: Failed to enqueue ${why} job, ignoring: ${error.message}`, unit.def.name, 3);
    }
  }

  /** A unit has gone without being told to: units bound to it go too. */
  #onDeath(unit: Unit): void {
    for (const name of this.reverse(unit.def.name, "bindsTo")) {
      const other = this.state.units[name]!;
      if (other.active === "active" && !this.state.jobs[name]) this.#plan(this.#stopSet(name), "stop", "");
    }
  }

  #finish(job: Job, result: JobResult): void {
    if (this.state.jobs[job.unit] !== job) return;
    delete this.state.jobs[job.unit];
    const unit = this.unit(job.unit);
    if (job.type === "start" && (result === "failed" || result === "dependency" || result === "timeout")) {
      if (result === "dependency") {
        this.log(`Dependency failed for ${this.title(unit)}.`, job.unit, 4);
        this.log(`${job.unit}: Job ${job.unit}/start failed with result 'dependency'.`, job.unit, 5);
      } else if (typeOf(job.unit) === "mount") this.log(`Failed to mount ${this.title(unit)}.`, job.unit, 3);
      else if (typeOf(job.unit) === "swap") this.log(`Failed to activate swap ${this.title(unit)}.`, job.unit, 3);
      else this.log(`Failed to start ${this.title(unit)}.`, job.unit, 3);
      for (const name of this.reverse(job.unit, "requires", "requisite", "bindsTo")) {
        const other = this.state.jobs[name];
        if (other && other.type === "start" && !other.running) this.#finish(other, "dependency");
      }
    }
    const waiting = waiters.get(this.machine);
    for (const resolve of waiting?.get(job.id) ?? []) resolve(result);
    waiting?.delete(job.id);
    // further jobs run in an event of their own, so that callers see one consistent state
    this.p.after(0, "dispatch");
  }

  /** Ends the reload job of a unit. */
  reloaded(unit: Unit, ok: boolean): void {
    const job = this.state.jobs[unit.def.name];
    this.set(unit, "active", "running");
    if (ok) this.log(`Reloaded ${this.title(unit)}.`, unit.def.name);
    else this.log(`Reload failed for ${this.title(unit)}.`, unit.def.name, 4);
    if (job?.type === "reload") this.#finish(job, ok ? "done" : "failed");
  }

  /** How the job ends; "done" at once when there is none by that id. */
  jobEnd(id: number): Promise<JobResult> {
    if (id === 0 || !Object.values(this.state.jobs).some((j) => j.id === id)) return Promise.resolve("done");
    let waiting = waiters.get(this.machine);
    if (!waiting) waiters.set(this.machine, (waiting = new Map()));
    return new Promise((resolve) => {
      const list = waiting.get(id) ?? [];
      list.push(resolve);
      waiting.set(id, list);
    });
  }

  // --- time

  /** One timer a unit: delivers `timer(unit, kind)` to its driver. */
  arm(unit: Unit, ms: number, kind: string): void {
    this.disarm(unit);
    if (ms === Infinity) return;
    const handle = this.p.after(ms, "unit-timer", { unit: unit.def.name, kind });
    unit.timer = { handle, kind, due: this.now + ms };
  }
  disarm(unit: Unit): void {
    if (unit.timer) this.p.cancel(unit.timer.handle);
    delete unit.timer;
  }
  fired(data: Data): void {
    const { unit: name, kind } = data as { unit: string; kind: string };
    const unit = this.state.units[name];
    if (!unit || unit.timer?.kind !== kind) return;
    delete unit.timer;
    drivers.get(typeOf(name) ?? "")?.timer?.(this, unit, kind);
    this.dispatch();
  }

  resetFailed(name?: string): void {
    for (const unit of name === undefined ? Object.values(this.state.units) : [this.unit(name)]) {
      unit.starts = [];
      unit.restarts = 0;
      if (unit.active === "failed") {
        unit.result = "success";
        this.set(unit, "inactive", "dead");
      }
    }
  }

  /** Processes in the unit's control group. */
  procs(unit: Unit): Proc[] {
    const group = this.cgroup(unit);
    return [...this.machine.procs.values()].filter((p) => p.state.cgroup === group || p.state.cgroup.startsWith(`${group}/`));
  }

  cgroup(unit: Unit): string {
    const slice = this.slice(unit);
    return `${slice}/${unit.def.name}`;
  }

  slice(unit: Unit): string {
    const named = typeOf(unit.def.name) === "service" ? this.setting(unit, "Service", "Slice") : "";
    const instance = instanceOf(unit.def.name);
    const name = named || (instance ? `system-${instance.prefix.replace(/-/g, "\\x2d")}.slice` : "system.slice");
    return slicePath(name);
  }

  failedUnits(): Unit[] {
    return Object.values(this.state.units).filter((u) => u.active === "failed");
  }

  systemState(): string {
    if (this.state.goingDown) return "stopping";
    if (!this.state.up) return Object.keys(this.state.targets).includes("basic.target") ? "starting" : "initializing";
    return this.failedUnits().length > 0 ? "degraded" : "running";
  }
  resultOf(unit: Unit): Result {
    return unit.result;
  }
  wordsOf(unit: Unit, section: string, ...names: string[]): string[] {
    return words(unit.def.sections, section, ...names);
  }
}

/** `a-b.slice` lies in `a.slice`. */
function slicePath(name: string): string {
  if (name === "-.slice") return "";
  const parts = name.replace(/\.slice$/, "").split("-");
  return parts.map((_p, i) => `/${parts.slice(0, i + 1).join("-")}.slice`).join("");
}

function newUnit(def: Definition): Unit {
  return {
    def,
    active: "inactive",
    sub: "dead",
    since: { active: 0, inactive: 0, change: 0, activeEnter: 0, activeExit: 0, inactiveEnter: 0, inactiveExit: 0 },
    result: "success",
    execs: [],
    step: 0,
    restarts: 0,
    starts: [],
    invocation: "",
    cpu: 0,
    peak: 0,
  };
}

/** The service manager of a machine; undefined while process 1 is something else (or the machine is off). */
export function managerOf(machine: Machine): Manager | undefined {
  const p = machine.procs.get(1);
  return p && p.state.program === "systemd" && p.data.units ? new Manager(p) : undefined;
}
