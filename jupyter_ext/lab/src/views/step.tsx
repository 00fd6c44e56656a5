/** One step: what it takes and gives, how it stands to its module, what can be done with it, its options. */

import * as React from 'react';
import { CommandRegistry } from '@lumino/commands';
import { Analyst } from '../lab/analyst';
import { optionsOf, setOptions } from '../lab/cells';
import { ID } from '../lab/commands';
import { IProblem, IStep } from '../core/wire';
import { OptionsForm } from './form';
import { breakable, computeText, STATE_ICONS, stateText } from './words';

interface IProps {
  step: IStep;
  analyst: Analyst;
  commands: CommandRegistry;
  /** Whether a long job is under way. */
  running: boolean;
  /** Whether the step's options are to be shown now. */
  open: boolean;
  /** Called when they are. */
  opened: () => void;
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
          <dd>{breakable(value)}</dd>
        </React.Fragment>
      ))}
    </dl>
  );
}

/** The form, drawn at every look at the notebook: its options change where the step as it is promoted does not. */
function Options({ step, analyst }: { step: IStep; analyst: Analyst }): JSX.Element | undefined {
  const cell = analyst.panel?.content.model?.sharedModel.getCell(step.cells[0] - 1);
  const check = async (options: Record<string, unknown>, signal: AbortSignal): Promise<IProblem[]> => {
    const found = await analyst.server.ask<{ problems: IProblem[] }>('options', { tag: step.tag, options }, signal);
    return found.problems;
  };
  const [, look] = React.useReducer((count: number) => count + 1, 0);
  React.useEffect(() => {
    analyst.changed.connect(look);
    return () => void analyst.changed.disconnect(look);
  }, [analyst]);
  return (
    cell && (
      <OptionsForm
        options={optionsOf(cell)}
        written={step.options}
        trans={analyst.trans}
        check={check}
        onChange={options => setOptions(cell, options)}
      />
    )
  );
}

export const Step = React.memo(function Step({ step, analyst, commands, running, open, opened }: IProps): JSX.Element {
  const { trans } = analyst;
  const [expanded, setExpanded] = React.useState(false);
  const [editing, setEditing] = React.useState(false);
  const heading = React.useRef<HTMLElement>(null);
  React.useEffect(() => {
    if (open) {
      setExpanded(true);
      setEditing(true);
      heading.current?.focus();
      opened();
    }
  }, [open, opened]);
  React.useEffect(() => {
    if (editing) {
      heading.current?.scrollIntoView({ block: 'start' }); // once the form is there: before, there may be nothing to scroll
    }
  }, [editing]);
  const runs = { steps: [step.tag] };
  const stale = ['module', 'both'].includes(step.state);
  return (
    <li>
      <details open={expanded} onToggle={event => setExpanded(event.currentTarget.open)}>
        <summary ref={heading}>
          <span className={`nbw-Layer nbw-mod-${step.layer}`}>{step.layer}</span> <strong>{breakable(step.name)}</strong>
          <span className="nbw-state">
            <span aria-hidden="true"> {STATE_ICONS[step.state] ?? '!'} </span>
            {stateText(step.state, trans)}
          </span>
        </summary>
        {/* Only what is open is drawn: a large notebook has a hundred steps, and all of them change at every edit */}
        {expanded && (
          <>
            {step.said && step.state !== 'new' && <p className="nbw-hint">{step.said} {step.hint}</p>}
            <Facts step={step} analyst={analyst} />
            <div className="nbw-actions" role="group" aria-label={trans.__('What can be done with %1', step.name)}>
              <button type="button" onClick={() => void commands.execute(ID.goTo, { cell: step.cells[0], line: null, column: null })}>
                {trans.__('Go to cell %1', step.cells[0])}
              </button>
              <button type="button" onClick={() => void commands.execute(ID.preview, { step: step.tag })} disabled={step.state === 'refused'}>
                {trans.__('Preview')}
              </button>
              <button type="button" onClick={() => void commands.execute(ID.promote, runs)} disabled={running}>
                {trans.__('Promote')}
              </button>
              {stale && (
                <button type="button" onClick={() => void commands.execute(ID.pull, runs)} disabled={running}>
                  {trans.__('Pull')}
                </button>
              )}
              {!['new', 'gone', 'refused'].includes(step.state) &&
                [false, true].map(downstream => (
                  <button
                    key={String(downstream)}
                    type="button"
                    disabled={running}
                    onClick={() => void commands.execute(ID.materialise, { step: step.name, downstream })}
                  >
                    {downstream ? trans.__('Materialise with downstream') : trans.__('Materialise')}
                  </button>
                ))}
              <button type="button" aria-expanded={editing} onClick={() => setEditing(!editing)}>
                {trans.__('Options')}
              </button>
            </div>
            {editing && <Options step={step} analyst={analyst} />}
          </>
        )}
      </details>
    </li>
  );
});
