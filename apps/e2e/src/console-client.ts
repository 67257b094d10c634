import type { BalanceView, CreatedKey, RequestDetail, RequestRow, Session } from '@weir/contracts';

/** Talks to the console as a script of a stranger would: plain fetch, JSON, the documented paths. */
export class ConsoleClient {
  private constructor(
    readonly consoleUrl: string,
    readonly token: string,
    readonly userId: string,
  ) {}

  /** Signs in; throws with the problem's text when refused. */
  static async login(consoleUrl: string, email: string, password: string): Promise<ConsoleClient> {
    const session = await call<Session>(`${consoleUrl}/api/auth/login`, 'POST', {
      email,
      password,
    });
    return new ConsoleClient(consoleUrl, session.access_token, session.user.id);
  }

  get<T>(path: string): Promise<T> {
    return call<T>(this.consoleUrl + path, 'GET', undefined, this.token);
  }

  send<T>(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<T> {
    return call<T>(this.consoleUrl + path, method, body, this.token);
  }

  balance(): Promise<BalanceView> {
    return this.get<BalanceView>('/api/balance');
  }

  async requests(): Promise<RequestRow[]> {
    return (await this.get<{ items: RequestRow[] }>('/api/requests?limit=1000')).items;
  }

  request(generationId: string): Promise<RequestDetail> {
    return this.get<RequestDetail>(`/api/requests/${generationId}`);
  }

  createKey(body: Record<string, unknown> & { label: string }): Promise<CreatedKey> {
    return this.send<CreatedKey>('POST', '/api/keys', body);
  }
}

/** One user with an account of its own, credit and a key. */
export interface Tenant {
  readonly email: string;
  readonly password: string;
  readonly account: string;
  readonly console: ConsoleClient;
  readonly key: CreatedKey;
}

/** Makes a user as the admin does, grants `credit` (decimal text) and creates a key as the user. */
export async function createTenant(
  admin: ConsoleClient,
  name: string,
  credit: string,
): Promise<Tenant> {
  const email = `${name}-${crypto.randomUUID().slice(0, 8)}@example.test`;
  const password = `correct horse ${name}`;
  const user = await admin.send<{ id: string; account: { id: string } }>(
    'POST',
    '/api/admin/users',
    { email, password, name },
  );
  if (credit !== '0')
    await admin.send('POST', `/api/admin/accounts/${user.account.id}/credits`, {
      amount: credit,
      note: 'test',
    });
  const console = await ConsoleClient.login(admin.consoleUrl, email, password);
  const key = await console.createKey({ label: `${name} key` });
  return { email, password, account: user.account.id, console, key };
}

async function call<T>(url: string, method: string, body?: unknown, token?: string): Promise<T> {
  const response = await fetch(url, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(15_000),
  });
  const text = await response.text();
  if (!response.ok)
    throw new Error(`${method} ${new URL(url).pathname} answered ${response.status}: ${text}`);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}
