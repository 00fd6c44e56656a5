/** The core that the other plugins stand on: it follows the notebook in front, and says when the server is another. */

import { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { Analyst, IAnalyst } from '../lab/analyst';
import { Server } from '../lab/server';
import { VERSION } from '../version';

const PLUGIN = 'notebook-workbench:plugin';

export const analyst: JupyterFrontEndPlugin<Analyst> = {
  id: PLUGIN,
  description: 'Looks at the notebook in front, a little after every edit.',
  autoStart: true,
  requires: [INotebookTracker],
  optional: [ISettingRegistry, ITranslator],
  provides: IAnalyst,
  activate: (
    app: JupyterFrontEnd,
    tracker: INotebookTracker,
    settings: ISettingRegistry | null,
    translator: ITranslator | null
  ): Analyst => {
    const trans = (translator ?? nullTranslator).load('notebook_workbench');
    const server = new Server(app.serviceManager.serverSettings);
    server.away = trans.__('The Jupyter server does not answer.');
    server.gone = trans.__('The server went away while it was at work; the steps below say how they stand.');
    const contents = app.serviceManager.contents;
    const made = new Analyst(tracker, server, trans, path =>
      // Another drive than the server's own holds other files, whatever their names
      ['', 'RTC'].includes(contents.driveName(path)) ? contents.localPath(path) : path
    );
    server.strange.connect((_, version) => {
      const said = version
        ? trans.__('This page is Notebook Workbench %1, and the server is %2.', VERSION, version)
        : trans.__('The server part of Notebook Workbench is not running.');
      const todo = version
        ? trans.__("Run `pip install --upgrade 'notebook-workbench[lab]'`, restart JupyterLab, and reload this page.")
        : trans.__('Run `jupyter server extension enable jupyter_ext`, and restart JupyterLab.');
      Notification.warning(`${said} ${todo}`, { autoClose: false });
    });
    void settings?.load(PLUGIN).then(loaded => {
      const apply = () => {
        made.delay = Number(loaded.get('delay').composite);
        made.includeNeeded = loaded.get('includeNeeded').composite === true;
        made.refresh();
        document.body.classList.toggle('nbw-mod-noBadges', loaded.get('badges').composite === false);
        document.body.classList.toggle('nbw-mod-noMarks', loaded.get('marks').composite === false);
      };
      loaded.changed.connect(apply);
      apply();
    });
    return made;
  }
};
