// @vitest-environment jsdom
import * as React from 'react';
import { createRoot } from 'react-dom/client';
import { afterEach, describe, expect, it, vi } from 'vitest';
import packageJson from '../package.json';
import { pageOf } from '../src/core/links';
import { search } from '../src/core/search';
import { stretches } from '../src/core/stretches';
import { showBeside } from '../src/lab/beside';
import { VERSION } from '../src/version';
import { DocumentationView } from '../src/views/documentation';
import { Findings } from '../src/views/findings';
import { OptionsForm } from '../src/views/form';
import { keep } from '../src/core/keep';
import { Job } from '../src/views/job';
import { Lineage } from '../src/views/lineage';
import { PromoteView } from '../src/views/panel';
import { Step } from '../src/views/step';
import { breakable, computeText, outcomeText, rowsText, stateText, summary } from '../src/views/words';

// It loads all of JupyterLab, which jsdom cannot; nothing of it is drawn here
vi.mock('@jupyterlab/apputils', () => ({ Notification: {}, ReactWidget: class {} }));

const { act } = React;
(globalThis as Record<string, unknown>).IS_REACT_ACT_ENVIRONMENT = true;

const fill = (text: string, values: unknown[]) => values.reduce<string>((one, value, at) => one.replace(`%${at + 1}`, String(value)), text);
const trans = {
  __: (text: string, ...values: unknown[]) => fill(text, values),
  _n: (one: string, many: string, n: number, ...values: unknown[]) => fill(n === 1 ? one : many, [n, ...values])
} as never;

function show(element: React.ReactElement): HTMLElement {
  const host = document.body.appendChild(document.createElement('div'));
  act(() => createRoot(host).render(element));
  return host;
}

afterEach(() => {
  document.body.replaceChildren();
});

describe('the lineage', () => {
  const lineage = {
    nodes: [
      { name: 'raw', layer: 'bronze', notebook: 'a.ipynb', here: false },
      { name: '<img src=x onerror=alert(1)>', layer: 'silver', notebook: 'b.ipynb', here: true },
      { name: 'elsewhere', layer: '', notebook: '', here: false }
    ],
    edges: [{ from: 'raw', to: '<img src=x onerror=alert(1)>' }]
  };
  it('is told in words too, and holds no markup of a notebook', () => {
    const chosen: string[] = [];
    const host = show(<Lineage lineage={lineage} trans={trans} onChoose={node => chosen.push(node.name)} />);
    expect(host.querySelector('svg')!.getAttribute('role')).toBe('img');
    expect(document.getElementById(host.querySelector('svg')!.getAttribute('aria-labelledby')!)!.textContent).toContain('3');
    expect(host.querySelector('img')).toBeNull();
    const items = [...host.querySelectorAll('li')].map(one => one.textContent);
    expect(items[1]).toContain('reads raw');
    expect(items[0]).toContain('bronze, a.ipynb');
    host.querySelector<HTMLButtonElement>('li button')!.click();
    expect(chosen).toEqual(['raw']);
    expect(host.querySelectorAll<HTMLButtonElement>('li button')[2].disabled).toBe(true);
  });
});

