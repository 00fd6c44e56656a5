/** The options of a step as a form; what the compiler says of them stands at the field it is about. */

import * as React from 'react';
import { TranslationBundle } from '@jupyterlab/translation';
import { Latest } from '../core/later';
import { changed, fieldsOf, IField, meant, shown } from '../core/options';
import { IProblem } from '../core/wire';

interface IProps {
  /** The options in the cell's metadata, which the form edits. */
  options: Record<string, unknown>;
  /** All options of the step, those of `#|` lines too, which are shown and left alone. */
  written: Record<string, unknown>;
  trans: TranslationBundle;
  check: (options: Record<string, unknown>, signal: AbortSignal) => Promise<IProblem[]>;
  onChange: (options: Record<string, unknown>) => void;
}

interface IFieldProps {
  field: IField;
  value: unknown;
  id: string;
  invalid: boolean;
  said: string;
  onChange: (value: unknown) => void;
}

function Input({ field, value, id, invalid, said, onChange }: IFieldProps): JSX.Element {
  const text = shown(field.type, value);
  const [typed, setTyped] = React.useState(text);
  const [focused, setFocused] = React.useState(false);
  React.useEffect(() => {
    if (!focused) {
      setTyped(text);
    }
  }, [text, focused]);
  const common = { id, 'aria-invalid': invalid || undefined, 'aria-describedby': said || undefined };
  const numeric = ['integer', 'number'].includes(field.type);
  if (field.choices.length || field.type === 'boolean') {
    const choices = field.choices.length ? field.choices : ['true', 'false'];
    return (
      <select {...common} value={text} onChange={event => onChange(meant(field.type, event.target.value, numeric))}>
        <option value="">—</option>
        {choices.map(choice => (
          <option key={choice} value={choice}>{choice}</option>
        ))}
      </select>
    );
  }
  return (
    <input
      {...common}
      type={field.type === 'date' ? 'date' : 'text'}
      inputMode={numeric ? 'decimal' : undefined}
      spellCheck={false}
      value={typed}
      onFocus={() => setFocused(true)}
      onBlur={() => setFocused(false)}
      onChange={event => {
        setTyped(event.target.value);
        onChange(meant(field.type, event.target.value));
      }}
    />
  );
}

function bounds(field: IField, trans: TranslationBundle): string {
  if (field.minimum !== undefined && field.maximum !== undefined) {
    return trans.__('%1 to %2', field.minimum.toLocaleString(), field.maximum.toLocaleString());
  }
  return field.minimum !== undefined ? trans.__('%1 or more', field.minimum.toLocaleString()) : '';
}

export function OptionsForm({ options, written, trans, check, onChange }: IProps): JSX.Element {
  const id = React.useId();
  const [problems, setProblems] = React.useState<IProblem[]>([]);
  const latest = React.useRef<Latest<IProblem[]>>();
  const current = React.useRef(options);
  current.current = options;
  React.useEffect(() => {
    latest.current = new Latest(signal => check(current.current, signal), setProblems, () => undefined);
    latest.current.ask(0);
    return () => latest.current?.stop();
  }, []);
  const set = (path: string[], value: unknown) => {
    current.current = changed(current.current, path, value);
    onChange(current.current);
    latest.current?.ask(80);
  };
  return (
    <form className="nbw-Form" onSubmit={event => event.preventDefault()}>
      {fieldsOf(options).map(field => {
        const about = problems.filter(one => one.key === field.key);
        const own = field.key in options;
        const elsewhere = !own && field.key in written;
        const said = `${id}-${field.key}-said`;
        const help = [field.help, elsewhere ? trans.__('Written in the cell’s #| lines: %1', shown(field.type, written[field.key])) : '']
          .filter(Boolean)
          .join(' ');
        const one = (inner: IField, path: string[], value: unknown) => {
          const inputId = `${id}-${path.join('-')}`;
          return (
            <div key={path.join('.')} className="nbw-Form-field">
              <label htmlFor={inputId}>{inner.key}</label>
              <Input
                field={inner}
                value={value}
                id={inputId}
                invalid={about.some(one => path.length === 1 || one.message.includes(`.${inner.key}`))}
                said={said}
                onChange={next => set(path, next)}
              />
              {bounds(inner, trans) && <small>{bounds(inner, trans)}</small>}
            </div>
          );
        };
        const inside = (options[field.key] ?? {}) as Record<string, unknown>;
        return (
          <div key={field.key} className="nbw-Form-option">
            {elsewhere ? (
              <div className="nbw-Form-field"><span>{field.key}</span></div>
            ) : field.fields.length ? (
              <fieldset>
                <legend>{field.key}</legend>
                {field.fields.map(inner => one(inner, [field.key, inner.key], inside[inner.key]))}
              </fieldset>
            ) : (
              one(field, [field.key], options[field.key])
            )}
            <div id={said}>
              <small>{help}</small>
              {about.map(problem => (
                <p key={problem.message} className="nbw-problem" role="alert">
                  ✕ {problem.message} {problem.hint}
                </p>
              ))}
            </div>
          </div>
        );
      })}
    </form>
  );
}
