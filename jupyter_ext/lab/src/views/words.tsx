/** Words for what the server says in one. */

import * as React from 'react';
import { TranslationBundle } from '@jupyterlab/translation';
import { IOutcome, Severity } from '../core/wire';

export function stateText(state: string, trans: TranslationBundle): string {
  const words: Record<string, string> = {
    new: trans.__('Not promoted yet'),
    gone: trans.__('Its module is gone'),
    same: trans.__('Same as its module'),
    notebook: trans.__('The notebook changed since'),
    module: trans.__('The module was edited'),
    both: trans.__('Notebook and module both changed'),
    tool: trans.__('This version renders it differently'),
    foreign: trans.__('A module that promotion did not write is in its place'),
    conflict: trans.__('Its module holds an unresolved merge'),
    files: trans.__('A generated file was edited'),
    unverified: trans.__('Promoted without a run: unverified'),
    refused: trans.__('Cannot be promoted as it is')
  };
  return words[state] ?? state;
}

export const STATE_ICONS: Record<string, string> = {
  new: '○', same: '✓', notebook: '✎', module: '⇄', both: '⇅', refused: '✕', unverified: '?'
};

export const SEVERITY_ICONS: Record<Severity, string> = { error: '✕', warning: '▲', note: 'ℹ' };

export function severityText(severity: Severity, trans: TranslationBundle): string {
  return { error: trans.__('Error'), warning: trans.__('Warning'), note: trans.__('Note') }[severity];
}

/** Say in one sentence how many of what was found. */
export function summary(steps: number, errors: number, warnings: number, trans: TranslationBundle): string {
  return [
    trans._n('%1 step', '%1 steps', steps),
    trans._n('%1 error', '%1 errors', errors),
    trans._n('%1 warning', '%1 warnings', warnings)
  ].join(', ');
}

/** What says that a cell fails, ends the process or takes too long. */
const UNFINISHED = ['PR501', 'PR508', 'PR509'];

/** Say how many rows there are. */
export function rowsText(rows: number, trans: TranslationBundle): string {
  return trans._n('%2 row', '%2 rows', rows, rows.toLocaleString('en-GB'));
}

/** Say in one sentence what a promotion or a pull came to. */
export function outcomeText(kind: 'promote' | 'pull', { exit_code: code, steps, findings }: IOutcome, trans: TranslationBundle): string {
  if (kind === 'pull') {
    const pulled = steps.some(step => step.status === 'pulled');
    const said = pulled ? trans.__('The modules’ edits stand in the notebook.') : trans.__('There was nothing to pull.');
    return code === 0 ? said : trans.__('The edits cannot be pulled as they are.');
  }
  switch (code) {
    case 0:
      return trans.__('The notebook is promoted.');
    case 3:
      return trans.__('Promotion met a fault of ours.');
    case 4:
      return findings.some(one => UNFINISHED.includes(one.code))
        ? trans.__('The notebook does not run to its end; nothing was written.')
        : trans.__('What would be promoted could not be proven; nothing was written.');
    default:
      return trans.__('It cannot be promoted as it is; nothing was written.');
  }
}

/** Give a compute's sizes as a person reads them. */
export function computeText(compute: Record<string, unknown> | null, trans: TranslationBundle): string {
  if (!compute) {
    return trans.__('not said: runs where Dagster runs');
  }
  const { kind, ...sizes } = compute;
  const told = Object.entries(sizes).map(([name, value]) => `${name} ${String(value)}`);
  return [String(kind), ...told].join(', ');
}

/**
 * Give a text so that a narrow panel breaks its long names and paths after an underscore, a slash or a colon, not inside
 * a word. What fits into a line stays the text that it is: a large notebook has a hundred names, drawn at every edit.
 */
export function breakable(text: string): React.ReactNode {
  if (!/\S{21}/.test(text)) {
    return text;
  }
  return text.split(/(?<=[_/:])/).flatMap((part, at) => (at ? [<wbr key={at} />, part] : [part]));
}

/** Give a key of Dagster's metadata as a narrow column can break it: `workbench/size_bytes` is "size bytes". */
export function inWords(key: string): string {
  return key.replace(/^(dagster|workbench)\//, '').replace(/_/g, ' ');
}
