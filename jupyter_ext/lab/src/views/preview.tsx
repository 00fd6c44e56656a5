/** The module and the tests beside the notebook, as promotion would write them: cell and code point at one another. */

import * as React from 'react';
import { ReactWidget } from '@jupyterlab/apputils';
import { CommandRegistry } from '@lumino/commands';
import { stretches } from '../core/stretches';
import { IPreview } from '../core/wire';
import { Analyst } from '../lab/analyst';
import { ID } from '../lab/commands';
import { breakable, stateText } from './words';

const SIGNS = { same: ' ', added: '+', removed: '−', place: '…' };

interface IProps {
  analyst: Analyst;
  commands: CommandRegistry;
  preview: IPreview | null;
  problem: string;
  pointed: number | null;
}

export function PreviewView({ analyst, commands, preview, problem, pointed }: IProps): JSX.Element {
  const { trans } = analyst;
  const [chosen, setChosen] = React.useState(0);
  const [whole, setWhole] = React.useState(false);
  if (problem) {
    return <p className="nbw-problem" role="alert">✕ {problem}</p>;
  }
  if (!preview) {
    return <p role="status">{trans.__('Looking at the step')}</p>;
  }
  const file = preview.files[Math.min(chosen, preview.files.length - 1)];
  return (
    <>
      <h2>{breakable(preview.step)}</h2>
      <p>{stateText(preview.state, trans)}. {preview.verified ? trans.__('It has proven itself as it is.') : trans.__('It has not run as it is: kinds of frames may be guessed.')}</p>
      <div className="nbw-actions">
        <label>
          {trans.__('File')}{' '}
          <select value={chosen} onChange={event => setChosen(Number(event.target.value))}>
            {preview.files.map((one, at) => (
              <option key={one.path} value={at}>{one.path}</option>
            ))}
          </select>
        </label>
        <label>
          <input type="checkbox" checked={whole} onChange={event => setWhole(event.target.checked)} />{' '}
          {trans.__('Whole file')}
        </label>
        <button type="button" onClick={() => void commands.execute(ID.promote, { steps: [preview.step] })} disabled={analyst.job?.running}>
          {trans.__('Promote')}
        </button>
      </div>
      <p>
        {file.made_by_running
          ? trans.__('Tests are made by running the step; these are of the last promotion.')
          : file.diff
            ? trans.__('What would change on the disk:')
            : trans.__('The same as on the disk.')}
      </p>
      <div className="nbw-Code" role="region" aria-label={file.path} tabIndex={0}>
        {stretches(file, whole).map((one, at) => {
          const cell = one.placed?.cell ?? null;
          const text = one.lines.map((line, n) => (
            <div key={n} className={`nbw-Code-line nbw-mod-${line.kind}`}>
              <span className="nbw-Code-number" aria-hidden="true">{line.line ?? ''}</span>
              <span className="nbw-Code-sign">{SIGNS[line.kind]}</span>
              <code>{line.text}</code>
            </div>
          ));
          return cell === null ? (
            <div key={at}>{text}</div>
          ) : (
            <div
              key={at}
              role="group"
              tabIndex={0}
              aria-label={trans.__('From cell %1, lines %2 to %3; Enter goes there', cell, one.placed!.from, one.placed!.to)}
              className={`nbw-Code-from ${pointed === cell ? 'nbw-mod-pointed' : ''}`}
              onMouseEnter={() => analyst.pointed.emit(cell)}
              onMouseLeave={() => analyst.pointed.emit(null)}
              onFocus={() => analyst.pointed.emit(cell)}
              onBlur={() => analyst.pointed.emit(null)}
              onClick={() => void commands.execute(ID.goTo, { cell, line: one.placed!.from, column: 1 })}
              onKeyDown={event => {
                if (event.key === 'Enter') {
                  event.preventDefault(); // else the editor that gets the focus gets the key too
                  void commands.execute(ID.goTo, { cell, line: one.placed!.from, column: 1 });
                }
              }}
            >
              {text}
            </div>
          );
        })}
      </div>
    </>
  );
}

export class Preview extends ReactWidget {
  constructor(
    private readonly analyst: Analyst,
    private readonly commands: CommandRegistry
  ) {
    super();
    this.addClass('nbw-Preview');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', analyst.trans.__('Preview of a promoted step'));
    analyst.changed.connect(this._refresh, this);
    analyst.pointed.connect(this._point, this);
  }

  step = '';

  override dispose(): void {
    this.analyst.changed.disconnect(this._refresh, this);
    this.analyst.pointed.disconnect(this._point, this);
    this.analyst.pointed.emit(null);
    super.dispose();
  }

  async showStep(step: string): Promise<void> {
    this.step = step;
    this._preview = null;
    await this._ask();
  }

  render(): JSX.Element {
    return (
      <PreviewView
        analyst={this.analyst}
        commands={this.commands}
        preview={this._preview}
        problem={this._problem}
        pointed={this._pointed}
      />
    );
  }

  private _refresh(): void {
    if (this.isVisible && this.analyst.analysis !== this._of) {
      void this._ask();
    } else {
      this.update();
    }
  }

  private _point(_: Analyst, cell: number | null): void {
    this._pointed = cell;
    this.update();
  }

  private async _ask(): Promise<void> {
    const { analyst } = this;
    this._of = analyst.analysis;
    if (!analyst.panel?.content.model) {
      return;
    }
    try {
      const body = { ...analyst.notebook, step: this.step, client: this.id };
      this._preview = await analyst.server.ask<IPreview>('preview', body);
      this._problem = '';
    } catch (error) {
      const { message, hint, status } = error as Error & { hint?: string; status?: number };
      this._problem = status === 409 ? this._problem : `${message} ${hint ?? ''}`;
    }
    this.update();
  }

  private _of: unknown = null;
  private _preview: IPreview | null = null;
  private _problem = '';
  private _pointed: number | null = null;
}
