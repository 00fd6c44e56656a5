/** The panel "Promote": what the notebook would become, what stands in the way, and what can be done. */

import * as React from 'react';
import { ReactWidget } from '@jupyterlab/apputils';
import { CommandRegistry } from '@lumino/commands';
import { Analyst } from '../lab/analyst';
import { optionsOf, setOptions } from '../lab/cells';
import { ID } from '../lab/commands';
import { IFinding, IMade, INode, IOutcome, IProblem, IStep } from '../core/wire';
import { OptionsForm } from './form';
import { Lineage } from './lineage';
import { computeText, SEVERITY_ICONS, severityText, STATE_ICONS, stateText, summary } from './words';

interface IProps {
  analyst: Analyst;
  commands: CommandRegistry;
}

interface IOpenProps extends IProps {
  open: string | null;
}

function Findings({ analyst, commands }: IProps): JSX.Element {
  const { trans } = analyst;
  const findings = analyst.analysis!.findings;
  if (!findings.length) {
    return <p>{trans.__('Nothing stands in the way.')}</p>;
  }
  const place = (one: IFinding) =>
    one.line === null ? trans.__('Cell %1', one.cell) : trans.__('Cell %1, line %2', one.cell, one.line);
  return (
    <ul className="nbw-list nbw-Findings">
      {findings.map(one => (
        <li key={`${one.code} ${one.cell} ${one.line} ${one.column} ${one.message}`} className={`nbw-mod-${one.severity}`}>
          <div>
            <span aria-hidden="true">{SEVERITY_ICONS[one.severity]} </span>
            <strong>{severityText(one.severity, trans)}</strong> <code>{one.code}</code> {one.message}
          </div>
          {one.hint && <div className="nbw-hint">{one.hint}</div>}
          <div className="nbw-actions">
            {one.cell !== null && (
              <button type="button" onClick={() => void commands.execute(ID.goTo, { ...one } as never)}>
                {trans.__('Go to %1', place(one))}
              </button>
            )}
            {one.fix && (
              <button type="button" onClick={() => void analyst.fix(one)}>
                {trans.__('Fix: %1', one.fix)}
              </button>
            )}
          </div>
        </li>
      ))}
    </ul>
  );
}

function Facts({ step, analyst }: { step: IStep; analyst: Analyst }): JSX.Element {
  const { trans } = analyst;
  const named = (items: string[]) => (items.length ? items.join(', ') : trans.__('none'));
  const facts: [string, string][] = [
    [trans.__('Inputs'), named(step.inputs.map(one => `${one.asset} (${one.kind})`))],
    [trans.__('Output'), step.output ? `${step.output.name} (${step.output.kind})` : trans.__('not known')],
    [trans.__('Parameters'), named(step.parameters)],
    [trans.__('Resources'), named(step.resources)],
    [trans.__('Checks'), named(step.checks)],
    [trans.__('Compute'), computeText(step.compute, trans)],
    [trans.__('Cost per run'), step.cost === null ? trans.__('not yet known') : trans.__('$%1, as estimated', step.cost)],
    [trans.__('Rows'), step.rows === null ? trans.__('not yet known') : step.rows.toLocaleString()]
  ];
  return (
    <dl className="nbw-facts">
      {facts.map(([name, value]) => (
        <React.Fragment key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </React.Fragment>
      ))}
    </dl>
  );
}

