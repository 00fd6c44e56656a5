/** The catalogue in the side bar, and a key that inserts `x = load_asset("…")`. */

import { ILayoutRestorer, JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { Analyst, IAnalyst } from '../lab/analyst';
import { announce } from '../lab/announce';
import { ID } from '../lab/commands';
import { focusIn } from '../lab/focus';
import { catalogueIcon } from '../lab/icons';
import { Catalogue } from '../views/catalogue';

export const catalogue: JupyterFrontEndPlugin<void> = {
  id: 'notebook-workbench:catalogue',
  description: 'Shows the assets of the project.',
  autoStart: true,
  requires: [IAnalyst],
  optional: [ILayoutRestorer, ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    analyst: Analyst,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null
  ) => {
    const { trans } = analyst;
    const widget = new Catalogue(analyst, app.commands);
    widget.title.icon = catalogueIcon;
    app.shell.add(widget, 'right', { rank: 710, type: 'Notebook Workbench' });
    restorer?.add(widget, widget.id);
    app.commands.addCommand(ID.catalogue, {
      label: trans.__('Show the Catalogue of Assets'),
      execute: async () => {
        app.shell.activateById(widget.id);
        await focusIn(widget, 'input', widget.ask());
      }
    });
    app.commands.addCommand(ID.insert, {
      label: args => (args.name ? trans.__('Insert %1', String(args.name)) : trans.__('Insert an Asset…')),
      describedBy: { args: { type: 'object', properties: { name: { type: 'string' } } } },
      isEnabled: () => analyst.panel !== null,
      execute: async args => {
        const cell = analyst.panel?.content.activeCell;
        if (typeof args.name !== 'string' || !cell) {
          return app.commands.execute(ID.catalogue);
        }
        const line = `${args.name} = load_asset("${args.name}")`;
        const source = cell.model.sharedModel.getSource();
        const at = cell.editor?.getOffsetAt(cell.editor.getCursorPosition()) ?? source.length;
        const before = source.lastIndexOf('\n', at - 1) + 1;
        const text = source.slice(before, at).trim() ? `\n${line}` : line;
        cell.model.sharedModel.updateSource(at, at, text + (source.slice(at).startsWith('\n') || at === source.length ? '' : '\n'));
        announce(trans.__('%1 stands in the cell.', line));
        return null;
      }
    });
    for (const command of [ID.catalogue, ID.insert]) {
      palette?.addItem({ command, category: trans.__('Notebook Workbench') });
    }
  }
};
