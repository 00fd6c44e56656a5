/** Promote, pull and materialise: each on the notebook as it is saved, with what is being done, and a way to stop. */

import { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, Notification } from '@jupyterlab/apputils';
import { IMade, IOutcome } from '../core/wire';
import { Analyst, IAnalyst } from '../lab/analyst';
import { announce } from '../lab/announce';
import { ID, PANEL } from '../lab/commands';

const ARGUMENTS = { args: { type: 'object', properties: { steps: { type: 'array', items: { type: 'string' } } } } } as const;

export const jobs: JupyterFrontEndPlugin<void> = {
  id: 'notebook-workbench:jobs',
  description: 'Promotes, pulls and materialises.',
  autoStart: true,
  requires: [IAnalyst],
  optional: [ICommandPalette],
  activate: ({ commands, shell }: JupyterFrontEnd, analyst: Analyst, palette: ICommandPalette | null) => {
    const { trans } = analyst;
    const idle = () => analyst.panel !== null && !analyst.job?.running;
    const steps = (args: { steps?: unknown }) => (Array.isArray(args.steps) ? args.steps.map(String) : []);
    const details = (message: string, ok: boolean) => {
      announce(message);
      const actions = [{ label: trans.__('Show details'), callback: () => void commands.execute(ID.panel) }];
      (ok ? Notification.success : Notification.error)(message, { actions, autoClose: ok ? 5000 : false });
    };
    /** Show the panel, which says what is being done; the focus stays where it is. */
    const watched = () => shell.activateById(PANEL);
    const refused = () => analyst.job?.refused && details(analyst.job.refused.message, false);

    commands.addCommand(ID.promote, {
      label: trans.__('Promote This Notebook'),
      caption: trans.__('Prove every step and write its module, tests and evidence'),
      describedBy: ARGUMENTS,
      isEnabled: idle,
      execute: async args => {
        const how = { force: args.force === true, run: args.run !== false, include_needed: analyst.includeNeeded };
        const body = { select: steps(args), ...how };
        watched();
        const outcome = await analyst.run<IOutcome>('promote', body);
        if (!outcome) {
          return refused();
        }
        const message = [
          trans.__('The notebook is promoted.'),
          trans.__('It cannot be promoted as it is.'),
          trans.__('It cannot be promoted as it is.'),
          trans.__('Promotion met a fault of ours.'),
          trans.__('The promoted module does not give what the notebook gave; nothing was written.')
        ][outcome.exit_code];
        details(message, outcome.exit_code === 0);
      }
    });
    commands.addCommand(ID.pull, {
      label: trans.__('Pull the Modules’ Edits into This Notebook'),
      caption: trans.__('Write what was edited in modules back into the cells they came from'),
      describedBy: ARGUMENTS,
      isEnabled: idle,
      execute: async args => {
        const panel = analyst.panel!;
        watched();
        const sides = { ours: (args.ours as string[]) ?? [], theirs: (args.theirs as string[]) ?? [] };
        const outcome = await analyst.run<IOutcome>('pull', { select: steps(args), ...sides });
        if (!outcome) {
          return refused();
        }
        const pulled = outcome.steps.some(step => step.status === 'pulled');
        if (pulled) {
          await panel.context.revert(); // the file is another one now
          analyst.refresh();
        }
        const nothing = trans.__('There was nothing to pull.');
        const ok = outcome.exit_code === 0;
        const said = pulled ? trans.__('The modules’ edits stand in the notebook.') : nothing;
        details(ok ? said : trans.__('The edits cannot be pulled as they are.'), ok);
      }
    });
    commands.addCommand(ID.materialise, {
      label: args =>
        args.downstream
          ? trans.__('Materialise %1 and What Is Downstream', String(args.step ?? ''))
          : trans.__('Materialise %1', String(args.step ?? '')),
      caption: trans.__('Make the asset in Dagster'),
      describedBy: { args: { type: 'object', properties: { step: { type: 'string' }, downstream: { type: 'boolean' } } } },
      isEnabled: idle,
      execute: async args => {
        const name = String(args.step ?? analyst.analysis?.steps[0]?.name ?? '');
        const selection = args.downstream ? `${name}+` : name;
        const body = { selection, all_partitions: args.partition === undefined, force: args.force === true };
        const made = await analyst.run<IMade>('materialise', args.partition ? { ...body, partition: args.partition } : body);
        if (!made) {
          return refused();
        }
        const ok = made.exit_code === 0;
        details(ok ? trans.__('%1 is made.', name) : trans.__('%1 could not be made.', name), ok);
      }
    });
    commands.addCommand(ID.stop, {
      label: trans.__('Stop What the Workbench Is Doing'),
      isEnabled: () => analyst.job?.running === true,
      execute: () => analyst.stop()
    });
    analyst.changed.connect(() => commands.notifyCommandChanged());
    for (const command of [ID.promote, ID.pull, ID.stop]) {
      palette?.addItem({ command, category: trans.__('Notebook Workbench') });
    }
  }
};