function Step({ step, analyst, commands, open }: IOpenProps & { step: IStep }): JSX.Element {
  const { trans } = analyst;
  const [expanded, setExpanded] = React.useState(false);
  const [editing, setEditing] = React.useState(false);
  const heading = React.useRef<HTMLElement>(null);
  React.useEffect(() => {
    if (open === step.tag) {
      setExpanded(true);
      setEditing(true);
      heading.current?.focus();
      heading.current?.scrollIntoView({ block: 'start' });
    }
  }, [open]);
  const cell = analyst.panel?.content.model?.sharedModel.getCell(step.cells[0] - 1);
  const check = async (options: Record<string, unknown>, signal: AbortSignal): Promise<IProblem[]> => {
    const found = await analyst.server.ask<{ problems: IProblem[] }>('options', { tag: step.tag, options }, signal);
    return found.problems;
  };
  const runs = { steps: [step.tag] };
  const stale = ['module', 'both'].includes(step.state);
  return (
    <li>
      <details open={expanded} onToggle={event => setExpanded(event.currentTarget.open)}>
        <summary ref={heading}>
          <span className={`nbw-Layer nbw-mod-${step.layer}`}>{step.layer}</span> <strong>{step.name}</strong>
          <span className="nbw-state">
            <span aria-hidden="true"> {STATE_ICONS[step.state] ?? '!'} </span>
            {stateText(step.state, trans)}
          </span>
        </summary>
        {step.said && <p className="nbw-hint">{step.said} {step.hint}</p>}
        <Facts step={step} analyst={analyst} />
        <div className="nbw-actions" role="group" aria-label={trans.__('What can be done with %1', step.name)}>
          <button type="button" onClick={() => void commands.execute(ID.goTo, { cell: step.cells[0], line: null, column: null })}>
            {trans.__('Go to cell %1', step.cells[0])}
          </button>
          <button type="button" onClick={() => void commands.execute(ID.preview, { step: step.tag })} disabled={step.state === 'refused'}>
            {trans.__('Preview')}
          </button>
          <button type="button" onClick={() => void commands.execute(ID.promote, runs)} disabled={analyst.job?.running}>
            {trans.__('Promote')}
          </button>
          {stale && (
            <button type="button" onClick={() => void commands.execute(ID.pull, runs)} disabled={analyst.job?.running}>
              {trans.__('Pull')}
            </button>
          )}
          {!['new', 'gone', 'refused'].includes(step.state) &&
            [false, true].map(downstream => (
              <button
                key={String(downstream)}
                type="button"
                disabled={analyst.job?.running}
                onClick={() => void commands.execute(ID.materialise, { step: step.name, downstream })}
              >
                {downstream ? trans.__('Materialise with downstream') : trans.__('Materialise')}
              </button>
            ))}
          <button type="button" aria-expanded={editing} onClick={() => setEditing(!editing)}>
            {trans.__('Options')}
          </button>
        </div>
        {editing && cell && (
          <OptionsForm
            options={optionsOf(cell)}
            written={step.options}
            trans={trans}
            check={check}
            onChange={options => setOptions(cell, options)}
          />
        )}
      </details>
    </li>
  );
}

function Made({ made, analyst }: { made: IMade; analyst: Analyst }): JSX.Element {
  const { trans } = analyst;
  return (
    <ul className="nbw-list">
      {made.assets.map(asset => (
        <li key={asset.asset}>
          <strong>{asset.asset}</strong>: {asset.status}
          {asset.rows !== null && `, ${trans._n('%1 row', '%1 rows', asset.rows)}`},{' '}
          {asset.checks > 0 && `${trans.__('%1 of %2 checks passed', asset.checks_passed, asset.checks)}, `}
          {asset.seconds} s
          {asset.problems.map(one => (
            <p key={one.what} className="nbw-problem">✕ {one.what} {one.cause} {one.hint}</p>
          ))}
          <details>
            <summary>{trans.__('What Dagster knows of %1', asset.asset)}</summary>
            <dl className="nbw-facts">
              {asset.metadata.filter(one => !one.markdown).map(one => (
                <React.Fragment key={one.name}>
                  <dt>{one.name}</dt>
                  <dd>{one.value}</dd>
                </React.Fragment>
              ))}
            </dl>
            {asset.metadata.filter(one => one.markdown).map(one => (
              <pre key={one.name} tabIndex={0} aria-label={one.name}>{one.value}</pre>
            ))}
            {asset.charts.map(one => (
              <img key={one.uri} src={one.uri} alt={one.alternative} />
            ))}
          </details>
        </li>
      ))}
    </ul>
  );
}

function Outcome({ outcome, analyst, commands }: IProps & { outcome: IOutcome }): JSX.Element {
  const { trans } = analyst;
  const contested = outcome.findings.some(one => one.code === 'PR615'); // both changed the same statement
  const side = (tag: string, right: 'ours' | 'theirs', label: string) => (
    <button type="button" onClick={() => void commands.execute(ID.pull, { steps: [tag], [right]: [tag] })}>
      {label}
    </button>
  );
  const root = analyst.path.slice(0, analyst.path.length - (analyst.analysis?.notebook.length ?? 0));
  return (
    <ul className="nbw-list">
      {outcome.steps.map(step => (
        <li key={step.tag}>
          <strong>{step.tag}</strong>: {step.status}
          {contested && step.status === 'refused' && (
            <div className="nbw-actions">
              {side(step.tag, 'ours', trans.__('The notebook is right'))}
              {side(step.tag, 'theirs', trans.__('The module is right'))}
            </div>
          )}
          {step.parity && <div>{trans.__('Parity: %1', step.parity)}</div>}
          {step.files.map(file => (
            <div key={file}>
              <button type="button" className="nbw-link" onClick={() => void commands.execute('docmanager:open', { path: root + file })}>
                {file}
              </button>
            </div>
          ))}
        </li>
      ))}
      {outcome.findings.map(one => (
        <li key={one.code + one.message}>
          {SEVERITY_ICONS[one.severity]} {severityText(one.severity, trans)} <code>{one.code}</code> {one.message} {one.hint}
        </li>
      ))}
    </ul>
  );
}

