/** What the server answers, as `jupyter_ext/tasks` gives it. */

export type Severity = 'error' | 'warning' | 'note';

export interface IFinding {
  code: string;
  severity: Severity;
  message: string;
  hint: string;
  path: string;
  cell: number | null;
  tag: string | null;
  line: number | null;
  column: number | null;
  /** What can be done about it at a click, in one sentence. */
  fix: string | null;
}

export interface IStep {
  tag: string;
  layer: string;
  name: string;
  cells: number[];
  inputs: { asset: string; kind: string }[];
  parameters: string[];
  resources: string[];
  output: { name: string; kind: string } | null;
  checks: string[];
  compute: Record<string, unknown> | null;
  options: Record<string, unknown>;
  cost: number | null;
  state: string;
  said: string;
  hint: string;
  verified: boolean;
  rows: number | null;
}

export interface INode {
  name: string;
  layer: string;
  notebook: string;
  here: boolean;
}

export interface ILineage {
  nodes: INode[];
  edges: { from: string; to: string }[];
}

export interface IAnalysis {
  notebook: string;
  package: string;
  steps: IStep[];
  findings: IFinding[];
  lineage: ILineage;
  names: string[];
}

export interface IPlaced {
  cell: number;
  from: number;
  to: number;
  first: number;
  last: number;
}

export interface IFile {
  path: string;
  text: string;
  diff: string;
  made_by_running: boolean;
  map: IPlaced[];
}

export interface IPreview {
  step: string;
  state: string;
  verified: boolean;
  files: IFile[];
}

/** What a fix made of the cells: `position` counts from 1 after it, and a cell that was not there before is `made`. */
export interface IFixed {
  what: string;
  cells: {
    position: number;
    source: string;
    tags: string[];
    options: Record<string, unknown> | null;
    made: boolean;
  }[];
}

/** Steps that are proposed: the cells with their tags, and what else there is to say. */
export interface ISuggested {
  tags: string[];
  /** Whether the steps need statements of cells without a tag. */
  needed: boolean;
  said: string[];
  cells: IFixed['cells'];
}

export interface IProblem {
  key: string;
  severity: Severity;
  message: string;
  hint: string;
}

export interface IAsset {
  name: string;
  layer: string;
  notebook: string;
  description: string;
  classification: string;
  owner: string;
  verified: boolean;
  peek: boolean;
  made: boolean;
  rows: number | null;
  columns: [string, string][];
  written: string | null;
  partitions: number | null;
}

export interface IPeek {
  asset: string;
  columns: string[];
  more_columns: number;
  rows: string[][];
}

/** A section of the documentation that a search found. */
export interface IHit {
  page: string;
  title: string;
  heading: string;
  excerpt: string;
}

export interface IOutcome {
  exit_code: number;
  findings: IFinding[];
  steps: { tag: string; status: string; parity: string; files: string[]; rows: number | null }[];
}

export interface IMade {
  exit_code: number;
  report: string;
  assets: {
    asset: string;
    status: string;
    rows: number | null;
    checks: number;
    checks_passed: number;
    seconds: number;
    problems: { what: string; cause: string; hint: string }[];
    metadata: { name: string; value: string; markdown: boolean }[];
    charts: { alternative: string; uri: string }[];
  }[];
}
