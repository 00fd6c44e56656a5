/** Where the keys go: at once to where a command leads, since keys pressed until then would change the notebook or be lost. */

import { Notebook } from '@jupyterlab/notebook';
import { ReactWidget } from '@jupyterlab/ui-components';

/** Give the focus to the active cell now: a widget's `activate` does so only in a later turn. */
export function focusCell(notebook: Notebook): void {
  notebook.activeCell?.node.focus({ preventScroll: true });
}

/** Give the focus to the sum of what was found, above the lists of the panel: what was pressed goes with its place. */
export function focusSummary(pressed: HTMLElement): void {
  pressed.closest('.nbw-Panel')?.querySelector<HTMLElement>('.nbw-summary')?.focus();
}

/**
 * Give the focus to a widget now, and to a part of it once that is drawn, unless one has gone on meanwhile.
 *
 * @param widget what is shown.
 * @param part selects what is to have the focus.
 * @param filled is done when the widget knows what it has to draw.
 */
export async function focusIn(widget: ReactWidget, part: string, filled?: Promise<unknown>): Promise<void> {
  const { node } = widget;
  const wanted = () => node.querySelector<HTMLElement>(part);
  node.tabIndex = -1;
  (wanted() ?? node).focus();
  await filled;
  await widget.renderPromise;
  if ([node, document.body, null].includes(document.activeElement as HTMLElement | null)) {
    wanted()?.focus();
  }
}