function Job({ analyst, commands }: IProps): JSX.Element | null {
  const { job, trans } = analyst;
  if (!job) {
    return null;
  }
  const names = { promote: trans.__('Promotion'), pull: trans.__('Pull'), materialise: trans.__('Materialisation') };
  return (
    <section aria-label={names[job.kind]} className="nbw-Job">
      <h3>{names[job.kind]}</h3>
      {job.running && (
        <div>
          <progress aria-label={names[job.kind]} />
          <button type="button" onClick={() => void commands.execute(ID.stop)}>{trans.__('Stop')}</button>
        </div>
      )}
      <p role="status">{job.running ? job.doing : ''}</p>
      {job.refused && <p className="nbw-problem">✕ {job.refused.message} {job.refused.hint}</p>}
      {job.answer !== null &&
        (job.kind === 'materialise' ? (
          <Made made={job.answer as IMade} analyst={analyst} />
        ) : (
          <Outcome outcome={job.answer as IOutcome} analyst={analyst} commands={commands} />
        ))}
    </section>
  );
}

export function PromoteView({ analyst, commands, open }: IOpenProps): JSX.Element {
  const { trans, analysis, problem, panel } = analyst;
  if (!panel) {
    return <p>{trans.__('Open a notebook of a project to see what it would become.')}</p>;
  }
  const count = (severity: string) => analysis?.findings.filter(one => one.severity === severity).length ?? 0;
  const edited = analysis?.steps.some(step => ['module', 'both'].includes(step.state));
  const choose = (node: INode) => {
    const step = analysis!.steps.find(one => one.name === node.name);
    const root = analyst.path.slice(0, analyst.path.length - analysis!.notebook.length);
    if (step) {
      void commands.execute(ID.goTo, { cell: step.cells[0], line: null, column: null });
    } else if (node.notebook) {
      void commands.execute('docmanager:open', { path: root + node.notebook });
    }
  };
  return (
    <>
      <h2>{panel.title.label}</h2>
      <div className="nbw-actions" role="group" aria-label={trans.__('What can be done with the notebook')}>
        <button type="button" className="nbw-primary" disabled={!analysis || analyst.job?.running} onClick={() => void commands.execute(ID.promote)}>
          {trans.__('Promote notebook')}
        </button>
        {edited && (
          <button type="button" disabled={analyst.job?.running} onClick={() => void commands.execute(ID.pull)}>
            {trans.__('Pull edits')}
          </button>
        )}
        <button type="button" onClick={() => void commands.execute(ID.catalogue)}>{trans.__('Catalogue')}</button>
      </div>
      <p role="status" className="nbw-summary">
        {analysis ? summary(analysis.steps.length, count('error'), count('warning'), trans) : problem ? '' : trans.__('Looking at the notebook')}
      </p>
      {problem && <p className="nbw-problem" role="status">✕ {problem.message} {problem.hint}</p>}
      <Job analyst={analyst} commands={commands} />
      {analysis && (
        <>
          <section aria-label={trans.__('Findings')}>
            <h3>{trans.__('Findings')}</h3>
            <Findings analyst={analyst} commands={commands} />
          </section>
          <section aria-label={trans.__('Steps')}>
            <h3>{trans.__('Steps')}</h3>
            {analysis.steps.length ? (
              <ol className="nbw-list nbw-Steps">
                {analysis.steps.map(step => (
                  <Step key={step.tag} step={step} analyst={analyst} commands={commands} open={open} />
                ))}
              </ol>
            ) : (
              <p>{trans.__('No cell has a layer’s tag yet.')}</p>
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

export class PromotePanel extends ReactWidget {
  constructor(
    private readonly analyst: Analyst,
    private readonly commands: CommandRegistry
  ) {
    super();
    this.id = 'notebook-workbench-panel';
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
    const open = this._open;
    this._open = null;
    return <PromoteView analyst={this.analyst} commands={this.commands} open={open} />;
  }

  private _open: string | null = null;
}