describe('the steps', () => {
  it('are drawn again only where one differs', () => {
    const steps = ['a', 'b'].map(name => ({
      tag: `silver:${name}`, layer: 'silver', name, cells: [1], inputs: [], parameters: [], resources: [], output: null, checks: [],
      compute: null, options: {}, cost: null, state: 'same', said: '', hint: '', verified: true, rows: 1
    }));
    const words = vi.fn((text: string) => text);
    const opened = () => undefined;
    const analyst = { trans: { __: words } } as never;
    const view = (list: typeof steps) => (
      <ol>
        {list.map(step => <Step key={step.tag} open={false} opened={opened} running={false} commands={null as never} {...{ step, analyst }} />)}
      </ol>
    );
    const answered = (list: typeof steps) => JSON.parse(JSON.stringify(list)) as typeof steps;
    const host = document.body.appendChild(document.createElement('div'));
    const root = createRoot(host);
    const draw = (list: typeof steps): number => {
      words.mockClear();
      act(() => root.render(view(list)));
      return words.mock.calls.length;
    };
    const each = draw(steps) / 2;
    expect(each).toBeGreaterThan(0);
    const later = keep(steps, answered([steps[0], { ...steps[1], state: 'notebook' }]));
    expect(draw(later)).toBe(each);
    expect([...host.querySelectorAll('.nbw-state')].map(one => one.textContent)).toEqual([
      ' ✓ Same as its module', ' ✎ The notebook changed since'
    ]);
    expect(draw(keep(later, answered(later)))).toBe(0);
  });
  it('show the options that were asked for, though another drawing follows at once', () => {
    const step = {
      tag: 'silver:a', layer: 'silver', name: 'a', cells: [1], inputs: [], parameters: [], resources: [], output: null, checks: [],
      compute: null, options: {}, cost: null, state: 'same', said: '', hint: '', verified: true, rows: 1
    };
    const signal = { connect: () => true, disconnect: () => true };
    const analyst = { trans: { __: (text: string) => text }, panel: null, changed: signal } as never;
    let asked = true;
    const opened = vi.fn(() => (asked = false));
    Element.prototype.scrollIntoView = () => undefined;
    const host = document.body.appendChild(document.createElement('div'));
    const root = createRoot(host);
    const draw = () => root.render(<Step open={asked} running={false} commands={null as never} {...{ step, analyst, opened }} />);
    act(() => {
      draw();
      draw();
    });
    expect(opened).toHaveBeenCalledTimes(1);
    expect(host.querySelector('details')!.open).toBe(true);
    expect(document.activeElement).toBe(host.querySelector('summary'));
    act(draw);
    expect(opened).toHaveBeenCalledTimes(1);
  });
});

describe('the form of options', () => {
  it('gives each field a name, and says what is wrong at it', async () => {
    vi.useFakeTimers();
    const given: unknown[] = [];
    const problem = { key: 'compute', severity: 'error' as const, message: 'compute.memory_mb is not between 128 and 10240.', hint: '' };
    const host = show(
      <OptionsForm
        options={{ compute: { kind: 'lambda', memory_mb: 1 } }}
        written={{ owner: 'team:a' }}
        trans={trans}
        check={async () => [problem]}
        onChange={options => given.push(options)}
      />
    );
    await act(() => vi.advanceTimersByTimeAsync(100));
    const fields = [...host.querySelectorAll<HTMLInputElement>('input, select')];
    expect(fields.every(one => one.labels!.length === 1)).toBe(true);
    expect(host.querySelector('[role=alert]')!.textContent).toContain('between 128 and 10240');
    const wrong = fields.filter(one => one.getAttribute('aria-invalid') === 'true');
    expect(wrong.map(one => one.labels![0].textContent)).toEqual(['memory_mb']);
    expect(document.getElementById(wrong[0].getAttribute('aria-describedby')!)!.textContent).toContain('10240');
    expect(host.textContent).toContain('Written in the cell’s #| lines: team:a');
    const kind = fields.find(one => one.labels![0].textContent === 'kind')!;
    act(() => {
      kind.value = '';
      kind.dispatchEvent(new Event('change', { bubbles: true }));
    });
    expect(given).toEqual([{ compute: { memory_mb: 1 } }]);
    vi.useRealTimers();
  });
});

describe('a page beside the notebook', () => {
  it('is a tab in front of it where half of its width could not be read', () => {
    const placed: unknown[] = [];
    const shell = { widgets: () => [], activateById: () => undefined, add: (_: unknown, __: string, how: { mode: string }) => placed.push(how.mode) };
    for (const offsetWidth of [785, 320]) {
      const panel = { id: 'one', node: { offsetWidth } };
      showBeside(shell as never, {} as never, { id: 'two', isAttached: false } as never, panel as never);
    }
    expect(placed).toEqual(['split-right', 'tab-after']);
  });
});

