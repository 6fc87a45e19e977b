/** One process of the control plane: started, watched until it is ready, stopped. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Command } from "./binaries.ts";

export interface PartOptions {
  /** Also the name of its log file. */
  readonly name: string;
  readonly command: Command;
  readonly flags: readonly string[];
  /** Where it runs and logs. */
  readonly directory: string;
}

export interface Part {
  readonly name: string;
  readonly pid: number;
  /** Resolves when `isReady` says so. @throws PartFailed when the process ends first, or time is up. */
  waitUntil(isReady: () => Promise<boolean>, deadlineMs: number): Promise<void>;
  /** SIGTERM, and SIGKILL where that is not heeded in time. */
  stop(): Promise<void>;
  /** At once and without waiting: for the end of this process. */
  kill(): void;
}

/** A part did not come up; the message holds the end of its log. */
export class PartFailed extends Error {
  override name = "PartFailed";
  /** Another process has taken the port since it was found free. */
  readonly isPortTaken: boolean;

  constructor(what: string, logFile: string) {
    const log = tailOf(logFile);
    super(`${what}; the end of its log (${logFile}):\n${log}`);
    this.isPortTaken = log.includes("address already in use");
  }
}

/** Short, since nothing is lost: an API server keeps nothing itself, yet would wait a minute for those who watch it. */
const graceMs = 1_000;
const pollMs = 50;
const logLines = 30;

export function startPart({ name, command: [program, ...first], flags, directory }: PartOptions): Part {
  const logFile = join(directory, `${name}.log`);
  const log = openSync(logFile, "a");
  const child = spawn(program, [...first, ...flags], {
    cwd: directory,
    // Nobody writes to its standard input: that it closes tells it that this process is gone.
    stdio: ["pipe", log, log],
    env: { PATH: process.env.PATH, HOME: directory, KUBE_STOP_WITH_PARENT: "yes" },
    // Ctrl-C in a terminal must not reach it: whoever started it decides in which order things stop.
    detached: true,
  });
  closeSync(log);
  let startFailure: Error | undefined;
  child.once("error", (error) => {
    startFailure = error;
  });
  // A start or a run that is over needs nothing of it to keep this process alive.
  child.unref();
  const failed = (what: string) => new PartFailed(`${name} ${what}`, logFile);
  return {
    name,
    pid: child.pid ?? 0,
    waitUntil: async (isReady, deadlineMs) => {
      while (!(await isReady())) {
        if (startFailure !== undefined) throw failed(`cannot be started (${startFailure.message})`);
        if (hasEnded(child)) throw failed(`ended (${child.exitCode ?? child.signalCode})`);
        if (Date.now() > deadlineMs) throw failed("was not ready in time");
        await pause(pollMs);
      }
    },
    stop: () => stop(child),
    kill: () => child.kill("SIGKILL"),
  };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || hasEnded(child)) return;
  const ended = once(child, "exit");
  child.ref();
  child.kill("SIGTERM");
  const force = setTimeout(() => child.kill("SIGKILL"), graceMs);
  await ended;
  clearTimeout(force);
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function tailOf(logFile: string): string {
  return readFileSync(logFile, "utf8").trimEnd().split("\n").slice(-logLines).join("\n");
}
