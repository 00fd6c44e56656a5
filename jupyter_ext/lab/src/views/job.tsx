/** A long job: what is being done, and what it ended with. */

import * as React from 'react';
import { CommandRegistry } from '@lumino/commands';
import { Analyst } from '../lab/analyst';
import { ID } from '../lab/commands';
import { IFinding, IMade, IOutcome } from '../core/wire';
import { Findings } from './findings';
import { breakable, inWords, outcomeText, rowsText } from './words';

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
          {asset.rows !== null && `, ${rowsText(asset.rows, trans)}`},{' '}
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

/** Give the module among a step's files, which is what one wants to see. */
function moduleOf(files: string[]): string | undefined {
  return files.find(file => file.includes('/defs/')) ?? files[0];
}

function Outcome({ outcome, analyst, commands }: IProps & { outcome: IOutcome }): JSX.Element {
  const { trans } = analyst;
  const contested = outcome.findings.some(one => one.code === 'PR615'); // both changed the same statement
  const side = (tag: string, right: 'ours' | 'theirs', label: string) => (
    <button type="button" onClick={() => void commands.execute(ID.pull, { steps: [tag], [right]: [tag] })}>
      {label}
    </button>
  );
  const said = (one: IFinding) => `${one.code} ${one.cell} ${one.line} ${one.message}`;
  const listed = new Set(analyst.analysis?.findings.map(said)); // those stand below, with what can be done about them
  const root = analyst.path.slice(0, analyst.path.length - (analyst.analysis?.notebook.length ?? 0));
  const link = (file: string | undefined) =>
    file && (
      <div key={file}>
        <button type="button" className="nbw-link" onClick={() => void commands.execute('docmanager:open', { path: root + file })}>
          {breakable(file)}
        </button>
      </div>
    );
  // What was found by running the notebook alone: nothing that the panel could mend
  const others = outcome.findings.filter(one => !listed.has(said(one))).map(one => ({ ...one, fix: null }));
  return (
    <>
      <ul className="nbw-list">
        {outcome.steps.map(step => (
          <li key={step.tag}>
            <strong>{breakable(step.tag)}</strong>: {step.status}
            {step.rows !== null && `, ${rowsText(step.rows, trans)}`}
            {contested && step.status === 'refused' && (
              <div className="nbw-actions">
                {side(step.tag, 'ours', trans.__('The notebook is right'))}
                {side(step.tag, 'theirs', trans.__('The module is right'))}
              </div>
            )}
            {step.parity && <div>{trans.__('Parity: %1', step.parity)}</div>}
            {link(moduleOf(step.files))}
            {step.files.length > 1 && (
              <details>
                <summary>{trans._n('%1 more file', '%1 more files', step.files.length - 1)}</summary>
                {step.files.filter(file => file !== moduleOf(step.files)).map(link)}
              </details>
            )}
          </li>
        ))}
      </ul>
      {others.length > 0 && <Findings findings={others} analyst={analyst} commands={commands} />}
    </>
  );
}

export function Job({ analyst, commands }: IProps): JSX.Element | null {
  const { job, trans } = analyst;
  const heading = React.useRef<HTMLHeadingElement>(null);
  const running = job?.running ?? false;
  React.useEffect(() => {
    // What was pressed may stand far below, and cannot be pressed meanwhile: the eyes and the focus come here
    if (running && heading.current?.closest('.nbw-Panel')?.contains(document.activeElement)) {
      heading.current.focus();
    } else if (running) {
      heading.current?.scrollIntoView({ block: 'nearest' });
    }
  }, [running]);
  if (!job) {
    return null;
  }
  const names = { promote: trans.__('Promotion'), pull: trans.__('Pull'), materialise: trans.__('Materialisation') };
  const stop = () => {
    heading.current?.focus(); // the button goes, and the focus would go with it
    void commands.execute(ID.stop);
  };
  const elsewhere = job.panel !== analyst.panel;
  const said = (
    <>
      {job.refused && <p className="nbw-problem">{job.stopped ? '' : '✕ '}{job.refused.message} {job.refused.hint}</p>}
      {job.answer !== null &&
        (job.kind === 'materialise' ? (
          <Made made={job.answer as IMade} analyst={analyst} />
        ) : (
          <>
            <p>{outcomeText(job.kind, job.answer as IOutcome, trans)}</p>
            <Outcome outcome={job.answer as IOutcome} analyst={analyst} commands={commands} />
          </>
        ))}
    </>
  );
  return (
    <section aria-label={names[job.kind]} className="nbw-Job">
      <h3 ref={heading} tabIndex={-1}>{elsewhere ? trans.__('%1 of %2', names[job.kind], job.panel.title.label) : names[job.kind]}</h3>
      {job.running && (
        <div>
          <progress aria-label={names[job.kind]} />
          <button type="button" onClick={stop}>{trans.__('Stop')}</button>
        </div>
      )}
      <p role="status">{job.running ? job.doing : ''}</p>
      {job.past && job.kind !== 'materialise' ? (
        <details>
          <summary>{trans.__('What it said before the last edit')}</summary>
          {said}
        </details>
      ) : (
        said
      )}
    </section>
  );
}
