/** The lines of a generated file, those that came from one stretch of a cell together. */

import { diffLines, IDiffLine } from './diff';
import { IFile, IPlaced } from './wire';

export interface IStretch {
  placed: IPlaced | null;
  lines: IDiffLine[];
}

/** Put lines that came from one cell together. */
export function stretches(file: IFile, whole: boolean): IStretch[] {
  const found: IStretch[] = [];
  for (const line of diffLines(whole ? '' : file.diff, file.text)) {
    const placed = line.line === null ? null : (file.map.find(one => one.first <= line.line! && line.line! <= one.last) ?? null);
    const last = found[found.length - 1];
    if (last && last.placed === placed) {
      last.lines.push(line);
    } else {
      found.push({ placed, lines: [line] });
    }
  }
  return found;
}
