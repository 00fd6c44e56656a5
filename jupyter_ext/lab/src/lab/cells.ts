/** The notebook's shared model: what is read from it, and the edits, which undo and collaboration both follow. */

import { Cell } from '@jupyterlab/cells';
import { INotebookModel, NotebookPanel } from '@jupyterlab/notebook';
import { lean, stretch } from '../core/content';
import { rangeOf } from '../core/place';
import { withRole } from '../core/tags';
import { IFixed } from '../core/wire';
import { focusCell } from './focus';

type SharedCell = Cell['model']['sharedModel'];

export function tagsOf(cell: SharedCell): string[] {
  const tags = cell.getMetadata('tags');
  return Array.isArray(tags) ? tags.filter((tag): tag is string => typeof tag === 'string') : [];
}

export function optionsOf(cell: SharedCell): Record<string, unknown> {
  const options = cell.getMetadata('workbench');
  return options && typeof options === 'object' && !Array.isArray(options) ? (options as Record<string, unknown>) : {};
}

/** Make an edit of a cell that one undo takes back: the cell keeps its own history, and this is no part of the typing. */
function edit(cell: SharedCell, change: () => void): void {
  (cell as unknown as { undoManager?: { stopCapturing(): void } | null }).undoManager?.stopCapturing();
  cell.transact(change);
}

function setTags(cell: SharedCell, tags: string[]): void {
  if (tags.length) {
    cell.setMetadata('tags', tags);
  } else {
    cell.deleteMetadata('tags');
  }
}

/** Give a cell another role, or none. */
export function tagCell(cell: SharedCell, tag: string): void {
  edit(cell, () => setTags(cell, withRole(tagsOf(cell), tag)));
}

/** Set the options of a cell; without any, the key goes. */
export function setOptions(cell: SharedCell, options: Record<string, unknown> | null): void {
  edit(cell, () => putOptions(cell, options));
}

function putOptions(cell: SharedCell, options: Record<string, unknown> | null): void {
  if (options && Object.keys(options).length) {
    cell.setMetadata('workbench', options as never);
  } else {
    cell.deleteMetadata('workbench');
  }
}

/** Give the notebook as it is sent: read cell by cell, so that large outputs are never copied. */
export function contentOf(model: INotebookModel): Record<string, unknown> {
  const shared = model.sharedModel;
  return lean({
    nbformat: shared.nbformat,
    nbformat_minor: shared.nbformat_minor,
    metadata: shared.metadata as Record<string, unknown>,
    cells: shared.cells.map(cell => ({
      cell_type: cell.cell_type,
      id: cell.getId(),
      source: cell.getSource(),
      metadata: { tags: tagsOf(cell as SharedCell), workbench: cell.getMetadata('workbench') ?? {} }
    }))
  });
}

/**
 * Put into the cells what a fix made of them.
 *
 * @param whole whether one undo of the notebook takes all of it back, as it does where a cell was made; else each cell
 * keeps its own history.
 */
export function applyFixed(model: INotebookModel, cells: IFixed['cells'], whole = cells.some(one => one.made)): void {
  const shared = model.sharedModel;
  const made = cells.filter(one => one.made);
  const changed = cells
    .filter(one => !one.made)
    .map(one => ({ one, cell: shared.getCell(before(one.position, made) - 1) as SharedCell }));
  if (!whole) {
    changed.forEach(({ one, cell }) => edit(cell, () => put(cell, one)));
    return;
  }
  shared.transact(() => {
    changed.forEach(({ one, cell }) => put(cell, one));
    for (const { position, source, tags } of made) {
      shared.insertCell(position - 1, { cell_type: 'code', source, metadata: tags.length ? { tags } : {} });
    }
  });
}

/** Where a cell stood before others were made above it. */
function before(position: number, made: IFixed['cells']): number {
  return position - made.filter(one => one.position < position).length;
}

function put(cell: SharedCell, one: IFixed['cells'][number]): void {
  const { start, end, text } = stretch(cell.getSource(), one.source);
  if (start !== end || text) {
    cell.updateSource(start, end, text);
  }
  if (JSON.stringify(tagsOf(cell)) !== JSON.stringify(one.tags)) {
    setTags(cell, one.tags);
  }
  if (JSON.stringify(optionsOf(cell)) !== JSON.stringify(one.options ?? {})) {
    putOptions(cell, one.options);
  }
}

/** Go to a place of a notebook and put the cursor there: cells and lines count from 1. */
export async function goTo(panel: NotebookPanel, cell: number, line: number | null, column: number | null): Promise<void> {
  const notebook = panel.content;
  const widget = notebook.widgets[cell - 1];
  if (!widget) {
    return;
  }
  notebook.deselectAll();
  notebook.activeCellIndex = cell - 1;
  await notebook.scrollToCell(widget);
  await widget.ready;
  focusCell(notebook);
  if (line !== null && widget.editor) {
    notebook.mode = 'edit';
    const offset = rangeOf(widget.model.sharedModel.getSource(), line, column).from;
    widget.editor.setCursorPosition(widget.editor.getPositionAt(offset)!);
    widget.editor.focus();
  }
}
