/** What is known of the notebook in front: it is looked at again a little after every edit, and never while idle. */

import { Notification } from '@jupyterlab/apputils';
import { DocumentRegistry } from '@jupyterlab/docregistry';
import { INotebookModel, INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import { TranslationBundle } from '@jupyterlab/translation';
import { Token, UUID } from '@lumino/coreutils';
import { ISignal, Signal } from '@lumino/signaling';
import { keep } from '../core/keep';
import { Latest } from '../core/later';
import { IAnalysis, IFinding, IFixed } from '../core/wire';
import { applyFixed, contentOf } from './cells';
import { Refusal, Server } from './server';

export const IAnalyst = new Token<Analyst>('notebook-workbench:IAnalyst', 'What the workbench knows of the notebook.');

/** A long job under way, or what it ended with. */
export interface IJob {
  kind: 'promote' | 'pull' | 'materialise';
  doing: string;
  running: boolean;
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
  job: IJob | null = null;

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
    return { path: this.path, content, include_needed: this.includeNeeded };
  }

  /** Do what a finding offers to do. */
  async fix(finding: IFinding): Promise<void> {
    const panel = this.panel;
    if (!panel?.content.model) {
      return;
    }
    try {
      const fixed = await this.server.ask<IFixed>('fix', { ...this.notebook, finding });
      applyFixed(panel.content.model, fixed);
      Notification.success(fixed.what, { autoClose: 4000 });
    } catch (error) {
      this.say(error);
    }
  }

  /** Do a long job on the notebook as it is saved; what it ends with stands in `job`. */
  async run<T>(kind: IJob['kind'], body: Record<string, unknown>): Promise<T | null> {
    const panel = this.panel;
    if (!panel || this.job?.running) {
      return null;
    }
    const abort = (this._abort = new AbortController());
    this._setJob({ kind, doing: this.trans.__('saving the notebook'), running: true, refused: null, answer: null });
    try {
      await panel.context.save();
      const told = (doing: string) => this._setJob({ ...this.job!, doing });
      const answer = await this.server.job<T>(kind, { ...body, path: this.path }, told, abort.signal);
      this._setJob({ ...this.job!, running: false, answer });
      return answer;
    } catch (error) {
      const refused = abort.signal.aborted
        ? { message: this.trans.__('It was stopped; the steps below say how they stand.'), hint: '' }
        : { message: String((error as Error).message), hint: (error as Refusal).hint ?? '' };
      this._setJob({ ...this.job!, running: false, refused });
      return null;
    } finally {
      this.refresh();
    }
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
    this.job = null;
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
    return answer;
  }

  private _failed(error: unknown): void {
    if ((error as Refusal).status !== 409) {
      this._sent = '';
      this._set(null, error instanceof Refusal ? error : new Refusal(String((error as Error).message), '', 0));
    }
  }

  private _set(analysis: IAnalysis | null, problem: Refusal | null): void {
    if (analysis !== this.analysis || problem !== this.problem) {
      this.analysis = analysis;
      this.problem = problem;
      this._changed.emit();
    }
  }

  private _setJob(job: IJob): void {
    this.job = job;
    this._changed.emit();
  }

  private _latest: Latest<IAnalysis>;
  private _abort: AbortController | null = null;
  private _client = UUID.uuid4();
  private _context: DocumentRegistry.IContext<INotebookModel> | null = null;
  private _model: INotebookModel | null = null;
  private _sent = '';
  private _changed = new Signal<this, void>(this);
}
