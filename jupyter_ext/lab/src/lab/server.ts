/** Asking the server extension: requests, long jobs, and what is said when the server's version is another one. */

import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import { ISignal, Signal } from '@lumino/signaling';
import { VERSION } from '../version';

const PREFIX = 'notebook-workbench';
const VERSION_HEADER = 'X-Notebook-Workbench';

/** What the server refused with: a sentence, and what to do. */
export class Refusal extends Error {
  constructor(
    message: string,
    readonly hint: string,
    readonly status: number
  ) {
    super(message);
  }
}

/** The server did not answer at all: it is stopped, or the network is down. */
export class Away extends Refusal {}

export class Server {
  /** What is said where the server does not answer, and where it stops to; whoever has translations sets them. */
  away = 'The Jupyter server does not answer.';
  gone = 'The server went away while it was at work.';

  constructor(private readonly settings = ServerConnection.makeSettings()) {}

  /** Emitted once with the server's version when it is not ours; empty where no such server answers. */
  get strange(): ISignal<this, string> {
    return this._strange;
  }

  async get<T>(route: string): Promise<T> {
    const response = await this._request(route, { method: 'GET' });
    return (await response.json()) as T;
  }

  /** Ask with a body, which may be JSON already. */
  async ask<T>(route: string, body: unknown, signal?: AbortSignal): Promise<T> {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const response = await this._request(route, { method: 'POST', body: text, signal });
    return (await response.json()) as T;
  }

  /** Do a long job: `told` hears what is being done; aborting the signal stops it. */
  async job<T>(route: string, body: unknown, told: (doing: string) => void, signal: AbortSignal): Promise<T> {
    const response = await this._request(route, { method: 'POST', body: JSON.stringify(body), signal });
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    const gone = () => new Away(this.gone, '', 0);
    let rest = '';
    for (;;) {
      const { value, done } = await reader.read().catch(() => {
        throw gone();
      });
      rest += value ?? '';
      const lines = rest.split('\n');
      rest = lines.pop()!;
      for (const line of lines.map(one => JSON.parse(one))) {
        if (line.told) {
          told(line.told.doing);
        } else if (line.refused) {
          throw new Refusal(line.refused.message, line.refused.hint, 422);
        } else {
          return line.answer as T;
        }
      }
      if (done) {
        throw gone();
      }
    }
  }

  private async _request(route: string, init: RequestInit): Promise<Response> {
    const url = URLExt.join(this.settings.baseUrl, PREFIX, route);
    const response = await ServerConnection.makeRequest(url, init, this.settings).catch(error => {
      throw error instanceof ServerConnection.NetworkError ? new Away(this.away, '', 0) : error;
    });
    const version = response.headers.get(VERSION_HEADER) ?? '';
    if (version !== VERSION && (version || response.status === 404) && !this._told) {
      this._told = true;
      this._strange.emit(version);
    }
    if (!response.ok) {
      const said = await response.json().catch(() => ({}));
      throw new Refusal(said.message ?? response.statusText, said.hint ?? '', response.status);
    }
    return response;
  }

  private _told = false;
  private _strange = new Signal<this, string>(this);
}
