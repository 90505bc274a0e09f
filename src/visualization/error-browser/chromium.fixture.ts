import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Finds the browser: `FALCONFRAMES_CHROMIUM`, else one on the search path, else none. */
export function findChromium(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const candidates = [
    ...(process.env.FALCONFRAMES_CHROMIUM ? [process.env.FALCONFRAMES_CHROMIUM] : []),
    ...NAMES.flatMap((name) => folders.map((folder) => join(folder, name))),
  ];
  return candidates.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

interface Message {
  id?: number;
  method?: string;
  result?: Record<string, unknown>;
  error?: { message: string };
}

/** A page in a headless browser, controlled by the Chrome DevTools Protocol over two pipes. */
export class ChromiumPage {
  private calls = 0;
  private session?: string;
  private readonly waiting = new Map<number, (message: Message) => void>();
  private readonly events = new Map<string, () => void>();

  private constructor(
    private readonly browser: ChildProcess,
    private readonly profile: string,
  ) {
    let unread = '';
    (browser.stdio[4] as Readable).setEncoding('utf8').on('data', (text: string) => {
      const messages = (unread + text).split('\0');
      unread = messages.pop()!;
      for (const message of messages.map((json) => JSON.parse(json) as Message)) {
        if (message.id !== undefined) this.waiting.get(message.id)?.(message);
        else this.events.get(message.method ?? '')?.();
      }
    });
    browser.once('exit', (status) => {
      for (const answer of this.waiting.values()) answer({ error: { message: `it ended (${status})` } });
    });
  }

  /** @param offline whether requests of the page itself fail; those of its workers do not */
  static async open(program: string, url: string, { offline = true } = {}): Promise<ChromiumPage> {
    const profile = mkdtempSync(join(tmpdir(), 'falconframes-chromium-'));
    const flags = [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--no-first-run',
    ];
    const browser = spawn(program, [...flags, '--remote-debugging-pipe', `--user-data-dir=${profile}`], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    });
    const page = new ChromiumPage(browser, profile);
    const { targetId } = await page.send('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await page.send('Target.attachToTarget', { targetId, flatten: true });
    page.session = sessionId as string;
    await page.send('Page.enable');
    await page.send('Network.enable');
    const nothing = { latency: 0, downloadThroughput: -1, uploadThroughput: -1 };
    await page.send('Network.emulateNetworkConditions', { offline, ...nothing });
    await page.navigate(url);
    return page;
  }

  async navigate(url: string): Promise<void> {
    const loaded = new Promise<void>((resolve) => this.events.set('Page.loadEventFired', resolve));
    await this.send('Page.navigate', { url });
    await loaded;
  }

  send(method: string, params: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
    const id = ++this.calls;
    const message = JSON.stringify({ id, method, params, sessionId: this.session });
    return new Promise((resolve, reject) => {
      this.waiting.set(id, ({ result, error }) => {
        this.waiting.delete(id);
        if (result) resolve(result);
        else reject(new Error(`Chromium, ${method}: ${error?.message}`));
      });
      (this.browser.stdio[3] as Writable).write(`${message}\0`);
    });
  }

  /** Evaluates an expression in the page, and waits if it is a promise. */
  async read<Value>(expression: string): Promise<Value> {
    const answer = await this.send('Runtime.evaluate', {
      expression,
      returnByValue: true,
      awaitPromise: true,
    });
    const { result, exceptionDetails } = answer as { result: { value: Value }; exceptionDetails?: unknown };
    if (exceptionDetails) throw new Error(`${expression}: ${JSON.stringify(exceptionDetails)}`);
    return result.value;
  }

  /** Presses a key; `text` is the typed character. */
  async press(key: string, text?: string): Promise<void> {
    const codes: Record<string, number> = { ArrowLeft: 37, ArrowRight: 39, Escape: 27 };
    const told = { key, text, windowsVirtualKeyCode: codes[key] ?? key.toUpperCase().charCodeAt(0) };
    await this.send('Input.dispatchKeyEvent', { type: 'keyDown', ...told });
    await this.send('Input.dispatchKeyEvent', { type: 'keyUp', ...told });
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.browser.once('exit', resolve));
    this.session = undefined;
    await this.send('Browser.close').catch(() => this.browser.kill());
    await ended;
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
