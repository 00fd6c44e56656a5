/** What is shown above a tagged cell, and the line in which one types another tag. */

import { Cell } from '@jupyterlab/cells';
import { TranslationBundle } from '@jupyterlab/translation';
import { offered, roleOf, TagProblem, tagProblem } from '../core/tags';
import { optionsOf, tagCell, tagsOf } from './cells';

const ICONS: Record<string, string> = {
  bronze: '▲',
  silver: '■',
  gold: '★',
  check: '✓',
  test: '⚖',
  chart: '▤',
  parameters: '⚙',
  helpers: 'ƒ',
  explore: '○'
};

let count = 0;

/** Say in words what is wrong with a tag as it is typed. */
export function problemText(problem: TagProblem, trans: TranslationBundle): string {
  switch (problem) {
    case 'word':
      return trans.__('Write bronze:NAME, silver:NAME, gold:NAME, check:NAME, parameters or helpers.');
    case 'unnamed':
      return trans.__('Write a name after the colon.');
    case 'name':
      return trans.__('A name has lower-case letters, digits and single underscores.');
    case 'long':
      return trans.__('The name is too long.');
    case 'reserved':
      return trans.__('That name has a meaning of its own; choose another.');
    default:
      return '';
  }
}

export class Badge {
  /**
   * @param cell the cell it belongs to.
   * @param known gives the tags of the project's steps.
   * @param leave is called when the typing is done.
   * @param say tells people who hear the page.
   */
  constructor(
    private readonly cell: Cell,
    private readonly trans: TranslationBundle,
    private readonly known: () => readonly string[],
    private readonly compute: (tag: string) => string,
    private readonly leave: () => void,
    private readonly say: (text: string) => void
  ) {
    this.node.className = 'nbw-Badge';
    for (const event of ['mousedown', 'click', 'dblclick']) {
      this.node.addEventListener(event, one => one.stopPropagation()); // the notebook would take the focus
    }
    void cell.ready.then(() => {
      cell.node.querySelector('.jp-CellHeader')?.append(this.node);
    });
    cell.model.metadataChanged.connect(() => this.show());
    cell.model.contentChanged.connect(() => this._typing || this.show());
    this.show();
  }

  readonly node = document.createElement('div');

  /** Show the role, or nothing. */
  show(): void {
    if (this._typing || this.cell.isDisposed) {
      return;
    }
    const shared = this.cell.model.sharedModel;
    const role = this.cell.model.type === 'code' ? roleOf(tagsOf(shared)) : null;
    const what = role ? (role.layer || role.kind) : '';
    const compute = role ? String((optionsOf(shared).compute as { kind?: string } | undefined)?.kind ?? this.compute(role.tag)) : '';
    const key = [what, role?.name, compute].join('|');
    if (key === this._shown) {
      return;
    }
    this._shown = key;
    this.node.replaceChildren();
    this.node.classList.toggle('nbw-mod-empty', !role);
    if (!role) {
      return;
    }
    const button = document.createElement('button');
    button.type = 'button';
    button.className = `nbw-Badge-tag nbw-mod-${what}`;
    button.tabIndex = -1; // the cell's command and its toolbar do the same: no hundred stops on the way through
    const icon = document.createElement('span');
    icon.setAttribute('aria-hidden', 'true');
    icon.textContent = ICONS[what] ?? '○';
    const text = document.createElement('span');
    text.textContent = role.name ? `${what} · ${role.name}` : what;
    button.append(icon, text);
    const where = compute ? this.trans.__('runs on %1', compute) : '';
    button.setAttribute('aria-label', [this.trans.__('Tag %1, change it', role.tag), where].filter(Boolean).join(', '));
    button.addEventListener('click', () => this.type());
    this.node.append(button);
    if (compute) {
      const span = document.createElement('span');
      span.className = 'nbw-Badge-compute';
      span.textContent = `☁ ${compute}`;
      span.setAttribute('aria-hidden', 'true');
      this.node.append(span);
    }
  }

  /** Let one type a tag: known steps are offered, and what is wrong is said at once. */
  type(start = ''): void {
    const shared = this.cell.model.sharedModel;
    this._typing = true;
    const id = `nbw-tag-${++count}`;
    const form = document.createElement('form');
    const label = document.createElement('label');
    label.textContent = this.trans.__('Tag of this cell');
    const input = document.createElement('input');
    input.className = 'nbw-Badge-input';
    input.value = start || (roleOf(tagsOf(shared))?.tag ?? '');
    input.autocomplete = 'off';
    input.spellcheck = false;
    input.setAttribute('list', `${id}-known`);
    input.setAttribute('aria-describedby', `${id}-said`);
    const known = document.createElement('datalist');
    known.id = `${id}-known`;
    known.append(
      ...offered(this.known()).map(tag => {
        const option = document.createElement('option');
        option.value = tag;
        return option;
      })
    );
    const said = document.createElement('span');
    said.id = `${id}-said`;
    said.className = 'nbw-Badge-said';
    said.setAttribute('role', 'status');
    label.append(input);
    form.append(label, known, said);
    const judge = () => {
      const problem = input.value.trim() ? tagProblem(input.value.trim()) : null;
      said.textContent = problemText(problem, this.trans);
      input.setAttribute('aria-invalid', String(problem !== null));
      return problem;
    };
    input.addEventListener('input', judge);
    form.addEventListener('submit', event => {
      event.preventDefault();
      if (judge() === null) {
        tagCell(shared, input.value.trim());
        const tag = input.value.trim();
        this.say(tag ? this.trans.__('The cell is tagged %1.', tag) : this.trans.__('The cell has no tag.'));
        this._done(true);
      }
    });
    form.addEventListener('keydown', event => {
      event.stopPropagation();
      if (event.key === 'Escape') {
        this._done(true);
      }
    });
    form.addEventListener('focusout', event => {
      if (!form.contains(event.relatedTarget as Node | null)) {
        this._done(false);
      }
    });
    this.node.classList.remove('nbw-mod-empty');
    this.node.replaceChildren(form);
    input.focus();
    input.select();
  }

  private _done(leave: boolean): void {
    if (this._typing) {
      this._typing = false;
      this._shown = null;
      this.show();
      if (leave) {
        this.leave();
      }
    }
  }

  private _typing = false;
  private _shown: string | null = null;
}
