/** The panel "Promote": what the notebook would become, what stands in the way, and what can be done. */

import * as React from 'react';
import { ReactWidget } from '@jupyterlab/apputils';
import { NotebookPanel } from '@jupyterlab/notebook';
import { CommandRegistry } from '@lumino/commands';
import { Analyst } from '../lab/analyst';
import { ID, PANEL } from '../lab/commands';
import { focusSummary } from '../lab/focus';
import { LAYERS } from '../core/tags';
import { INode } from '../core/wire';
import { Findings } from './findings';
import { Job } from './job';
import { Lineage } from './lineage';
import { Step } from './step';
import { summary } from './words';

interface IProps {
  analyst: Analyst;
  commands: CommandRegistry;
  /** The tag of a step whose options are to be shown. */
  open: string | null;
  /** Called when they are. */
  opened: () => void;
}

export function PromoteView({ analyst, commands, open, opened }: IProps): JSX.Element {
  const { trans, analysis, problem, panel } = analyst;
  const choose = React.useCallback((node: INode) => goToMaker(node, analyst, commands), [analyst, commands]);
  if (!panel) {
    return (
      <>
        <p>{trans.__('Open a notebook of a project to see what it would become, or begin one:')}</p>
        <div className="nbw-actions" role="group" aria-label={trans.__('New notebooks')}>
          {LAYERS.map(layer => (
            <button key={layer} type="button" onClick={() => void commands.execute(ID.starter, { layer })}>
              {trans.__('New %1 notebook', layer)}
            </button>
          ))}
        </div>
      </>
    );
  }
  const count = (severity: string) => analysis?.findings.filter(one => one.severity === severity).length ?? 0;
  const edited = analysis?.steps.some(step => ['module', 'both'].includes(step.state));
  const running = analyst.job?.running ?? false;
  const empty = analysis !== null && !analysis.steps.length && !count('error');
  return (
    <>
      <h2>{panel.title.label}</h2>
      <div className="nbw-actions" role="group" aria-label={trans.__('What can be done with the notebook')}>
        <button type="button" className={empty ? '' : 'nbw-primary'} disabled={!analysis || empty || running} onClick={() => void commands.execute(ID.promote)}>
          {trans.__('Promote notebook')}
        </button>
        {edited && (
          <button type="button" disabled={running} onClick={() => void commands.execute(ID.pull)}>
            {trans.__('Pull edits')}
          </button>
        )}
        <button type="button" onClick={() => void commands.execute(ID.catalogue)}>{trans.__('Catalogue')}</button>
      </div>
      <p role="status" className="nbw-summary" tabIndex={-1}>
        {analysis ? summary(analysis.steps.length, count('error'), count('warning'), trans) : problem ? '' : trans.__('Looking at the notebook')}
      </p>
      {problem && <p className="nbw-problem" role="status">✕ {problem.message} {problem.hint}</p>}
      {analyst.told?.length > 0 && <Told analyst={analyst} panel={panel} />}
      <Job analyst={analyst} commands={commands} />
      {analysis && (
        <>
          <section aria-label={trans.__('Findings')}>
            <h3>{trans.__('Findings')}</h3>
            <Findings key={panel.id} findings={analysis.findings} analyst={analyst} commands={commands} />
          </section>
          <section aria-label={trans.__('Steps')}>
            <h3>{trans.__('Steps')}</h3>
            {analysis.steps.length ? (
              <ol className="nbw-list nbw-Steps">
                {analysis.steps.map(step => (
                  <Step key={step.tag} {...{ step, analyst, commands, running, opened }} open={open === step.tag} />
                ))}
              </ol>
            ) : (
              <Begin analyst={analyst} commands={commands} />
            )}
          </section>
          {analysis.lineage.nodes.length > 0 && (
            <section aria-label={trans.__('Lineage')}>
              <h3>{trans.__('Lineage')}</h3>
              <Lineage lineage={analysis.lineage} trans={trans} onChoose={choose} />
            </section>
          )}
        </>
      )}
    </>
  );
}

/** What there is to say of the steps that were suggested. */
function Told({ analyst, panel }: { analyst: Analyst; panel: NotebookPanel }): JSX.Element {
  const { trans } = analyst;
  const close = (button: HTMLElement) => {
    focusSummary(button);
    analyst.tell(panel, []);
  };
  return (
    <section aria-label={trans.__('Suggestion')}>
      <h3>{trans.__('Suggestion')}</h3>
      <ul className="nbw-list">
        {analyst.told.map(one => (
          <li key={one}>{one}</li>
        ))}
      </ul>
      <button type="button" onClick={event => close(event.currentTarget)}>{trans.__('Close')}</button>
    </section>
  );
}

/** What to do in a notebook without steps. */
function Begin({ analyst, commands }: Pick<IProps, 'analyst' | 'commands'>): JSX.Element {
  const { trans } = analyst;
  const suggest = (button: HTMLElement) => {
    focusSummary(button);
    void commands.execute(ID.suggest);
  };
  return (
    <>
      <p>
        {trans.__('A step is one cell or more that make a table worth keeping. Let steps be suggested and look them over, or choose a cell and tag it: with “Tag” in its toolbar, Alt+Shift+T, or here.')}
      </p>
      <div className="nbw-actions">
        <button type="button" className="nbw-primary" onClick={event => suggest(event.currentTarget)}>
          {trans.__('Suggest steps')}
        </button>
        <button type="button" onClick={() => void tagActive(analyst, commands)}>
          {trans.__('Tag the chosen cell')}
        </button>
      </div>
    </>
  );
}

/** Ask for the tag of the active cell; a markdown cell has none, and the first code cell stands in for it. */
async function tagActive(analyst: Analyst, commands: CommandRegistry): Promise<void> {
  const { content } = analyst.panel!;
  const code = content.widgets.findIndex(cell => cell.model.type === 'code');
  const cell = content.activeCell?.model.type === 'code' ? content.activeCellIndex : code;
  if (cell >= 0) {
    await commands.execute(ID.goTo, { cell: cell + 1, line: null, column: null });
    await commands.execute(ID.tag);
  }
}

function goToMaker(node: INode, analyst: Analyst, commands: CommandRegistry): void {
  const { notebook, steps } = analyst.analysis!;
  const step = steps.find(one => one.name === node.name);
  const root = analyst.path.slice(0, analyst.path.length - notebook.length);
  if (step) {
    void commands.execute(ID.goTo, { cell: step.cells[0], line: null, column: null });
  } else if (node.notebook) {
    void commands.execute('docmanager:open', { path: root + node.notebook });
  }
}

export class PromotePanel extends ReactWidget {
  constructor(
    private readonly analyst: Analyst,
    private readonly commands: CommandRegistry
  ) {
    super();
    this.id = PANEL;
    this.addClass('nbw-Panel');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', analyst.trans.__('Promote'));
    this.title.caption = analyst.trans.__('Promote: steps, findings and lineage of the notebook');
    analyst.changed.connect(() => this.isVisible && this.update());
    analyst.chosen.connect((_, tag) => {
      this._open = tag;
      this.update();
    });
  }

  protected override onAfterShow(): void {
    this.update();
  }

  render(): JSX.Element {
    return <PromoteView analyst={this.analyst} commands={this.commands} open={this._open} opened={this._opened} />;
  }

  // Not when it is rendered: React may pass over a rendering that another follows at once
  private readonly _opened = () => {
    this._open = null;
  };

  private _open: string | null = null;
}
