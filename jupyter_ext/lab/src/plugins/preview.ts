/** The preview beside the notebook; the cell that it points at is framed, and the code that a cell became too. */

import { ILabShell, JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, MainAreaWidget } from '@jupyterlab/apputils';
import { NotebookPanel } from '@jupyterlab/notebook';
import { roleOf } from '../core/tags';
import { Analyst, IAnalyst } from '../lab/analyst';
import { PREVIEW, showBeside } from '../lab/beside';
import { tagsOf } from '../lab/cells';
import { ID } from '../lab/commands';
import { focusIn } from '../lab/focus';
import { promoteIcon } from '../lab/icons';
import { Preview } from '../views/preview';

export const preview: JupyterFrontEndPlugin<void> = {
  id: 'notebook-workbench:preview',
  description: 'Shows what promotion would write.',
  autoStart: true,
  requires: [IAnalyst],
  optional: [ILabShell, ICommandPalette],
  activate: (app: JupyterFrontEnd, analyst: Analyst, shell: ILabShell | null, palette: ICommandPalette | null) => {
    const { trans } = analyst;
    let area: MainAreaWidget<Preview> | null = null;
    const here = (): string => {
      const cell = analyst.panel?.content.activeCell;
      const role = cell ? roleOf(tagsOf(cell.model.sharedModel)) : null;
      const named = role && analyst.analysis?.steps.find(step => step.tag === role.tag || step.name === role.name);
      return named?.tag ?? analyst.analysis?.steps[0]?.tag ?? '';
    };
    app.commands.addCommand(ID.preview, {
      label: trans.__('Preview the Promoted Step'),
      caption: trans.__('Show the module and tests beside the notebook, as a diff'),
      describedBy: { args: { type: 'object', properties: { step: { type: 'string' } } } },
      isEnabled: () => here() !== '',
      execute: async args => {
        if (!area || area.isDisposed) {
          const content = new Preview(analyst, app.commands);
          area = new MainAreaWidget({ content });
          area.id = PREVIEW;
          area.title.label = trans.__('Preview');
          area.title.icon = promoteIcon;
          area.title.closable = true;
        }
        const step = String(args.step ?? here());
        showBeside(app.shell, shell, area, analyst.panel);
        await focusIn(area.content, '.nbw-Code, select', area.content.showStep(step));
      }
    });
    analyst.pointed.connect((_, cell) => {
      analyst.panel?.content.widgets.forEach((widget, at) => widget.toggleClass('nbw-mod-pointed', at + 1 === cell));
    });
    const follow = (panel: NotebookPanel) => {
      const emit = () => {
        if (area?.isVisible && panel === analyst.panel) {
          analyst.pointed.emit(panel.content.activeCellIndex + 1);
        }
      };
      panel.content.activeCellChanged.connect(emit);
      panel.content.node.addEventListener('mouseover', event => {
        const cell = (event.target as Element).closest('.jp-Cell');
        if (area?.isVisible && cell) {
          const at = panel.content.widgets.findIndex(widget => widget.node === cell);
          analyst.pointed.emit(at < 0 ? null : at + 1);
        }
      });
    };
    analyst.tracker.widgetAdded.connect((_, panel) => follow(panel));
    palette?.addItem({ command: ID.preview, category: trans.__('Notebook Workbench') });
  }
};
