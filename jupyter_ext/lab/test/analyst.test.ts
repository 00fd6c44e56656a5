// @vitest-environment jsdom
import { ServerConnection } from '@jupyterlab/services';
import { Signal } from '@lumino/signaling';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Analyst } from '../src/lab/analyst';
import { Away } from '../src/lab/server';

// It loads all of JupyterLab, which jsdom cannot; nothing of it is drawn here
vi.mock('@jupyterlab/apputils', () => ({ Notification: {}, ReactWidget: class {} }));

const trans = { __: (text: string) => text } as never;

/** A notebook as the analyst follows it; its answers come from the server that a test gives. */
function notebook(path: string, save: () => Promise<void> = async () => undefined) {
  const owner = {};
  const shared = { nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [] };
  const content = { model: { sharedModel: shared, contentChanged: new Signal(owner) } };
  const context = { path, ready: Promise.resolve(), fileChanged: new Signal(owner), save };
  return { title: { label: path }, context, content, isDisposed: false };
}

function workplace(panels: ReturnType<typeof notebook>[], server: unknown) {
  const tracker = { currentWidget: panels[0], currentChanged: new Signal<unknown, void>({}) };
  const analyst = new Analyst(tracker as never, server as never, trans, path => path);
  const show = (at: number) => {
    tracker.currentWidget = panels[at];
    tracker.currentChanged.emit();
  };
  return { analyst, show };
}

const settled = () => new Promise(done => setTimeout(done, 0));
const analysis = { notebook: '', package: '', steps: [], findings: [], lineage: { nodes: [], edges: [] }, names: [] };

afterEach(() => void vi.useRealTimers());

describe('a long job', () => {
  it('is of the notebook that it began with, whichever is in front by now', async () => {
    let saved = () => undefined as void;
    let tell = (_: string) => undefined as void;
    let answer = (_: unknown) => undefined as void;
    const asked: unknown[] = [];
    const job = (_: string, body: { path: string }, told: typeof tell) => {
      asked.push(body.path);
      tell = told;
      return new Promise(resolve => (answer = resolve));
    };
    const [one, two] = [notebook('one.ipynb', () => new Promise(done => (saved = done))), notebook('two.ipynb')];
    const { analyst, show } = workplace([one, two], { job, ask: async () => analysis });
    const run = analyst.run('promote', {});
    show(1);
    saved();
    await settled();
    expect(asked).toEqual(['one.ipynb']);
    tell('running');
    expect(analyst.job).toMatchObject({ kind: 'promote', doing: 'running', running: true, panel: one });
    expect(await analyst.run('promote', {})).toBeNull(); // one at a time
    answer({ exit_code: 0 });
    expect(await run).toMatchObject({ running: false, answer: { exit_code: 0 } });
    expect(analyst.job).toBeNull();
    show(0);
    expect(analyst.job).toMatchObject({ kind: 'promote', answer: { exit_code: 0 } });
  });

  it('is of the past once the notebook is edited', async () => {
    vi.useFakeTimers();
    const one = notebook('one.ipynb');
    const { analyst } = workplace([one], { ask: async () => ({ ...analysis }), job: async () => ({ exit_code: 0 }) });
    await vi.advanceTimersByTimeAsync(100);
    await analyst.run('promote', {});
    const refreshed = async () => {
      analyst.refresh();
      await vi.advanceTimersByTimeAsync(100);
      return analyst.job!.past;
    };
    expect(await refreshed()).toBe(false); // it is looked at again, and says what it said
    one.content.model.sharedModel.nbformat_minor = 4;
    expect(await refreshed()).toBe(true);
    await analyst.run('promote', {});
    expect(await refreshed()).toBe(false);
  });

  it('is not done where one does not want to save', async () => {
    const cancelled = Object.assign(new Error('Cancel'), { name: 'ModalCancelError' });
    const { analyst } = workplace([notebook('one.ipynb', () => Promise.reject(cancelled))], { ask: async () => analysis });
    const ended = await analyst.run('promote', {});
    expect(ended!.refused!.message).toBe('The notebook was not saved, so nothing was done.');
    const gone = new ServerConnection.NetworkError(new TypeError('Failed to fetch'));
    const server = { ask: async () => analysis, away: 'The server does not answer.' };
    const lost = workplace([notebook('one.ipynb', () => Promise.reject(gone))], server).analyst;
    expect((await lost.run('promote', {}))!.refused!.hint).toBe('The server does not answer.');
  });
});

describe('a server that does not answer', () => {
  it('is asked again until it does, and what was known stays', async () => {
    vi.useFakeTimers();
    let away = false;
    const ask = vi.fn(async () => {
      if (away) {
        throw new Away('no answer', '', 0);
      }
      return { ...analysis };
    });
    const { analyst } = workplace([notebook('one.ipynb')], { ask });
    await vi.advanceTimersByTimeAsync(100);
    const known = analyst.analysis;
    expect(known).not.toBeNull();
    away = true;
    analyst.refresh();
    await vi.advanceTimersByTimeAsync(100);
    expect(analyst.problem).toBeInstanceOf(Away);
    expect(analyst.problem!.hint).toContain('asked again');
    expect(analyst.analysis).toBe(known);
    away = false;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(analyst.problem).toBeNull();
    expect(ask).toHaveBeenCalledTimes(3); // and no more than that
  });
});
