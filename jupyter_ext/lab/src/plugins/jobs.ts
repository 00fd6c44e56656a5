/** Promote, pull and materialise: each on the notebook as it is saved, with what is being done, and a way to stop. */

import { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, Notification } from '@jupyterlab/apputils';
import { NotebookPanel } from '@jupyterlab/notebook';
import { IMade, IOutcome } from '../core/wire';
import { Analyst, IAnalyst, IJob } from '../lab/analyst';
import { announce } from '../lab/announce';
import { ID, PANEL } from '../lab/commands';
import { outcomeText } from '../views/words';

const ARGUMENTS = { args: { type: 'object', properties: { steps: { type: 'array', items: { type: 'string' } } } } } as const;

export const jobs: JupyterFrontEndPlugin<void> = {
  id: 'notebook-workbench:jobs',
  description: 'Promotes, pulls and materialises.',
  autoStart: true,
  requires: [IAnalyst],
  optional: [ICommandPalette],
  activate: ({ commands, shell }: JupyterFrontEnd, analyst: Analyst, palette: ICommandPalette | null) => {
    const { trans } = analyst;
    const idle = () => analyst.panel !== null && analyst.analysis !== null && !analyst.job?.running;
    const steps = (args: { steps?: unknown }) => (Array.isArray(args.steps) ? args.steps.map(String) : []);
    const standing = new WeakMap<NotebookPanel, string>(); // what is still shown of a notebook's last job
    /** Say what a job ended with, and of which notebook: another may be in front by now. */
    const told = ({ panel, refused, stopped }: IJob, said: string, ok: boolean) => {
      const message = `${panel.title.label}: ${refused?.message ?? said}`;
      announce(message);
      const callback = () => {
        if (!panel.isDisposed) {
          shell.activateById(panel.id);
        }
        void commands.execute(ID.panel);
      };
      const options = { actions: [{ label: trans.__('Show details'), callback }], autoClose: ok || stopped ? 5000 : (false as const) };
      const id = (stopped ? Notification.info : ok ? Notification.success : Notification.error)(message, options);
      standing.set(panel, id);
    };
    /** Show the panel, which says what is being done; the focus stays where it is. What the job before ended with goes. */
    const watched = () => {
      const before = standing.get(analyst.panel!);
      if (before) {
        Notification.dismiss(before);
      }
      shell.activateById(PANEL);
    };

    commands.addCommand(ID.promote, {
      label: trans.__('Promote This Notebook'),
      caption: trans.__('Prove every step and write its module, tests and evidence'),
      describedBy: ARGUMENTS,
      isEnabled: idle,
      execute: async args => {
        const how = { force: args.force === true, run: args.run !== false, include_needed: analyst.needed };
        const body = { select: steps(args), ...how };
        watched();
        const job = await analyst.run('promote', body);
        if (job) {
          const outcome = job.answer as IOutcome | null;
          told(job, outcome ? outcomeText('promote', outcome, trans) : '', outcome?.exit_code === 0);
        }
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
        const job = await analyst.run('pull', { select: steps(args), ...sides });
        if (!job) {
          return;
        }
        const outcome = job.answer as IOutcome | null;
        if (outcome?.steps.some(step => step.status === 'pulled')) {
          await panel.context.revert(); // the file is another one now
          analyst.refresh();
        }
        told(job, outcome ? outcomeText('pull', outcome, trans) : '', outcome?.exit_code === 0);
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
        const job = await analyst.run('materialise', args.partition ? { ...body, partition: args.partition } : body);
        if (job) {
          const ok = (job.answer as IMade | null)?.exit_code === 0;
          told(job, ok ? trans.__('%1 is made.', name) : trans.__('%1 could not be made.', name), ok);
        }
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
