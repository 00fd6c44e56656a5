/** What stands in the way, with a way to its place and to what can be done. */

import * as React from 'react';
import { CommandRegistry } from '@lumino/commands';
import { Analyst } from '../lab/analyst';
import { ID } from '../lab/commands';
import { focusSummary } from '../lab/focus';
import { IFinding } from '../core/wire';
import { breakable, SEVERITY_ICONS, severityText } from './words';

interface IProps {
  findings: IFinding[];
  analyst: Analyst;
  commands: CommandRegistry;
}

/** So many are shown at first: with more, the steps below would be out of sight. */
const FIRST = 10;

export const Findings = React.memo(function Findings({ findings, analyst, commands }: IProps): JSX.Element {
  const { trans } = analyst;
  const [all, setAll] = React.useState(false);
  if (!findings.length) {
    return <p>{trans.__('Nothing stands in the way.')}</p>;
  }
  const fix = (one: IFinding, button: HTMLElement) => {
    focusSummary(button);
    return analyst.fix(one);
  };
  const place = (one: IFinding) =>
    one.line === null ? trans.__('Cell %1', one.cell) : trans.__('Cell %1, line %2', one.cell, one.line);
  return (
    <>
      <ul className="nbw-list nbw-Findings">
        {(all ? findings : findings.slice(0, FIRST)).map(one => (
          <li key={`${one.code} ${one.cell} ${one.line} ${one.column} ${one.message}`} className={`nbw-mod-${one.severity}`}>
            <div>
              <span aria-hidden="true">{SEVERITY_ICONS[one.severity]} </span>
              <strong>{severityText(one.severity, trans)}</strong> <code>{one.code}</code> {breakable(one.message)}
            </div>
            {one.hint && <div className="nbw-hint">{one.hint}</div>}
            <div className="nbw-actions">
              {one.fix && (
                <button type="button" onClick={event => void fix(one, event.currentTarget)}>
                  {trans.__('Fix: %1', one.fix)}
                </button>
              )}
              {one.cell !== null && (
                <button type="button" onClick={() => void commands.execute(ID.goTo, { ...one } as never)}>
                  {trans.__('Go to %1', place(one))}
                </button>
              )}
              <button type="button" onClick={() => void commands.execute(ID.page, { page: `findings/${one.code}.md` })}>
                {trans.__('What %1 means', one.code)}
              </button>
            </div>
          </li>
        ))}
      </ul>
      {findings.length > FIRST && (
        <button type="button" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? trans.__('Show the first %1 findings alone', FIRST) : trans.__('Show all %1 findings', findings.length)}
        </button>
      )}
    </>
  );
});
