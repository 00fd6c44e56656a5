/** What is known of the notebook in front: it is looked at again a little after every edit, and never while idle. */

import { Notification } from '@jupyterlab/apputils';
import { DocumentRegistry } from '@jupyterlab/docregistry';
import { ServerConnection } from '@jupyterlab/services';
import { INotebookModel, INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import { TranslationBundle } from '@jupyterlab/translation';
import { Token, UUID } from '@lumino/coreutils';
import { ISignal, Signal } from '@lumino/signaling';
import { keep } from '../core/keep';
import { Latest } from '../core/later';
import { IAnalysis, IFinding, IFixed, ISuggested } from '../core/wire';
import { applyFixed, contentOf } from './cells';
import { Away, Refusal, Server } from './server';

const AGAIN = 3000; // milliseconds until a server that did not answer is asked once more

export const IAnalyst = new Token<Analyst>('notebook-workbench:IAnalyst', 'What the workbench knows of the notebook.');

/** A long job under way, or what it ended with. */
export interface IJob {
  kind: 'promote' | 'pull' | 'materialise';
  /** The notebook that it is of, which may be another than the one in front. */
  panel: NotebookPanel;
  doing: string;
  running: boolean;
  stopped: boolean;
  /** Whether the notebook was edited since. */
  past: boolean;
  refused: { message: string; hint: string } | null;
  answer: unknown;
}

export class Analyst {
  constructor(
    readonly tracker: INotebookTracker,
    readonly server: Server,
    readonly trans: TranslationBundle,
    private readonly localPath: (path: string) => string
  ) {
    this._latest = new Latest(
      signal => this._ask(signal),
      analysis => this._set(analysis, null),
      error => this._failed(error)
    );
    tracker.currentChanged.connect(() => this._follow());
    // Who comes back to the page may have edited a module elsewhere; nothing is asked in between
    window.addEventListener('focus', () => this.panel && this.refresh());
    this._follow();
  }

  /** Milliseconds between the last edit and the question. */
  delay = 80;
  /** Whether steps take the untagged statements they need. */
  includeNeeded = false;
  panel: NotebookPanel | null = null;
  analysis: IAnalysis | null = null;
  problem: Refusal | null = null;

  /** Whether steps of the notebook in front take the untagged statements they need: by the setting, or as suggested. */
  get needed(): boolean {
    return this.includeNeeded || (this.panel !== null && this._needing.has(this.panel));
  }

  /** The job under way, whichever notebook it is of; without one, the last of the notebook in front. */
  get job(): IJob | null {
    return this._running ?? (this.panel && this._jobs.get(this.panel)) ?? null;
  }

  /** Emitted when anything of the above is another. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Emitted with a cell's position (from 1) that is to be highlighted in notebook and preview; null for none. */
  readonly pointed = new Signal<this, number | null>(this);

  /** Emitted with the tag of a step whose options are to be shown. */
  readonly chosen = new Signal<this, string>(this);

  get path(): string {
    return this.panel ? this.localPath(this.panel.context.path) : '';
  }

  /** What every question about the notebook holds. */
  get notebook(): Record<string, unknown> {
    const content = contentOf(this.panel!.content.model!);
    return { path: this.path, content, include_needed: this.needed };
  }

  /** Do what a finding offers to do. */
  async fix(finding: IFinding): Promise<void> {
    const panel = this.panel;
    if (!panel?.content.model) {
      return;
    }
    try {
      const fixed = await this.server.ask<IFixed>('fix', { ...this.notebook, finding });
      applyFixed(panel.content.model, fixed.cells);
      Notification.success(this.trans.__('Done: %1', fixed.what), { autoClose: 4000 });
    } catch (error) {
      this.say(error);
    }
  }

  /** Tag the cells that are worth a step; one undo of the notebook takes the tags back. */
  async suggest(): Promise<void> {
    const { panel, trans } = this;
    if (!panel?.content.model) {
      return;
    }
    try {
      const found = await this.server.ask<ISuggested>('suggest', this.notebook);
      if (found.needed) {
        this._needing.add(panel);
      }
      applyFixed(panel.content.model, found.cells, true);
      this.tell(panel, found.said);
      const said = trans._n('%1 cell is tagged. ', '%1 cells are tagged. ', found.cells.length);
      Notification.success(said + trans.__('Look them over; Undo Cell Operation takes the tags back.'), { autoClose: 8000 });
    } catch (error) {
      if ((error as Refusal).status === 422) {
        this.tell(panel, [(error as Refusal).message, (error as Refusal).hint]);
      } else {
        this.say(error);
      }
    }
  }

  /** What there is to say of the steps that were suggested for the notebook in front; a notification would cut it off. */
  get told(): readonly string[] {
    return (this.panel && this._told.get(this.panel)) ?? [];
  }

  tell(panel: NotebookPanel, said: string[]): void {
    this._told.set(panel, said);
    this._changed.emit();
  }

  /** Do a long job on the notebook in front as it is saved, and give what it ended with; null where one is under way. */
  async run(kind: IJob['kind'], body: Record<string, unknown>): Promise<IJob | null> {
    const { panel, trans } = this;
    if (!panel || this._running) {
      return null;
    }
    const abort = (this._abort = new AbortController());
    let job: IJob = {
      kind, panel, doing: trans.__('saving the notebook'), running: true, stopped: false, past: false, refused: null, answer: null
    };
    const set = (part: Partial<IJob>) => {
      job = { ...job, ...part };
      this._running = job.running ? job : null;
      this._jobs.set(panel, job);
      this._changed.emit();
    };
    set({});
    try {
      await this._save(panel);
      set({ doing: trans.__('starting') });
      const path = this.localPath(panel.context.path); // another notebook may be in front by now
      const answer = await this.server.job(kind, { ...body, path }, doing => set({ doing }), abort.signal);
      set({ running: false, answer });
    } catch (error) {
      const stopped = abort.signal.aborted;
      const refused = stopped
        ? { message: trans.__('It was stopped; the steps below say how they stand.'), hint: '' }
        : { message: String((error as Error).message), hint: (error as Refusal).hint ?? '' };
      set({ running: false, stopped, refused });
    } finally {
      this.refresh();
    }
    return job;
  }

  stop(): void {
    this._abort?.abort();
  }

  /** Say an error without standing in the way. */
  say(error: unknown): void {
    const { message, hint } = error as Refusal;
    Notification.error(hint ? `${message} ${hint}` : message, { autoClose: false });
  }

  /** Look at the notebook again, whether it changed or not. */
  refresh(): void {
    this._sent = '';
    if (this._model) {
      this._latest.ask(0);
    }
  }

  private _follow(): void {
    const panel = this.tracker.currentWidget;
    if (panel === this.panel) {
      return;
    }
    this._model?.contentChanged.disconnect(this._edited, this);
    this._context?.fileChanged.disconnect(this.refresh, this);
    this._latest.stop();
    this._model = null;
    this.panel = panel;
    this._set(null, null);
    if (!panel) {
      return;
    }
    this._context = panel.context;
    void panel.context.ready.then(() => {
      if (this.panel !== panel || panel.isDisposed) {
        return;
      }
      this._model = panel.content.model;
      this._model?.contentChanged.connect(this._edited, this);
      panel.context.fileChanged.connect(this.refresh, this);
      this.refresh();
    });
  }

  private _edited(): void {
    this._latest.ask(this.delay);
  }

  private async _ask(signal: AbortSignal): Promise<IAnalysis> {
    const sent = JSON.stringify({ ...this.notebook, client: this._client });
    if (sent === this._sent && this.analysis) {
      return this.analysis; // an output or the selection changed, nothing that is looked at
    }
    const answer = await this.server.ask<IAnalysis>('analyse', sent, signal);
    const before: Partial<IAnalysis> = this.analysis ?? {};
    for (const part of Object.keys(answer) as (keyof IAnalysis)[]) {
      answer[part] = keep(before[part], answer[part]) as never;
    }
    this._sent = sent;
    this._passes(sent);
    return answer;
  }

  /** See whether the last job of the notebook is of what it held before an edit. */
  private _passes(sent: string): void {
    const panel = this.panel!;
    const job = this._jobs.get(panel);
    if (job && !job.running && this._ended.get(job) === undefined) {
      this._ended.set(job, sent);
    } else if (job && !job.running && !job.past && this._ended.get(job) !== sent) {
      this._jobs.set(panel, { ...job, past: true });
    }
  }

  private _failed(error: unknown): void {
    if (error instanceof Away) {
      this._sent = '';
      const hint = this.trans.__('It is asked again every few seconds; what you typed is still here.');
      const problem = this.problem instanceof Away ? this.problem : new Away(error.message, hint, 0);
      this._set(this.analysis, problem); // what was known still stands
      this._latest.ask(AGAIN);
    } else if ((error as Refusal).status !== 409) {
      this._sent = '';
      this._set(null, error instanceof Refusal ? error : new Refusal(String((error as Error).message), '', 0));
    }
  }

  /** Save a notebook, or say that it was not: JupyterLab asks where the file changed below, and one may say no. */
  private async _save(panel: NotebookPanel): Promise<void> {
    try {
      await panel.context.save();
    } catch (error) {
      const { trans } = this;
      const said = trans.__('The notebook was not saved, so nothing was done.');
      if ((error as Error).name === 'ModalCancelError') {
        throw new Refusal(said, trans.__('Its file changed on the disk: promote again, and choose which of the two to keep.'), 0);
      }
      throw new Refusal(said, error instanceof ServerConnection.NetworkError ? this.server.away : String((error as Error).message), 0);
    }
  }

  private _set(analysis: IAnalysis | null, problem: Refusal | null): void {
    if (analysis !== this.analysis || problem !== this.problem) {
      this.analysis = analysis;
      this.problem = problem;
      this._changed.emit();
    }
  }

  private _latest: Latest<IAnalysis>;
  private _running: IJob | null = null;
  private _jobs = new WeakMap<NotebookPanel, IJob>();
  private _told = new WeakMap<NotebookPanel, string[]>();
  private _needing = new WeakSet<NotebookPanel>(); // notebooks whose suggested steps need statements without a tag
  private _ended = new WeakMap<IJob, string>(); // what was sent of the notebook once a job had ended
  private _abort: AbortController | null = null;
  private _client = UUID.uuid4();
  private _context: DocumentRegistry.IContext<INotebookModel> | null = null;
  private _model: INotebookModel | null = null;
  private _sent = '';
  private _changed = new Signal<this, void>(this);
}
