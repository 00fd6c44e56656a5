/** Searching the catalogue. */

import { IAsset } from './wire';

/** Give the assets whose name, layer, description or columns hold every word. */
export function search(assets: IAsset[], text: string): IAsset[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const told = (one: IAsset) =>
    [one.name, one.layer, one.description, one.owner, one.classification, ...one.columns.map(([name]) => name)].join(' ').toLowerCase();
  return assets.filter(one => words.every(word => told(one).includes(word)));
}
