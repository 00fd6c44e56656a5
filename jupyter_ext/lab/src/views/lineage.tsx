/** The lineage: a drawing, and the same as a list for who does not see it or wants to go there. */

import * as React from 'react';
import { TranslationBundle } from '@jupyterlab/translation';
import { BOX, layout } from '../core/graph';
import { ILineage, INode } from '../core/wire';

interface IProps {
  lineage: ILineage;
  trans: TranslationBundle;
  onChoose: (node: INode) => void;
}

/** Cut a name to what a box holds; its whole is the tooltip, and stands in the list. */
function short(name: string): string {
  return name.length > 17 ? `${name.slice(0, 16)}…` : name;
}

export const Lineage = React.memo(function Lineage({ lineage, trans, onChoose }: IProps): JSX.Element {
  const placed = layout(lineage);
  const id = React.useId();
  const reads = (name: string) => lineage.edges.filter(edge => edge.to === name).map(edge => edge.from);
  const where = (node: INode) => (node.here ? trans.__('this notebook') : node.notebook || trans.__('no notebook'));
  return (
    <>
      <div className="nbw-Lineage-scroll" tabIndex={0} role="region" aria-label={trans.__('Drawing of the lineage')}>
        <svg
          role="img"
          aria-labelledby={`${id}-title`}
          className="nbw-Lineage"
          width={placed.width + 4}
          height={placed.height + 4}
          viewBox={`-2 -2 ${placed.width + 4} ${placed.height + 4}`}
        >
          <title id={`${id}-title`}>
            {trans._n('Lineage of %1 asset; the list below says the same', 'Lineage of %1 assets; the list below says the same', lineage.nodes.length)}
          </title>
          <defs>
            <marker id={`${id}-arrow`} viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">
              <path d="M0 0 L8 4 L0 8 z" className="nbw-Lineage-arrow" />
            </marker>
          </defs>
          {lineage.edges.map(({ from, to }) => {
            const [a, b] = [placed.nodes.get(from), placed.nodes.get(to)];
            if (!a || !b) {
              return null;
            }
            const [halfWidth, halfHeight] = [BOX.width / 2, BOX.height / 2];
            const [x1, y1, x2, y2] = placed.down
              ? [a.x + halfWidth, a.y + BOX.height, b.x + halfWidth, b.y - 2]
              : [a.x + BOX.width, a.y + halfHeight, b.x - 2, b.y + halfHeight];
            const bend = placed.down
              ? `${x1} ${(y1 + y2) / 2} ${x2} ${(y1 + y2) / 2}`
              : `${(x1 + x2) / 2} ${y1} ${(x1 + x2) / 2} ${y2}`;
            return (
              <path
                key={`${from} ${to}`}
                className="nbw-Lineage-edge"
                d={`M${x1} ${y1} C${bend} ${x2} ${y2}`}
                markerEnd={`url(#${id}-arrow)`}
              />
            );
          })}
          {lineage.nodes.map(node => {
            const { x, y } = placed.nodes.get(node.name)!;
            return (
              <g key={node.name} className={`nbw-Lineage-node ${node.here ? 'nbw-mod-here' : ''}`} onClick={() => onChoose(node)}>
                <title>{node.name}</title>
                <rect x={x} y={y} width={BOX.width} height={BOX.height} rx={4} />
                <text x={x + 8} y={y + 18}>{short(node.name)}</text>
                <text x={x + 8} y={y + 34} className="nbw-Lineage-layer">
                  {node.layer || trans.__('outside')}{node.here ? '' : ' ↗'}
                </text>
              </g>
            );
          })}
        </svg>
      </div>
      <details>
        <summary>{trans.__('Lineage as a list')}</summary>
        <ul className="nbw-list">
          {lineage.nodes.map(node => (
            <li key={node.name}>
              <button type="button" className="nbw-link" onClick={() => onChoose(node)} disabled={!node.notebook}>
                {node.name}
              </button>{' '}
              ({[node.layer, where(node)].filter(Boolean).join(', ')}){' '}
              {reads(node.name).length > 0 && trans.__('reads %1', reads(node.name).join(', '))}
            </li>
          ))}
        </ul>
      </details>
    </>
  );
});
