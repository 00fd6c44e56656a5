/** Asking a little later, and only the last time: what is asked anew before it is answered is cancelled. */

export class Latest<T> {
  /**
   * @param work asks; it is given a signal that is aborted when the answer is of no use any more.
   * @param done is told an answer that is still wanted.
   * @param failed is told why there is none.
   */
  constructor(
    private readonly work: (signal: AbortSignal) => Promise<T>,
    private readonly done: (value: T) => void,
    private readonly failed: (error: unknown) => void
  ) {}

  /** Ask after a number of milliseconds without another call. */
  ask(delay: number): void {
    this.stop();
    this._timer = setTimeout(() => void this._run(), delay);
  }

  /** Forget what was asked, and cancel what is under way. */
  stop(): void {
    clearTimeout(this._timer);
    this._timer = undefined;
    this._running?.abort();
    this._running = null;
  }

  private async _run(): Promise<void> {
    this._timer = undefined;
    const running = (this._running = new AbortController());
    try {
      const value = await this.work(running.signal);
      if (this._running === running) {
        this.done(value);
      }
    } catch (error) {
      if (this._running === running) {
        this.failed(error);
      }
    } finally {
      if (this._running === running) {
        this._running = null;
      }
    }
  }

  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _running: AbortController | null = null;
}
