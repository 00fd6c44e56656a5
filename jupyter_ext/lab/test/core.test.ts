import { readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { lean, stretch } from '../src/core/content';
import { diffLines } from '../src/core/diff';
import { BOX, layout } from '../src/core/graph';
import { keep } from '../src/core/keep';
import { Latest } from '../src/core/later';
import { changed, fieldsOf, meant, shown } from '../src/core/options';
import { rangeOf } from '../src/core/place';
import { cellsOf, neighbour, offered, roleOf, tagProblem, withRole } from '../src/core/tags';

describe('what came anew', () => {
  it('stays the object that it was wherever it is as before', () => {
    const before = { steps: [{ tag: 'a', rows: 1 }, { tag: 'b', rows: null }], names: ['a'] };
    const now = keep(before, { steps: [{ tag: 'a', rows: 2 }, { tag: 'b', rows: null }], names: ['a'] });
    expect(now).toEqual({ steps: [{ tag: 'a', rows: 2 }, { tag: 'b', rows: null }], names: ['a'] });
    expect([now === before, now.steps[0] === before.steps[0]]).toEqual([false, false]);
    expect([now.steps[1] === before.steps[1], now.names === before.names]).toEqual([true, true]);
    expect(keep(before, JSON.parse(JSON.stringify(before)))).toBe(before);
  });
  it('is another where a part came, went or changed its kind', () => {
    expect(keep([1, 2], [1])).toEqual([1]);
    expect(keep({ a: 1, b: 2 }, { a: 1 } as object)).toEqual({ a: 1 });
    expect(keep({ a: 1 }, { b: 1 } as object)).toEqual({ b: 1 });
    expect(keep({}, [] as object)).toEqual([]);
    expect(keep(null, { a: null })).toEqual({ a: null });
  });
});

describe('tags', () => {
  it('gives the role of the first tag of ours', () => {
    expect(roleOf(['nbval-skip', 'silver:issues'])).toEqual({
      kind: 'step', layer: 'silver', name: 'issues', tag: 'silver:issues'
    });
    expect(roleOf(['parameters'])?.kind).toBe('parameters');
    expect(roleOf(['check:issues'])?.name).toBe('issues');
    expect(roleOf(['skip', 'sliver:issues'])).toBeNull();
  });
  it('leaves the tags of other tools alone', () => {
    expect(withRole(['raises-exception', 'gold:a'], 'silver:b')).toEqual(['raises-exception', 'silver:b']);
    expect(withRole(['raises-exception', 'gold:a'], '')).toEqual(['raises-exception']);
  });
  it('says what is wrong with a tag as one types it', () => {
    const problems = ['', 'sliver:a', 'check:', 'silver:A b', `gold:${'a'.repeat(64)}`, 'gold:config', 'gold:test_a'];
    expect(problems.map(tagProblem)).toEqual(['empty', 'word', 'unnamed', 'name', 'long', 'reserved', 'reserved']);
    expect(['silver', 'silver:issues', 'helpers', 'check:issues'].map(tagProblem)).toEqual([null, null, null, null]);
  });
  it('offers known steps first', () => {
    expect(offered(['silver:a', 'silver:a'])).toEqual([
      'silver:a', 'parameters', 'helpers', 'explore', 'check:a', 'test:a', 'chart:a'
    ]);
  });
  it('finds the cells of a step, and its neighbours', () => {
    const tags = [[], ['bronze:a'], [], ['bronze:a'], ['gold:b'], ['check:b']];
    expect(cellsOf(tags, 'bronze:a')).toEqual([1, 3]);
    expect([neighbour(tags, 0, 1), neighbour(tags, 1, 1), neighbour(tags, 4, 1)]).toEqual([1, 4, -1]);
    expect([neighbour(tags, 5, -1), neighbour(tags, 4, -1), neighbour(tags, 1, -1)]).toEqual([4, 1, -1]);
  });
});

describe('the vocabulary', () => {
  it.each([
    ['vocabulary.json', '../../../promote/vocabulary.json'],
    ['limits.json', '../../../platform_core/compute_kinds/limits.json'],
    ['engines.json', '../../../platform_core/compute_kinds/engines.json']
  ])('%s is what Python reads', (copy, original) => {
    const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf-8');
    expect(read(`../src/data/${copy}`)).toBe(read(original));
  });
});

describe('a question that is asked later', () => {
  it('is asked once after the last call, and an older one is cancelled', async () => {
    vi.useFakeTimers();
    const signals: AbortSignal[] = [];
    const answers: ((value: string) => void)[] = [];
    const done: string[] = [];
    const latest = new Latest<string>(
      signal => new Promise(resolve => void (signals.push(signal), answers.push(resolve))),
      value => done.push(value),
      () => done.push('failed')
    );
    latest.ask(50);
    latest.ask(50);
    await vi.advanceTimersByTimeAsync(50);
    expect(signals).toHaveLength(1);
    latest.ask(50);
    expect(signals[0].aborted).toBe(true);
    answers[0]('old');
    await vi.advanceTimersByTimeAsync(50);
    answers[1]('new');
    await vi.advanceTimersByTimeAsync(0);
    expect(done).toEqual(['new']);
    vi.useRealTimers();
  });
});

describe('what is sent', () => {
  it('holds sources, tags and options alone', () => {
    const cell = {
      cell_type: 'code', id: 'a', source: 'x', outputs: [{ data: 'secret' }], execution_count: 3,
      metadata: { tags: ['gold:a'], workbench: { key: ['b'] }, trusted: true }
    };
    const notebook = { nbformat: 4, nbformat_minor: 5, cells: [cell], metadata: { kernelspec: { name: 'python3' }, x: 1 } };
    const sent = lean(notebook as never);
    expect(JSON.stringify(sent)).not.toContain('secret');
    expect(sent.cells).toEqual([
      { cell_type: 'code', id: 'a', source: 'x', metadata: { tags: ['gold:a'], workbench: { key: ['b'] } } }
    ]);
  });
  it('changes no more of a text than it must', () => {
    for (const [before, after] of [['abcd', 'abXd'], ['', 'a'], ['aaa', 'aa'], ['x', 'x'], ['abc', '']]) {
      const { start, end, text } = stretch(before, after);
      expect(before.slice(0, start) + text + before.slice(end)).toBe(after);
    }
    expect(stretch('abcd', 'abXd')).toEqual({ start: 2, end: 3, text: 'X' });
  });
});

describe('places', () => {
  it('counts columns in characters, as Python does', () => {
    expect(rangeOf('a\n"😀" + name', 2, 7)).toEqual({ from: 9, to: 13 });
    expect(rangeOf('ab\ncd', null, null)).toEqual({ from: 0, to: 2 });
    expect(rangeOf('ab', 9, 9)).toEqual({ from: 2, to: 2 });
  });
});

describe('a diff', () => {
  it('numbers the lines of the new file', () => {
    const diff = '--- a/x\n+++ b/x\n@@ -4,2 +4,3 @@\n same\n-old\n+new\n+more\n';
    expect(diffLines(diff, '').map(one => [one.kind, one.text, one.line])).toEqual([
      ['place', '@@ -4,2 +4,3 @@', null], ['same', 'same', 4], ['removed', 'old', null], ['added', 'new', 5],
      ['added', 'more', 6]
    ]);
    expect(diffLines('', 'a\nb\n')).toHaveLength(2);
  });
});

describe('a lineage', () => {
  it('stands in columns by the longest way, and ends even in a circle', () => {
    const node = (name: string) => ({ name, layer: '', notebook: '', here: true });
    const edges = [{ from: 'a', to: 'b' }, { from: 'b', to: 'c' }, { from: 'a', to: 'c' }];
    const placed = layout({ nodes: [node('a'), node('b'), node('c')], edges });
    expect(['a', 'b', 'c'].map(name => placed.nodes.get(name)!.y / (BOX.height + BOX.below))).toEqual([0, 1, 2]);
    expect([placed.down, placed.width]).toEqual([true, BOX.width]);
    const wide = layout({ nodes: [node('a'), node('b'), node('c'), node('d')], edges: [{ from: 'a', to: 'd' }] });
    expect([wide.down, wide.nodes.get('d')!.x]).toEqual([false, BOX.width + BOX.along]);
    expect(wide.height).toBe(3 * BOX.height + 2 * BOX.across);
    expect(layout({ nodes: [node('a'), node('b')], edges: [...edges, { from: 'b', to: 'a' }] }).nodes.size).toBe(2);
    expect(layout({ nodes: [], edges: [] }).height).toBe(0);
  });
});

describe('the form of options', () => {
  it('asks what the provider has of a kind of compute', () => {
    const compute = fieldsOf({ compute: { kind: 'lambda' } }).find(one => one.key === 'compute')!;
    const memory = compute.fields.find(one => one.key === 'memory_mb')!;
    expect([memory.minimum, memory.maximum]).toEqual([128, 10240]);
    expect(fieldsOf({}).find(one => one.key === 'compute')!.fields.map(one => one.key)).toEqual(['kind']);
    expect(fieldsOf({ partitions: { by: 'daily' } }).find(one => one.key === 'partitions')!.fields.map(one => one.key))
      .toEqual(['by', 'start', 'parameter']);
    expect(fieldsOf({}).map(one => one.key)).toContain('publish');
    expect(fieldsOf({}).find(one => one.key === 'engine')!.choices).toEqual(['duckdb', 'dbt']);
  });
  it('reads and shows values', () => {
    expect(meant('texts', 'a, b ,')).toEqual(['a', 'b']);
    expect([meant('integer', '12'), meant('integer', '1x'), meant('text', ' '), meant('boolean', 'true')]).toEqual([
      12, '1x', undefined, true
    ]);
    expect(meant('checks', '["no_nulls", {"range": {"a": {"min": 1}}}]')).toEqual(['no_nulls', { range: { a: { min: 1 } } }]);
    expect(shown('texts', ['a', 'b'])).toBe('a, b');
    expect(shown('labels', { a: 'b' })).toBe('{"a":"b"}');
    expect(shown('text', undefined)).toBe('');
  });
  it('changes one value, deep down too', () => {
    const options = { owner: 'team:a', compute: { kind: 'lambda', memory_mb: 512 } };
    expect(changed(options, ['compute', 'memory_mb'], 1024)).toEqual({
      owner: 'team:a', compute: { kind: 'lambda', memory_mb: 1024 }
    });
    expect(changed({ compute: { kind: 'lambda' } }, ['compute', 'kind'], undefined)).toEqual({});
    expect(Object.keys(changed(options, ['owner'], 'team:b'))).toEqual(['owner', 'compute']);
  });
});
