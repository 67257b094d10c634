import { randomUUID } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import pg from 'pg';
import { io, type Socket } from 'socket.io-client';
import { MoneyFunctions } from '@weir/data';
import type { ClientToServerEvents, Role, ServerToClientEvents, Session } from '@weir/contracts';
import { createConsole } from '../application.js';
import { Passwords } from '../auth/passwords.js';
import type { ConsoleSettings } from '../settings.js';

/** One real hash for all test users: a hash costs a tenth of a second. */
export const PASSWORD = 'correct horse battery';

/** A user with an account of its own. */
export interface Person {
  readonly id: string;
  readonly account: string;
  readonly email: string;
  readonly role: Role;
  readonly token: string;
  /** `name=value` of the refresh cookie. */
  readonly cookie: string;
}

/** A migrated database of the test's own, as the test-kit makes it. */
export interface OwnDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/** Parsed JSON of a shape that the test knows. */
export type Json = ReturnType<typeof JSON.parse>;

/** The answer of one call. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // Tests know what they asked for.
  readonly body: Json;
}

export type LiveClient = Socket<ServerToClientEvents, ClientToServerEvents>;

/** The real console on a real database and a port of the kernel's. */
export class ConsoleHarness {
  private passwordHash = '';
  private readonly sockets: LiveClient[] = [];

  private constructor(
    readonly app: NestFastifyApplication,
    readonly database: OwnDatabase,
    readonly sql: pg.Pool,
    readonly url: string,
  ) {}

  static async start(
    database: OwnDatabase,
    settings: Partial<ConsoleSettings> = {},
  ): Promise<ConsoleHarness> {
    const app = await createConsole(
      {
        host: '127.0.0.1',
        port: 0,
        publicUrl: 'http://127.0.0.1:4001',
        gatewayUrl: 'http://127.0.0.1:4000',
        databaseUrl: database.url,
        redisUrl: null,
        currency: 'USD',
        trustProxy: false,
        jwtSecrets: ['a secret of the tests, at least 256 bit long'],
        keyPepper: 'a pepper of the tests, at least 256 bit long',
        secretsKeys: [Buffer.alloc(32, 7)],
        metricsToken: null,
        connectAttempts: 1,
        dashboardDir: '/nonexistent',
        ...settings,
      },
      null,
    );
    await app.listen(0, '127.0.0.1');
    const harness = new ConsoleHarness(
      app,
      database,
      new pg.Pool({ connectionString: database.url, max: 4 }),
      await app.getUrl(),
    );
    harness.passwordHash = await app.get(Passwords).hash(PASSWORD);
    return harness;
  }

  /** Ends this console; the database stays. */
  async close(): Promise<void> {
    for (const socket of this.sockets) socket.disconnect();
    await this.app.close();
    await this.sql.end();
  }

  async stop(): Promise<void> {
    await this.close();
    await this.database.drop();
  }

  /** Makes a user and signs in. */
  async person(role: Role = 'user', mustChangePassword = false): Promise<Person> {
    const id = randomUUID();
    const account = randomUUID();
    const email = `${role}-${id.slice(0, 8)}@example.test`;
    await new MoneyFunctions(this.sql).accountCreate(account, email);
    await this.sql.query(
      'INSERT INTO app_user (id, email, name, role, password_hash, must_change_password, account) VALUES ($1, $2, $3, $4, $5, $6, $7)',
      [id, email, 'A Person', role, this.passwordHash, mustChangePassword, account],
    );
    const { session, cookie } = await this.login(email);
    return { id, account, email, role, token: session.access_token, cookie };
  }

  async login(email: string, password = PASSWORD): Promise<{ session: Session; cookie: string }> {
    const answer = await this.call('POST', '/api/auth/login', { body: { email, password } });
    if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
    return { session: answer.body, cookie: cookieOf(answer) };
  }

  async call(
    method: string,
    path: string,
    options: {
      body?: unknown;
      as?: Pick<Person, 'token'>;
      headers?: Record<string, string>;
      raw?: string;
    } = {},
  ): Promise<Answer> {
    const body =
      options.raw ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
    const response = await fetch(this.url + path, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(options.as ? { authorization: `Bearer ${options.as.token}` } : {}),
        ...options.headers,
      },
      ...(body === undefined ? {} : { body }),
      signal: AbortSignal.timeout(10_000),
    });
    const text = await response.text();
    const json = response.headers.get('content-type')?.includes('json') ?? false;
    return {
      status: response.status,
      headers: response.headers,
      body: json && text ? JSON.parse(text) : text,
    };
  }

  /** A socket that records everything it hears, in order. */
  connect(token: string, since?: number, extraHeaders: Record<string, string> = {}): LiveRecorder {
    const socket: LiveClient = io(`${this.url}/live`, {
      auth: { token, ...(since === undefined ? {} : { since }) },
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
      extraHeaders,
    });
    this.sockets.push(socket);
    return new LiveRecorder(socket);
  }

  /** Tells the tests' console what a settlement would: rows, spending and live events by the real function. */
  get money(): MoneyFunctions {
    return new MoneyFunctions(this.sql);
  }
}

/** Everything a socket was told. */
export class LiveRecorder {
  readonly heard: { name: string; payload: Json }[] = [];
  refused: (Error & { data?: { code?: string } }) | null = null;
  closed: string | null = null;

  constructor(readonly socket: LiveClient) {
    socket.onAny((name: string, payload: unknown) => this.heard.push({ name, payload }));
    socket.on('connect_error', (error) => (this.refused = error));
    socket.on('disconnect', (reason) => (this.closed = reason));
  }

  named(name: string): Json[] {
    return this.heard.filter((event) => event.name === name).map((event) => event.payload);
  }

  /** Seqs of the durable events, in the order heard. */
  get seqs(): number[] {
    return this.heard.flatMap(({ payload }) =>
      typeof payload?.seq === 'number' && payload.data ? [payload.seq] : [],
    );
  }
}

export const cookieOf = (answer: Answer): string =>
  answer.headers.get('set-cookie')?.split(';', 1)[0] ?? '';
