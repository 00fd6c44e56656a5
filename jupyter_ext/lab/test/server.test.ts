// @vitest-environment jsdom
import { ServerConnection } from '@jupyterlab/services';
import { describe, expect, it } from 'vitest';
import { Away, Refusal, Server } from '../src/lab/server';
import { VERSION } from '../src/version';

/** A server that gives one answer; the real one is asked by the suite's Python tests and in the browser. */
function serverThatSays(body: string, status = 200, version: string | null = VERSION) {
  const headers: Record<string, string> = version === null ? {} : { 'X-Notebook-Workbench': version };
  const fetch = async () => new Response(body, { status, headers });
  const settings = ServerConnection.makeSettings({ baseUrl: 'http://lab.example/', fetch: fetch as never });
  const server = new Server(settings);
  const strange: string[] = [];
  server.strange.connect((_, other) => strange.push(other));
  return { server, strange };
}

describe('the server', () => {
  it('is told of once when its version is another, or when it is not there', async () => {
    const other = serverThatSays('{}', 200, '9.9.9');
    await other.server.get('version');
    await other.server.get('version');
    expect(other.strange).toEqual(['9.9.9']);
    const gone = serverThatSays('not found', 404, null);
    await expect(gone.server.get('version')).rejects.toThrow(Refusal);
    expect(gone.strange).toEqual(['']);
    const same = serverThatSays('{}');
    await same.server.get('version');
    expect(same.strange).toEqual([]);
  });
  it('says why it refuses, with what to do', async () => {
    const { server } = serverThatSays('{"message": "No project.", "hint": "Make one."}', 422);
    await expect(server.ask('analyse', {})).rejects.toMatchObject({ message: 'No project.', hint: 'Make one.', status: 422 });
  });
  it('tells of a job line by line, and ends with its answer or refusal', async () => {
    const told: string[] = [];
    const lines = '{"told": {"doing": "copying"}}\n{"told": {"doing": "running"}}\n{"answer": {"exit_code": 0}}\n';
    const never = new AbortController().signal;
    expect(await serverThatSays(lines).server.job('promote', {}, one => told.push(one), never)).toEqual({ exit_code: 0 });
    expect(told).toEqual(['copying', 'running']);
    const refused = serverThatSays('{"refused": {"message": "No.", "hint": ""}}\n').server;
    await expect(refused.job('promote', {}, () => undefined, never)).rejects.toThrow('No.');
    const broken = serverThatSays('{"told": {"doing": "copying"}}\n').server;
    await expect(broken.job('promote', {}, () => undefined, never)).rejects.toThrow('went away');
  });
  it('says in words that it does not answer, and that it went away at work', async () => {
    const fetch = () => Promise.reject(new TypeError('Failed to fetch'));
    const settings = ServerConnection.makeSettings({ baseUrl: 'http://lab.example/', fetch: fetch as never });
    const asked = new Server(settings).ask('analyse', {});
    await expect(asked).rejects.toThrow(Away);
    await expect(asked).rejects.toThrow('The Jupyter server does not answer.');
    const broken = new ReadableStream({ start: one => one.error(new TypeError('network error')) });
    const answers = async () => new Response(broken, { headers: { 'X-Notebook-Workbench': VERSION } });
    const lost = new Server(ServerConnection.makeSettings({ baseUrl: 'http://lab.example/', fetch: answers as never }));
    await expect(lost.job('promote', {}, () => undefined, new AbortController().signal)).rejects.toThrow('went away');
  });
});