describe('many findings', () => {
  it('leave the steps in sight until one asks for all', () => {
    const findings = Array.from({ length: 100 }, (_, at) => ({
      code: 'PR301', severity: 'error', message: `no ${at}`, hint: '', cell: at, line: 1, column: 1, fix: null
    }));
    const host = show(<Findings findings={findings as never} analyst={{ trans } as never} commands={null as never} />);
    expect(host.querySelectorAll('li')).toHaveLength(10);
    const more = [...host.querySelectorAll('button')].at(-1)!;
    expect(more.textContent).toBe('Show all 100 findings');
    act(() => more.click());
    expect(host.querySelectorAll('li')).toHaveLength(100);
  });
});

describe('the panel', () => {
  const panel = { id: 'one', title: { label: 'one.ipynb' } };
  const bare = { notebook: 'one.ipynb', package: '', steps: [], findings: [], lineage: { nodes: [], edges: [] }, names: [] };
  const draw = (analyst: object) => {
    const done: unknown[] = [];
    const commands = { execute: (...one: unknown[]) => done.push(one) } as never;
    const host = show(<PromoteView analyst={{ trans, ...analyst } as never} commands={commands} open={null} opened={() => undefined} />);
    return { host, done };
  };

  it('says how to begin: a notebook, then a tag', () => {
    const without = draw({ panel: null });
    without.host.querySelector('button')!.click();
    expect(without.done).toEqual([['notebook-workbench:new-notebook', { layer: 'bronze' }]]);
    const { host } = draw({ panel, analysis: bare, job: null, problem: null });
    const buttons = [...host.querySelectorAll('button')];
    expect(buttons.filter(one => one.className === 'nbw-primary').map(one => one.textContent)).toEqual(['Suggest steps']);
    expect(buttons.find(one => one.textContent === 'Promote notebook')!.disabled).toBe(true);
  });

  it('keeps what is said of suggested steps until it is closed', () => {
    const told: unknown[] = [];
    const tell = (...one: unknown[]) => told.push(one);
    const { host } = draw({ panel, analysis: bare, job: null, problem: null, told: ['Cell 2 reads `a`, `b`: split it.'], tell });
    const section = host.querySelector('section[aria-label=Suggestion]')!;
    expect([...section.querySelectorAll('li')].map(one => one.textContent)).toEqual(['Cell 2 reads `a`, `b`: split it.']);
    section.querySelector('button')!.click();
    expect(told).toEqual([[panel, []]]);
  });

  it('names the notebook that a job is of where another is in front, and does not say a finding twice', () => {
    const finding = { code: 'PR301', severity: 'error', message: 'x is not defined', hint: '', cell: 1, line: 1, column: 1, fix: null };
    const analysis = { ...bare, findings: [finding] };
    const answer = { exit_code: 1, steps: [], findings: [finding, { ...finding, code: 'PR801', message: 'rows differ' }] };
    const job = { kind: 'promote', panel, running: false, doing: '', refused: null, answer };
    const own = draw({ panel, analysis, job, problem: null, path: 'one.ipynb' }).host.querySelector('.nbw-Job')!;
    expect(own.querySelector('h3')!.textContent).toBe('Promotion');
    expect(own.textContent).toContain('It cannot be promoted as it is; nothing was written.');
    expect([...own.querySelectorAll('li')].map(one => one.textContent)).toEqual([expect.stringContaining('rows differ')]);
    expect([...own.querySelectorAll('li button')].map(one => one.textContent)).toEqual(['Go to Cell 1, line 1', 'What PR801 means']);
    const past = draw({ panel, analysis, job: { ...job, past: true }, problem: null, path: 'one.ipynb' }).host;
    expect(past.querySelector('.nbw-Job > details > summary')!.textContent).toBe('What it said before the last edit');
    Element.prototype.scrollIntoView = () => undefined;
    const other = { ...job, running: true, answer: null, panel: { title: { label: 'two.ipynb' } } };
    const { host } = draw({ panel, analysis, job: other, problem: null });
    expect(host.querySelector('.nbw-Job h3')!.textContent).toBe('Promotion of two.ipynb');
  });

  it('shows the module of a step first, and where the work is told when it begins', () => {
    const files = ['evidence/silver/a.json', 'src/p/defs/silver/a.py', 'tests/assets/test_a.py'];
    const answer = { exit_code: 0, steps: [{ tag: 'silver:a', status: 'new', parity: '', files, rows: 1 }], findings: [] };
    const job = { kind: 'promote', panel, running: false, doing: '', refused: null, answer };
    const { host } = draw({ panel, analysis: bare, job, problem: null, path: 'one.ipynb' });
    expect([...host.querySelectorAll('.nbw-link')].map(one => one.textContent)).toEqual([files[1], files[0], files[2]]);
    expect(host.querySelector('.nbw-Job summary')!.textContent).toBe('2 more files');
    expect(host.querySelector('.nbw-Job li')!.textContent).toMatch(/^silver:a: new, 1 row/);

    const place = document.body.appendChild(document.createElement('div'));
    place.className = 'nbw-Panel';
    const root = createRoot(place);
    const at = (one: object) => act(() => root.render(<><button /><Job analyst={{ trans, panel, job: one } as never} commands={{ execute: () => undefined } as never} /></>));
    at({ ...job, answer: null });
    place.querySelector('button')!.focus();
    at({ ...job, answer: null, running: true });
    expect(document.activeElement!.textContent).toBe('Promotion');
    const stop = [...place.querySelectorAll('button')].at(-1)!;
    stop.focus();
    act(() => stop.click());
    at({ ...job, answer: null, stopped: true, refused: { message: 'It was stopped.', hint: '' } });
    expect(document.activeElement!.textContent).toBe('Promotion');
    expect(place.querySelector('.nbw-problem')!.textContent!.trim()).toBe('It was stopped.');
  });
});

