/** A unified diff, line by line. */

export type DiffKind = 'same' | 'added' | 'removed' | 'place';

export interface IDiffLine {
  kind: DiffKind;
  text: string;
  /** The number of the line in the new file, from 1; null where it is not in it. */
  line: number | null;
}

/** Read the diff of one file; without changes, the file itself is given, all of it the same. */
export function diffLines(diff: string, text: string): IDiffLine[] {
  if (!diff) {
    const lines = text.replace(/\n$/, '').split('\n');
    return lines.map((one, at) => ({ kind: 'same', text: one, line: at + 1 }));
  }
  const found: IDiffLine[] = [];
  let line = 0;
  for (const one of diff.replace(/\n$/, '').split('\n')) {
    const hunk = /^@@ -\d+(?:,\d+)? \+(\d+)/.exec(one);
    if (hunk) {
      line = Number(hunk[1]);
      found.push({ kind: 'place', text: one, line: null });
    } else if (line === 0) {
      continue; // the two lines that name the files
    } else if (one.startsWith('-')) {
      found.push({ kind: 'removed', text: one.slice(1), line: null });
    } else {
      found.push({ kind: one.startsWith('+') ? 'added' : 'same', text: one.slice(1), line: line++ });
    }
  }
  return found;
}
