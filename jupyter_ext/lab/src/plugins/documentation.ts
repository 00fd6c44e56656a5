/** The documentation in the side bar, and its pages beside the notebook: JupyterLab renders them, untrusted. */

import { ILabShell, ILayoutRestorer, JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, MainAreaWidget } from '@jupyterlab/apputils';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { pageOf } from '../core/links';
import { Analyst, IAnalyst } from '../lab/analyst';
import { announce } from '../lab/announce';
import { PAGE, showBeside } from '../lab/beside';
import { ID } from '../lab/commands';
import { focusIn } from '../lab/focus';
import { documentationIcon } from '../lab/icons';
import { Documentation } from '../views/documentationPanel';

const MARKDOWN = 'text/markdown';

export const documentation: JupyterFrontEndPlugin<void> = {
  id: 'notebook-workbench:documentation',
  description: 'Searches and shows the documentation.',
  autoStart: true,
  requires: [IAnalyst, IRenderMimeRegistry],
  optional: [ILayoutRestorer, ICommandPalette, ILabShell],
  activate: (
    app: JupyterFrontEnd,
    analyst: Analyst,
    rendermime: IRenderMimeRegistry,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null,
    lab: ILabShell | null
  ) => {
    const { trans } = analyst;
    const widget = new Documentation(analyst, app.commands);
    widget.title.icon = documentationIcon;
    app.shell.add(widget, 'right', { rank: 720, type: 'Notebook Workbench' });
    restorer?.add(widget, widget.id);
    app.commands.addCommand(ID.documentation, {
      label: trans.__('Search the Documentation'),
      execute: async () => {
        app.shell.activateById(widget.id);
        widget.update();
        await focusIn(widget, 'input');
      }
    });
    let open: MainAreaWidget | null = null;
    const show = async (page: string, heading: string) => {
      const { text } = await analyst.server.ask<{ text: string }>('page', { page });
      const content = rendermime.createRenderer(MARKDOWN);
      await content.renderModel(rendermime.createModel({ data: { [MARKDOWN]: text }, trusted: false }));
      content.addClass('nbw-Page');
      content.node.tabIndex = 0;
      content.node.setAttribute('role', 'document');
      content.node.addEventListener('click', event => follow(event, page), true);
      open?.dispose();
      open = new MainAreaWidget({ content });
      open.id = PAGE;
      open.title.label = text.match(/^# (.+)/m)?.[1].replace(/`/g, '') ?? page;
      open.title.closable = true;
      open.title.icon = documentationIcon;
      content.node.setAttribute('aria-label', open.title.label);
      showBeside(app.shell, lab, open, analyst.panel);
      const headings = [...content.node.querySelectorAll<HTMLElement>('h1, h2, h3, h4')];
      headings.find(one => one.textContent?.replace(/[¶`]/g, '').trim() === heading)?.scrollIntoView();
      content.node.focus({ preventScroll: true });
    };
    const follow = (event: MouseEvent, from: string) => {
      const link = (event.target as HTMLElement).closest('a');
      const target = link && pageOf(from, link.getAttribute('href') ?? '');
      if (target && target !== from) {
        event.preventDefault();
        event.stopPropagation();
        void app.commands.execute(ID.page, { page: target });
      }
    };
    app.commands.addCommand(ID.page, {
      label: trans.__('Read a Page of the Documentation'),
      isVisible: () => false,
      describedBy: {
        args: { type: 'object', properties: { page: { type: 'string' }, heading: { type: 'string' } }, required: ['page'] }
      },
      execute: async args => {
        try {
          await show(String(args.page), String(args.heading ?? ''));
          announce(trans.__('%1 is open.', open?.title.label ?? ''));
        } catch (error) {
          analyst.say(error);
        }
      }
    });
    palette?.addItem({ command: ID.documentation, category: trans.__('Notebook Workbench') });
  }
};