describe('words', () => {
  it('let a long name break after an underscore', () => {
    expect(breakable('raw_rents')).toBe('raw_rents');
    expect(show(<p>{breakable('applications_by_quarter')}</p>).innerHTML).toBe('<p>applications_<wbr>by_<wbr>quarter</p>');
  });
  it('say state, sums and compute', () => {
    expect(stateText('module', trans)).toBe('The module was edited');
    expect(stateText('of a later version', trans)).toBe('of a later version');
    expect(summary(1, 0, 2, trans)).toBe('1 step, 0 errors, 2 warnings');
    const outcome = (code: string) => ({ exit_code: 4, steps: [], findings: [{ code }] }) as never;
    expect(outcomeText('promote', outcome('PR501'), trans)).toContain('The notebook does not run to its end');
    expect(outcomeText('promote', outcome('PR505'), trans)).toContain('could not be proven');
    expect([rowsText(1, trans), rowsText(1200, trans)]).toEqual(['1 row', '1,200 rows']);
    expect(computeText({ kind: 'fargate', cpu_units: 512 }, trans)).toBe('fargate, cpu_units 512');
  });
});

describe('the rest', () => {
  it('puts lines of one stretch together', () => {
    const placed = { cell: 3, from: 1, to: 2, first: 2, last: 3 };
    const file = { path: 'a.py', text: 'a\nb\nc\nd\n', diff: '', made_by_running: false, map: [placed] };
    expect(stretches(file, true).map(one => [one.placed?.cell ?? null, one.lines.length])).toEqual([
      [null, 1], [3, 2], [null, 1]
    ]);
  });
  it('finds assets by every word', () => {
    const asset = { name: 'rents', layer: 'silver', description: 'By town', owner: '', classification: '', columns: [['rent', 'Int64']] };
    expect(search([asset] as never, 'SILVER town')).toHaveLength(1);
    expect(search([asset] as never, 'silver rent')).toHaveLength(1);
    expect(search([asset] as never, 'gold')).toHaveLength(0);
  });
  it('has one version', () => {
    expect(VERSION).toBe(packageJson.version);
  });
});

