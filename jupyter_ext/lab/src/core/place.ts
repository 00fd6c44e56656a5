/** From the server's lines and columns (from 1, in characters) to offsets in a cell's text. */

export interface IRange {
  from: number;
  to: number;
}

/** Give the stretch of a cell's text that a finding is about: the word at its place, else its line, else the first. */
export function rangeOf(text: string, line: number | null, column: number | null): IRange {
  const lines = text.split('\n');
  const at = Math.min(Math.max((line ?? 1) - 1, 0), lines.length - 1);
  const start = lines.slice(0, at).reduce((sum, one) => sum + one.length + 1, 0);
  const characters = [...lines[at]];
  if (column === null || line === null) {
    return { from: start, to: start + lines[at].length };
  }
  const before = characters.slice(0, Math.max(column - 1, 0)).join('').length;
  const rest = lines[at].slice(before);
  const word = /^[\p{L}\p{N}_]+/u.exec(rest)?.[0].length ?? Math.min(1, rest.length);
  return { from: start + before, to: start + before + word };
}
