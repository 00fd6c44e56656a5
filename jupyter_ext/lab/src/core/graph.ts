/**
 * Where the nodes of a lineage stand: ranks by the longest way from a source, in them the order given. Ranks are columns,
 * or rows where no rank is longer than there are ranks: a panel is narrow.
 */

import { ILineage } from './wire';

export interface IPlacedNode {
  name: string;
  x: number;
  y: number;
}

export interface ILayout {
  nodes: Map<string, IPlacedNode>;
  width: number;
  height: number;
  down: boolean;
}

export const BOX = { width: 150, height: 44, along: 48, across: 18, below: 28 };

/** Lay a graph out; a circle, which the compiler refuses, is laid out as far as it goes. */
export function layout(lineage: ILineage): ILayout {
  const ranks = new Map(lineage.nodes.map(node => [node.name, 0]));
  for (let round = 0; round < lineage.nodes.length; round++) {
    let moved = false;
    for (const { from, to } of lineage.edges) {
      const wanted = (ranks.get(from) ?? 0) + 1;
      if (from !== to && (ranks.get(to) ?? 0) < wanted && wanted < lineage.nodes.length) {
        ranks.set(to, wanted);
        moved = true;
      }
    }
    if (!moved) {
      break;
    }
  }
  const used = new Map<number, number>();
  const places = lineage.nodes.map(({ name }) => {
    const rank = ranks.get(name) ?? 0;
    const place = used.get(rank) ?? 0;
    used.set(rank, place + 1);
    return { name, rank, place };
  });
  const count = Math.max(0, ...ranks.values()) + 1;
  const longest = Math.max(0, ...used.values());
  const down = longest <= count;
  const [columns, rows] = down ? [longest, count] : [count, longest];
  const [gapX, gapY] = down ? [BOX.across, BOX.below] : [BOX.along, BOX.across];
  const nodes = new Map<string, IPlacedNode>();
  for (const { name, rank, place } of places) {
    const [column, row] = down ? [place, rank] : [rank, place];
    nodes.set(name, { name, x: column * (BOX.width + gapX), y: row * (BOX.height + gapY) });
  }
  const room = (of: number, size: number, gap: number) => (places.length ? of * (size + gap) - gap : 0);
  return { nodes, width: room(columns, BOX.width, gapX), height: room(rows, BOX.height, gapY), down };
}
