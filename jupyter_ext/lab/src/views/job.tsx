/** A long job: what is being done, and what it ended with. */

import * as React from 'react';
import { CommandRegistry } from '@lumino/commands';
import { Analyst } from '../lab/analyst';
import { ID } from '../lab/commands';
import { IMade, IOutcome } from '../core/wire';
import { inWords, SEVERITY_ICONS, severityText } from './words';

interface IProps {
  analyst: Analyst;
  commands: CommandRegistry;
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
                  <dt>{inWords(one.name)}</dt>
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

export function Job({ analyst, commands }: IProps): JSX.Element | null {
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
