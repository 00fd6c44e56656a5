/** Tags one can see and choose: badges, the menu in a cell's toolbar, running and finding the cells of a step. */

import { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { Cell } from '@jupyterlab/cells';
import { INotebookTracker, NotebookActions, NotebookPanel } from '@jupyterlab/notebook';
import { CommandRegistry } from '@lumino/commands';
import { Menu } from '@lumino/widgets';
import { cellsOf, neighbour, offered, roleOf } from '../core/tags';
import { Analyst, IAnalyst } from '../lab/analyst';
import { Badge } from '../lab/badge';
import { tagCell, tagsOf } from '../lab/cells';
import { ID } from '../lab/commands';
import { focusCell } from '../lab/focus';
import { announce } from '../lab/announce';

const badges = new WeakMap<Cell, Badge>();

function decorate(panel: NotebookPanel, analyst: Analyst): void {
  const known = () => [...(analyst.analysis?.names ?? []), ...allTags(panel).flatMap(tags => roleOf(tags)?.tag ?? [])];
  const compute = (tag: string) =>
    analyst.panel === panel
      ? String(analyst.analysis?.steps.find(step => step.tag === tag)?.compute?.kind ?? '')
      : '';
  const back = () => focusCell(panel.content);
  for (const cell of panel.content.widgets) {
    if (!badges.has(cell)) {
      badges.set(cell, new Badge(cell, analyst.trans, known, compute, back, announce));
    }
  }
}

function allTags(panel: NotebookPanel): string[][] {
  return panel.content.widgets.map(cell => (cell.model.type === 'code' ? tagsOf(cell.model.sharedModel) : []));
}

function addCommands(commands: CommandRegistry, tracker: INotebookTracker, analyst: Analyst): void {
  const { trans } = analyst;
  const code = () => tracker.activeCell?.model.type === 'code';
  const stepTag = (): string => {
    const role = tracker.activeCell ? roleOf(tagsOf(tracker.activeCell.model.sharedModel)) : null;
    return role?.kind === 'step' ? role.tag : '';
  };
  commands.addCommand(ID.tag, {
    label: args => (args.tag ? trans.__('Tag cell %1', String(args.tag)) : trans.__('Tag Cell…')),
    caption: trans.__('Say which step of which layer the cell belongs to'),
    describedBy: { args: { type: 'object', properties: { tag: { type: 'string' } } } },
    isEnabled: () => code(),
    execute: async args => {
      const cell = tracker.activeCell;
      if (cell && typeof args.tag === 'string') {
        const panel = tracker.currentWidget!;
        for (const one of panel.content.widgets) {
          if (one === cell || (panel.content.isSelected(one) && one.model.type === 'code')) {
            tagCell(one.model.sharedModel, args.tag);
          }
        }
        announce(args.tag ? trans.__('The cell is tagged %1.', args.tag) : trans.__('The cell has no tag.'));
      } else if (cell) {
        await cell.ready;
        badges.get(cell)?.type();
      }
    }
  });
  commands.addCommand(ID.untag, {
    label: trans.__('Take the Tag off the Cell'),
    isEnabled: () => code(),
    execute: () => commands.execute(ID.tag, { tag: '' })
  });
  commands.addCommand(ID.menu, {
    label: trans.__('Tag This Cell…'),
    caption: trans.__('Choose the step that the cell belongs to'),
    isVisible: () => code(),
    execute: () => {
      const menu = new Menu({ commands });
      const steps = [...(analyst.analysis?.names ?? []), ...allTags(tracker.currentWidget!).flatMap(t => roleOf(t)?.tag ?? [])];
      for (const tag of offered(steps).slice(0, 30)) {
        menu.addItem({ command: ID.tag, args: { tag } });
      }
      menu.addItem({ type: 'separator' });
      menu.addItem({ command: ID.tag });
      menu.addItem({ command: ID.untag });
      menu.addItem({ command: ID.options });
      menu.aboutToClose.connect(() => void Promise.resolve().then(() => tracker.currentWidget?.content.activate()));
      const place = tracker.activeCell!.node.getBoundingClientRect();
      menu.open(place.right - 240, place.top + 24);
      menu.activeIndex = 0;
    }
  });
  commands.addCommand(ID.runStep, {
    label: trans.__('Run All Cells of the Step'),
    isEnabled: () => stepTag() !== '',
    execute: async () => {
      const panel = tracker.currentWidget!;
      const cells = cellsOf(allTags(panel), stepTag()).map(at => panel.content.widgets[at]);
      return NotebookActions.runCells(panel.content, cells, panel.sessionContext);
    }
  });
  for (const [id, by, label] of [
    [ID.next, 1, trans.__('Go to the Next Step')],
    [ID.previous, -1, trans.__('Go to the Step Before')]
  ] as const) {
    commands.addCommand(id, {
      label,
      isEnabled: () => tracker.currentWidget !== null,
      execute: async () => {
        const { content } = tracker.currentWidget!;
        const tags = allTags(tracker.currentWidget!);
        const at = neighbour(tags, content.activeCellIndex, by);
        if (at < 0) {
          announce(trans.__('There is no other step on this side.'));
          return;
        }
        content.activeCellIndex = at;
        await content.scrollToCell(content.widgets[at]);
        announce(trans.__('Cell %1, %2', at + 1, roleOf(tags[at])!.tag));
      }
    });
  }
  commands.addCommand(ID.options, {
    label: trans.__('Options of the Step…'),
    isEnabled: () => stepTag() !== '',
    execute: async () => {
      const tag = stepTag();
      await commands.execute(ID.panel);
      analyst.chosen.emit(tag);
    }
  });
}

export const tags: JupyterFrontEndPlugin<void> = {
  id: 'notebook-workbench:tags',
  description: 'Shows and sets the tags of cells.',
  autoStart: true,
  requires: [INotebookTracker, IAnalyst],
  optional: [ICommandPalette],
  activate: (app: JupyterFrontEnd, tracker: INotebookTracker, analyst: Analyst, palette: ICommandPalette | null) => {
    addCommands(app.commands, tracker, analyst);
    tracker.widgetAdded.connect((_, panel) => {
      void panel.context.ready.then(() => {
        if (panel.isDisposed) {
          return;
        }
        decorate(panel, analyst);
        panel.content.model?.cells.changed.connect(() => void Promise.resolve().then(() => decorate(panel, analyst)));
      });
    });
    let drawn: unknown[] = [];
    analyst.changed.connect(() => {
      // A badge looks after its own cell; only what the analysis knows of its step's compute comes from elsewhere
      const now = [analyst.panel, ...(analyst.analysis?.steps ?? []).map(step => `${step.tag} ${String(step.compute?.kind)}`)];
      if (now.length !== drawn.length || now.some((one, at) => one !== drawn[at])) {
        drawn = now;
        analyst.panel?.content.widgets.forEach(cell => badges.get(cell)?.show());
      }
    });
    for (const command of [ID.tag, ID.untag, ID.runStep, ID.next, ID.previous, ID.options]) {
      palette?.addItem({ command, category: analyst.trans.__('Notebook Workbench') });
    }
  }
};