describe('the documentation', () => {
  const hit = (page: string, heading: string) => ({ page, title: 'A page', heading, excerpt: '<img src=x onerror=alert(1)> words' });

  function panel(answer: (text: string) => Promise<{ hits: unknown[] }>) {
    const done: unknown[] = [];
    const analyst = { trans, server: { ask: (_: string, body: { text: string }) => answer(body.text) } };
    const commands = { execute: (_: string, args: unknown) => done.push(args) };
    const host = show(<DocumentationView analyst={analyst as never} commands={commands as never} />);
    const input = host.querySelector('input')!;
    const type = async (text: string) => {
      await act(async () => {
        Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')!.set!.call(input, text);
        input.dispatchEvent(new Event('input', { bubbles: true }));
      });
    };
    return { host, input, type, done };
  }

  it('lists what was found as text, and opens it by click and by Enter', async () => {
    const { host, input, type, done } = panel(async () => ({ hits: [hit('guides/a.md', 'Begin'), hit('guides/b.md', 'End')] }));
    await type('begin');
    expect(host.querySelector('[role=status]')!.textContent).toBe('2 sections; Enter opens the first');
    expect(host.querySelector('img')).toBeNull();
    expect(host.querySelector('li')!.textContent).toContain('<img src=x');
    input.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
    host.querySelectorAll<HTMLButtonElement>('li button')[1].click();
    expect(done).toEqual([
      { page: 'guides/a.md', heading: 'Begin' },
      { page: 'guides/b.md', heading: 'End' }
    ]);
  });

  it('shows the answer to the last question, whichever comes last', async () => {
    const waiting: Record<string, (found: { hits: unknown[] }) => void> = {};
    const { host, type } = panel(text => new Promise(resolve => (waiting[text] = resolve)));
    await type('a');
    await type('ab');
    await act(async () => waiting.ab({ hits: [] }));
    await act(async () => waiting.a({ hits: [hit('guides/a.md', 'Late')] }));
    expect(host.textContent).toContain('No section holds all of these words.');
    expect(host.querySelector('li')).toBeNull();
  });

  it('says why it could not search', async () => {
    const { host, type } = panel(() => Promise.reject(new Error('The server went away.')));
    await type('a');
    expect(host.querySelector('[role=alert]')!.textContent).toContain('The server went away.');
  });

  it('is a click away from a finding', () => {
    const done: unknown[] = [];
    const finding = { code: 'PR221', severity: 'error', message: 'no', hint: '', cell: 3, line: 1, column: 1, fix: null };
    const findings = [finding] as never;
    const commands = { execute: (id: string, args: unknown) => done.push([id, args]) };
    const host = show(<Findings findings={findings} analyst={{ trans } as never} commands={commands as never} />);
    [...host.querySelectorAll('button')].find(one => one.textContent === 'What PR221 means')!.click();
    expect(done).toEqual([['notebook-workbench:read-page', { page: 'findings/PR221.md' }]]);
  });

  it.each([
    ['guides/a.md', 'b.md#part', 'guides/b.md'],
    ['guides/a.md', '../findings/PR201.md', 'findings/PR201.md'],
    ['guides/a.md', '#part', 'guides/a.md'],
    ['guides/a.md', 'https://example.com/x.md', null],
    ['guides/a.md', 'javascript:alert(1)', null],
    ['guides/a.md', '../../pyproject.md', null],
    ['guides/a.md', '/etc/x.md', null],
    ['guides/a.md', '../../src/a.py', null]
  ])('from %s, %s leads to %s', (from, link, page) => expect(pageOf(from, link)).toBe(page));
});
