/** The project's assets, for who explores: search, look, insert. */

import * as React from 'react';
import { ReactWidget } from '@jupyterlab/apputils';
import { CommandRegistry } from '@lumino/commands';
import { search } from '../core/search';
import { IAsset, IPeek } from '../core/wire';
import { Analyst } from '../lab/analyst';
import { ID } from '../lab/commands';
import { breakable, rowsText } from './words';

interface IProps {
  analyst: Analyst;
  commands: CommandRegistry;
  assets: IAsset[] | null;
  problem: string;
}

function Peek({ peek }: { peek: IPeek }): JSX.Element {
  return (
    <div className="nbw-Lineage-scroll" tabIndex={0} role="region" aria-label={peek.asset}>
      <table className="nbw-table">
        <thead>
          <tr>{peek.columns.map(name => <th key={name} scope="col">{name}</th>)}</tr>
        </thead>
        <tbody>
          {peek.rows.map((row, at) => (
            <tr key={at}>{row.map((value, n) => <td key={n}>{value}</td>)}</tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Asset({ asset, analyst, commands }: Omit<IProps, 'assets' | 'problem'> & { asset: IAsset }): JSX.Element {
  const { trans } = analyst;
  const [peek, setPeek] = React.useState<IPeek | null>(null);
  const known = asset.rows === null ? trans.__('rows not known') : rowsText(asset.rows, trans);
  const rows = asset.rows === null || asset.made ? known : trans.__('%1 when it was proven', known);
  const written = asset.written ? new Date(asset.written).toLocaleString() : trans.__('never made here');
  const look = async () => {
    try {
      setPeek(await analyst.server.ask<IPeek>('peek', { path: analyst.path, asset: asset.name }));
    } catch (error) {
      analyst.say(error);
    }
  };
  return (
    <li>
      <div>
        <span className={`nbw-Layer nbw-mod-${asset.layer}`}>{asset.layer}</span> <strong>{breakable(asset.name)}</strong>
      </div>
      {asset.description && <div>{asset.description}</div>}
      <div className="nbw-hint">
        {rows}; {written};{' '}
        {asset.classification || trans.__('not classified')}
        {asset.partitions !== null && `; ${trans._n('%1 partition', '%1 partitions', asset.partitions)}`}
      </div>
      <div className="nbw-actions">
        <button type="button" onClick={() => void commands.execute(ID.insert, { name: asset.name })}>
          {trans.__('Insert %1', asset.name)}
        </button>
        {asset.peek && asset.made && (
          <button type="button" aria-expanded={peek !== null} onClick={() => (peek ? setPeek(null) : void look())}>
            {trans.__('Rows of %1', asset.name)}
          </button>
        )}
      </div>
      {peek && <Peek peek={peek} />}
      {asset.columns.length > 0 && (
        <details>
          <summary>{trans._n('%1 column', '%1 columns', asset.columns.length)}</summary>
          <ul className="nbw-list">
            {asset.columns.map(([name, type]) => (
              <li key={name}><code>{name}</code> {type}</li>
            ))}
          </ul>
        </details>
      )}
    </li>
  );
}

export function CatalogueView({ analyst, commands, assets, problem }: IProps): JSX.Element {
  const { trans } = analyst;
  const [text, setText] = React.useState('');
  if (problem) {
    return <p className="nbw-problem" role="alert">✕ {problem}</p>;
  }
  if (!assets) {
    const said = analyst.panel ? trans.__('Looking at the project') : trans.__('Open a notebook of a project to see its assets.');
    return <p role="status">{said}</p>;
  }
  const found = search(assets, text);
  return (
    <>
      <h2>{trans.__('Catalogue')}</h2>
      <label className="nbw-search">
        {trans.__('Search assets')}
        <input
          type="search"
          value={text}
          onChange={event => setText(event.target.value)}
          onKeyDown={event => {
            if (event.key === 'Enter' && found.length) {
              void commands.execute(ID.insert, { name: found[0].name });
            }
          }}
        />
      </label>
      <p role="status">
        {assets.length ? trans._n('%1 asset', '%1 assets', found.length) : trans.__('No asset yet: tag a cell as a step, and save the notebook.')}
        {text && found.length > 0 && `; ${trans.__('Enter inserts %1', found[0].name)}`}
      </p>
      <ul className="nbw-list">
        {found.map(asset => (
          <Asset key={`${asset.layer} ${asset.name}`} asset={asset} analyst={analyst} commands={commands} />
        ))}
      </ul>
    </>
  );
}

export class Catalogue extends ReactWidget {
  constructor(
    private readonly analyst: Analyst,
    private readonly commands: CommandRegistry
  ) {
    super();
    this.id = 'notebook-workbench-catalogue';
    this.addClass('nbw-Panel');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', analyst.trans.__('Catalogue'));
    this.title.caption = analyst.trans.__('Catalogue: the assets of the project');
    analyst.tracker.currentChanged.connect(() => this.isVisible && void this.ask());
    // A server that did not answer is asked again by the analyst
    analyst.changed.connect(() => this.isVisible && this._problem && !analyst.problem && void this.ask());
  }

  protected override onAfterShow(): void {
    void this.ask();
  }

  /** Look at the project again. */
  async ask(): Promise<void> {
    if (!this.analyst.panel) {
      return;
    }
    this.update();
    try {
      const found = await this.analyst.server.ask<{ assets: IAsset[] }>('catalogue', { path: this.analyst.path });
      this._assets = found.assets;
      this._problem = '';
    } catch (error) {
      const { message, hint } = error as Error & { hint?: string };
      this._problem = `${message} ${hint ?? ''}`;
    }
    this.update();
  }

  render(): JSX.Element {
    return <CatalogueView analyst={this.analyst} commands={this.commands} assets={this._assets} problem={this._problem} />;
  }

  private _assets: IAsset[] | null = null;
  private _problem = '';
}
