/** Where the nodes of a lineage stand: columns by the longest way from a source, rows in the order given. */

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
}

export const BOX = { width: 150, height: 44, gapX: 48, gapY: 18 };

/** Lay a graph out; a circle, which the compiler refuses, is laid out as far as it goes. */
export function layout(lineage: ILineage): ILayout {
  const column = new Map(lineage.nodes.map(node => [node.name, 0]));
  for (let round = 0; round < lineage.nodes.length; round++) {
    let moved = false;
    for (const { from, to } of lineage.edges) {
      const wanted = (column.get(from) ?? 0) + 1;
      if (from !== to && (column.get(to) ?? 0) < wanted && wanted < lineage.nodes.length) {
        column.set(to, wanted);
        moved = true;
      }
    }
    if (!moved) {
      break;
    }
  }
  const used = new Map<number, number>();
  const nodes = new Map<string, IPlacedNode>();
  for (const { name } of lineage.nodes) {
    const x = column.get(name) ?? 0;
    const y = used.get(x) ?? 0;
    used.set(x, y + 1);
    nodes.set(name, { name, x: x * (BOX.width + BOX.gapX), y: y * (BOX.height + BOX.gapY) });
  }
  const columns = Math.max(0, ...column.values()) + 1;
  const rows = Math.max(0, ...used.values());
  return {
    nodes,
    width: columns * (BOX.width + BOX.gapX) - BOX.gapX,
    height: Math.max(0, rows * (BOX.height + BOX.gapY) - BOX.gapY)
  };
}
