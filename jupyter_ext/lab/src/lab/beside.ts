/** Where a page of ours is shown: behind another of ours that is open, else to the right of the notebook. */

import { ILabShell, JupyterFrontEnd } from '@jupyterlab/application';
import { NotebookPanel } from '@jupyterlab/notebook';
import { Widget } from '@lumino/widgets';

export const PAGE = 'notebook-workbench-page';
export const PREVIEW = 'notebook-workbench-preview';

/** A notebook that is narrower is not halved: the page is a tab in front of it. */
const WIDE = 600; // pixels, as the page counts them: a window of 1366 has half as many at 200 %

/**
 * Show a page; a third column would leave none of the three wide enough to be read.
 *
 * @param lab JupyterLab's shell; without it, as in Notebook 7, the main area holds the notebook alone, and the page
 * stands in the side bar.
 */
export function showBeside(shell: JupyterFrontEnd.IShell, lab: ILabShell | null, widget: Widget, panel: NotebookPanel | null): void {
  if (!widget.isAttached) {
    const other = [...shell.widgets('main')].find(one => one.id === PAGE || one.id === PREVIEW);
    const halved = !panel || panel.node.offsetWidth >= WIDE;
    const place = other
      ? { mode: 'tab-after' as const, ref: other.id }
      : { mode: halved ? ('split-right' as const) : ('tab-after' as const), ref: panel?.id };
    shell.add(widget, lab ? 'main' : 'right', lab ? place : { rank: 730 });
  }
  shell.activateById(widget.id);
}
