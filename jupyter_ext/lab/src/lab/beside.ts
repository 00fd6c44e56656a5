/** Where a page of ours is shown: behind another of ours that is open, else to the right of the notebook. */

import { JupyterFrontEnd } from '@jupyterlab/application';
import { DocumentRegistry } from '@jupyterlab/docregistry';
import { NotebookPanel } from '@jupyterlab/notebook';

export const PAGE = 'notebook-workbench-page';
export const PREVIEW = 'notebook-workbench-preview';

/** Give the place; a third column would leave none of the three wide enough to be read. */
export function beside(shell: JupyterFrontEnd.IShell, panel: NotebookPanel | null): DocumentRegistry.IOpenOptions {
  const other = [...shell.widgets('main')].find(one => one.id === PAGE || one.id === PREVIEW);
  return other ? { mode: 'tab-after', ref: other.id } : { mode: 'split-right', ref: panel?.id };
}
