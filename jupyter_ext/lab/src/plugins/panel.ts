/** The panel in the side bar, and the ways to and from it. */

import { ILabShell, ILayoutRestorer, JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { Analyst, IAnalyst } from '../lab/analyst';
import { announce } from '../lab/announce';
import { goTo } from '../lab/cells';
import { ID } from '../lab/commands';
import { focusIn } from '../lab/focus';
import { promoteIcon } from '../lab/icons';
import { PromotePanel } from '../views/panel';

export const panel: JupyterFrontEndPlugin<void> = {
  id: 'notebook-workbench:panel',
  description: 'Shows what the notebook would become.',
  autoStart: true,
  requires: [IAnalyst],
  optional: [ILabShell, ILayoutRestorer, ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    analyst: Analyst,
    shell: ILabShell | null,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null
  ) => {
    const { trans } = analyst;
    const widget = new PromotePanel(analyst, app.commands);
    widget.title.icon = promoteIcon;
    app.shell.add(widget, 'right', { rank: 700, type: 'Notebook Workbench' });
    restorer?.add(widget, widget.id);
    app.commands.addCommand(ID.panel, {
      label: trans.__('Show the Promote Panel'),
      execute: async () => {
        app.shell.activateById(widget.id);
        analyst.refresh(); // a module may have been edited meanwhile
        await focusIn(widget, 'button:not(:disabled), summary');
      }
    });
    app.commands.addCommand(ID.goTo, {
      label: trans.__('Go to a Cell'),
      isVisible: () => false,
      describedBy: {
        args: { type: 'object', properties: { cell: { type: 'number' }, line: {}, column: {} }, required: ['cell'] }
      },
      execute: async args => {
        if (analyst.panel) {
          shell?.activateById(analyst.panel.id);
          await goTo(analyst.panel, Number(args.cell), args.line as number | null, args.column as number | null);
        }
      }
    });
    let at = -1;
    app.commands.addCommand(ID.nextFinding, {
      label: trans.__('Go to the Next Finding'),
      isEnabled: () => analyst.panel !== null,
      execute: async () => {
        const findings = analyst.analysis?.findings.filter(one => one.cell !== null) ?? [];
        if (!findings.length) {
          announce(trans.__('Nothing stands in the way.'));
          return;
        }
        at = (at + 1) % findings.length;
        announce(`${findings[at].code} ${findings[at].message} ${findings[at].hint}`);
        await app.commands.execute(ID.goTo, { ...findings[at] } as never);
      }
    });
    app.commands.addCommand(ID.fix, {
      label: trans.__('Fix the First Finding That Can Be Fixed'),
      isEnabled: () => analyst.analysis?.findings.some(one => one.fix !== null) ?? false,
      execute: async () => {
        const finding = analyst.analysis?.findings.find(one => one.fix !== null);
        if (finding) {
          await analyst.fix(finding);
        }
      }
    });
    app.commands.addCommand(ID.suggest, {
      label: trans.__('Suggest Steps for This Notebook'),
      caption: trans.__('Tag the cells that make a table worth keeping'),
      isEnabled: () => analyst.panel !== null,
      execute: () => analyst.suggest()
    });
    for (const command of [ID.panel, ID.suggest, ID.nextFinding, ID.fix]) {
      palette?.addItem({ command, category: trans.__('Notebook Workbench') });
    }
  }
};
