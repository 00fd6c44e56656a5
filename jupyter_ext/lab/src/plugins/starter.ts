/** A new notebook of a layer, from the launcher. */

import { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import { ILauncher } from '@jupyterlab/launcher';
import { notebookIcon } from '@jupyterlab/ui-components';
import { LAYERS } from '../core/tags';
import { Analyst, IAnalyst } from '../lab/analyst';
import { ID } from '../lab/commands';

export const starter: JupyterFrontEndPlugin<void> = {
  id: 'notebook-workbench:starter',
  description: 'Begins notebooks from the template of a layer.',
  autoStart: true,
  requires: [IAnalyst],
  optional: [ILauncher, IDefaultFileBrowser, ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    analyst: Analyst,
    launcher: ILauncher | null,
    browser: IDefaultFileBrowser | null,
    palette: ICommandPalette | null
  ) => {
    const { trans } = analyst;
    const contents = app.serviceManager.contents;
    /** Give the folder for notebooks of a layer: at the root of a project that has one it is that, else where one is. */
    const folderOf = async (layer: string, here: string): Promise<string> => {
      const wanted = PathExt.join(here, 'notebooks', layer);
      return contents.get(wanted, { content: false }).then(
        found => (found.type === 'directory' ? wanted : here),
        () => here
      );
    };
    app.commands.addCommand(ID.starter, {
      label: args => trans.__('New %1 notebook', String(args.layer ?? LAYERS[0])),
      caption: args => trans.__('A notebook to begin the %1 layer with', String(args.layer ?? LAYERS[0])),
      icon: notebookIcon,
      describedBy: { args: { type: 'object', properties: { layer: { type: 'string' }, cwd: { type: 'string' } } } },
      execute: async args => {
        const layer = String(args.layer ?? LAYERS[0]);
        try {
          const content = await analyst.server.get<never>(`starter/${layer}`);
          const path = await folderOf(layer, String(args.cwd ?? browser?.model.path ?? ''));
          const made = await contents.newUntitled({ path, type: 'notebook' });
          await contents.save(made.path, { type: 'notebook', format: 'json', content });
          return await app.commands.execute('docmanager:open', { path: made.path });
        } catch (error) {
          analyst.say(error);
          return null;
        }
      }
    });
    // In that category the launcher takes a picture's address, and without one the label's first letter
    const kernelIconUrl = `data:image/svg+xml,${encodeURIComponent(notebookIcon.svgstr)}`;
    LAYERS.forEach((layer, at) => {
      // Beside JupyterLab's own notebooks, after every kernel: a category of ours stands below what most windows show
      const category = trans.__('Notebook');
      launcher?.add({ command: ID.starter, args: { layer }, category, rank: 100 + at, kernelIconUrl });
      palette?.addItem({ command: ID.starter, args: { layer }, category: trans.__('Notebook Workbench') });
    });
  }
};
