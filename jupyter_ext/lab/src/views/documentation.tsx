/** Searching the documentation: what was found, each with a way to its page. */

import * as React from 'react';
import { CommandRegistry } from '@lumino/commands';
import { IHit } from '../core/wire';
import { Analyst } from '../lab/analyst';
import { ID } from '../lab/commands';

interface IProps {
  analyst: Analyst;
  commands: CommandRegistry;
}

const CLIENT = `documentation ${Math.random()}`; // a newer search of this window takes an older one's place

export function DocumentationView({ analyst, commands }: IProps): JSX.Element {
  const { trans } = analyst;
  const [text, setText] = React.useState('');
  const [hits, setHits] = React.useState<IHit[] | null>(null);
  const [problem, setProblem] = React.useState('');
  const asked = React.useRef(0);
  const search = async (wanted: string) => {
    setText(wanted);
    const number = ++asked.current;
    if (!wanted.trim()) {
      setHits(null);
      setProblem('');
      return;
    }
    try {
      const found = await analyst.server.ask<{ hits: IHit[] }>('search', { text: wanted, client: CLIENT });
      if (number === asked.current) {
        setHits(found.hits);
        setProblem('');
      }
    } catch (error) {
      if (number === asked.current) {
        setProblem((error as Error).message);
      }
    }
  };
  const open = ({ page, heading }: IHit) => void commands.execute(ID.page, { page, heading });
  return (
    <>
      <h2>{trans.__('Documentation')}</h2>
      <label className="nbw-search">
        {trans.__('Search the documentation')}
        <input
          type="search"
          maxLength={200}
          value={text}
          onChange={event => void search(event.target.value)}
          onKeyDown={event => {
            if (event.key === 'Enter' && hits?.length) {
              open(hits[0]);
            }
          }}
        />
      </label>
      {problem && <p className="nbw-problem" role="alert">✕ {problem}</p>}
      <p role="status">
        {hits === null
          ? trans.__('It needs no network: the pages came with the package.')
          : hits.length
            ? `${trans._n('%1 section', '%1 sections', hits.length)}; ${trans.__('Enter opens the first')}`
            : trans.__('No section holds all of these words.')}
      </p>
      <ul className="nbw-list nbw-Hits">
        {(hits ?? []).map(hit => (
          <li key={`${hit.page} ${hit.heading} ${hit.excerpt}`}>
            <button type="button" onClick={() => open(hit)}>
              {hit.heading}
            </button>
            {hit.title !== hit.heading && <div className="nbw-hint">{hit.title}</div>}
            <div>{hit.excerpt}</div>
          </li>
        ))}
      </ul>
    </>
  );
}
