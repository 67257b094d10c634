// One status line: rewritten in place on a terminal, a line every ten seconds elsewhere.
const TERMINAL_MS = 500;
const LOG_MS = 10_000;
const WINDOW_MS = 10_000;

/** Counts what happened to the demo's requests. */
export class Scoreboard {
  #counts = { ok: 0, refused: 0, failed: 0, left: 0, skipped: 0 };
  #inFlight = 0;
  #bytes = 0;
  #recent = [];
  #timer = null;
  #isTerminal = process.stdout.isTTY === true;

  began() {
    this.#inFlight++;
    this.#recent.push(Date.now());
  }

  /** `outcome` is an HTTP status, `left` or `cut`. */
  ended(outcome, bytes) {
    this.#inFlight--;
    this.#bytes += bytes;
    if (outcome === 'left') this.#counts.left++;
    else if (outcome === 'cut' || outcome >= 500) this.#counts.failed++;
    else if (outcome >= 400) this.#counts.refused++;
    else this.#counts.ok++;
  }

  /** A request was not sent because too many still ran. */
  skipped() {
    this.#counts.skipped++;
  }

  start() {
    this.#timer = setInterval(() => this.#print(), this.#isTerminal ? TERMINAL_MS : LOG_MS);
  }

  stop() {
    clearInterval(this.#timer);
    this.#print();
    if (this.#isTerminal) process.stdout.write('\n');
  }

  #print() {
    const since = Date.now() - WINDOW_MS;
    this.#recent = this.#recent.filter((at) => at > since);
    const { ok, refused, failed, left, skipped } = this.#counts;
    const perSecond = ((this.#recent.length * 1_000) / WINDOW_MS).toFixed(1);
    const line =
      `${perSecond} requests/s · ${this.#inFlight} running · ${ok} ok · ${refused} refused · ${failed} failed · ` +
      `${left} left early · ${Math.round(this.#bytes / 1_024)} kB${skipped > 0 ? ` · ${skipped} not sent` : ''}`;
    process.stdout.write(this.#isTerminal ? `\r\x1b[2K${line}` : `${line}\n`);
  }
}
