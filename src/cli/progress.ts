/** What is being done, on one line of standard error that is written over: for people only, and only if it takes long. */
import process from "node:process";

export interface Progress {
  /** Says what is being done from now on. */
  step(what: string): void;
  /** One more of `total` objects is compared. */
  count(total: number): void;
  /** Takes the line away again. */
  end(): void;
}

const silentMs = 1_000;
const pauseMs = 250;
const eraseLine = "\r\u001b[K";

export function createProgress({ stderr } = process): Progress {
  const beganAt = performance.now();
  let what = "";
  let counted = 0;
  let shown = "";
  const timer = stderr.isTTY ? setInterval(show, pauseMs).unref() : undefined;
  return {
    step(next) {
      what = next;
    },
    count(total) {
      counted += 1;
      what = `comparing: ${counted} of ${total} objects`;
    },
    end() {
      clearInterval(timer);
      if (shown !== "") stderr.write(eraseLine);
    },
  };

  function show(): void {
    if (what === shown || performance.now() - beganAt < silentMs) return;
    shown = what;
    stderr.write(`${eraseLine}${what}`);
  }
}
