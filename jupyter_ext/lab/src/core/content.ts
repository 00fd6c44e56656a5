/** A notebook as it is sent to the server: sources, tags and options, and nothing that a run left. */

interface ICellLike {
  cell_type: string;
  source: string | string[];
  id?: string;
  metadata?: Record<string, unknown>;
}

interface INotebookLike {
  nbformat: number;
  nbformat_minor: number;
  metadata: Record<string, unknown>;
  cells: ICellLike[];
}

/** Leave out outputs, counts, attachments and other tools' metadata. */
export function lean(notebook: INotebookLike): Record<string, unknown> {
  const { kernelspec, language_info } = notebook.metadata as Record<string, Record<string, unknown> | undefined>;
  const spec = kernelspec && { name: kernelspec.name, language: kernelspec.language };
  return {
    nbformat: notebook.nbformat,
    nbformat_minor: notebook.nbformat_minor,
    metadata: {
      ...(spec ? { kernelspec: spec } : {}),
      ...(language_info ? { language_info: { name: language_info.name } } : {})
    },
    cells: notebook.cells.map(cell => ({
      cell_type: cell.cell_type,
      ...(cell.id ? { id: cell.id } : {}),
      source: cell.source,
      metadata: Object.fromEntries(
        Object.entries(cell.metadata ?? {}).filter(([key]) => key === 'tags' || key === 'workbench')
      )
    }))
  };
}

/** Give the shortest stretch of a text that has to change to make another of it: what stays keeps its history. */
export function stretch(before: string, after: string): { start: number; end: number; text: string } {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) {
    start++;
  }
  let tail = 0;
  while (tail < shorter - start && before[before.length - 1 - tail] === after[after.length - 1 - tail]) {
    tail++;
  }
  return { start, end: before.length - tail, text: after.slice(start, after.length - tail) };
}
