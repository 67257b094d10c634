import { createHmac, generateKeyPairSync, createSign } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestDatabase } from '@weir/test-kit';
import { ConsoleHarness, cookieOf, PASSWORD, type Person } from '../testing/console-harness.js';

const SECRET = 'a secret of the tests, at least 256 bit long';
const CSRF = { 'x-weir-csrf': '1' };
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const decode = (part: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(part, 'base64url').toString());

describe('signing in', () => {
  let harness: ConsoleHarness;
  let person: Person;
  beforeAll(async () => {
    harness = await ConsoleHarness.start(await startTestDatabase());
    person = await harness.person();
  });
  afterAll(() => harness.stop());

  const me = (token: string) => harness.call('GET', '/api/me', { as: { token } });
  const refresh = (cookie: string, headers: Record<string, string> = CSRF) =>
    harness.call('POST', '/api/auth/refresh', { headers: { cookie, ...headers } });

  it('answers a token of ten minutes and keeps the refresh token out of reach of scripts', async () => {
    const answer = await harness.call('POST', '/api/auth/login', {
      body: { email: person.email.toUpperCase(), password: PASSWORD },
    });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      expires_in: 600,
      user: { id: person.id, role: 'user', must_change_password: false },
    });
    const cookie = answer.headers.get('set-cookie');
    expect(cookie).toMatch(/HttpOnly/);
    expect(cookie).toMatch(/SameSite=Strict/);
    expect(JSON.stringify(answer.body)).not.toContain(cookieOf(answer).split('=')[1]);
  });

  it('says the same to a wrong password and an unknown user', async () => {
    const wrong = await harness.call('POST', '/api/auth/login', {
      body: { email: person.email, password: 'wrong' },
    });
    const unknown = await harness.call('POST', '/api/auth/login', {
      body: { email: 'nobody@example.test', password: 'wrong' },
    });
    expect(wrong.status).toBe(401);
    expect({ ...wrong.body, request_id: '' }).toEqual({ ...unknown.body, request_id: '' });
    expect(wrong.body.code).toBe('invalid_credentials');
  });

  it('rotates the refresh token with each use', async () => {
    const { cookie } = await harness.login(person.email);
    const first = await refresh(cookie);
    expect(first.status).toBe(200);
    expect(cookieOf(first)).not.toBe(cookie);
    expect((await me(first.body.access_token)).status).toBe(200);
    expect((await refresh(cookieOf(first))).status).toBe(200);
  });

  it('lets the second tab of a browser in once, and ends the whole family at the third try', async () => {
    const { cookie } = await harness.login(person.email);
    const [a, b] = await Promise.all([refresh(cookie), refresh(cookie)]);
    expect([a.status, b.status]).toEqual([200, 200]);
    expect((await refresh(cookie)).status).toBe(401);
    for (const tab of [a, b]) {
      expect((await refresh(cookieOf(tab))).status).toBe(401);
      expect((await me(tab.body.access_token)).status).toBe(401);
    }
  });

  it('ends the family when a used token comes back after its successor was used', async () => {
    const { cookie } = await harness.login(person.email);
    const second = cookieOf(await refresh(cookie));
    const third = await refresh(second);
    expect((await refresh(cookie)).status).toBe(401);
    expect((await refresh(cookieOf(third))).status).toBe(401);
    expect((await me(third.body.access_token)).status).toBe(401);
  });

  it('ends the family when another browser presents the used token', async () => {
    const { cookie } = await harness.login(person.email);
    const good = await refresh(cookie);
    expect((await refresh(cookie, { ...CSRF, 'user-agent': 'somebody else' })).status).toBe(401);
    expect((await refresh(cookieOf(good))).status).toBe(401);
  });

  it('leaves other sessions of the user alone when one family ends', async () => {
    const other = await harness.login(person.email);
    const { cookie } = await harness.login(person.email);
    for (let i = 0; i < 3; i += 1) await refresh(cookie);
    expect((await me(other.session.access_token)).status).toBe(200);
  });

  it('refuses cookies that come from another site', async () => {
    const { cookie } = await harness.login(person.email);
    expect((await refresh(cookie, { ...CSRF, origin: 'https://evil.example' })).status).toBe(403);
    expect((await refresh(cookie, { ...CSRF, 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await refresh(cookie, {})).status).toBe(403);
    expect((await refresh(cookie, { ...CSRF, origin: harness.url })).status).toBe(200);
  });

  it('does not take a refresh token for an access token, nor the other way round', async () => {
    const { cookie, session } = await harness.login(person.email);
    expect((await me(cookie.split('=')[1]!)).status).toBe(401);
    expect((await refresh(`weir_refresh=${session.access_token}`)).status).toBe(401);
  });

  it('ends tokens at once on logout', async () => {
    const { cookie, session } = await harness.login(person.email);
    const out = await harness.call('POST', '/api/auth/logout', { headers: { cookie, ...CSRF } });
    expect(out.status).toBe(204);
    expect((await me(session.access_token)).status).toBe(401);
    expect((await refresh(cookie)).status).toBe(401);
  });

  it('ends tokens at once on logout by the bearer token alone', async () => {
    const { session } = await harness.login(person.email);
    expect(
      (await harness.call('POST', '/api/auth/logout', { as: { token: session.access_token } }))
        .status,
    ).toBe(204);
    expect((await me(session.access_token)).status).toBe(401);
  });

  it('ends every other session when the password changes', async () => {
    const someone = await harness.person();
    const other = await harness.login(someone.email);
    const changed = await harness.call('POST', '/api/me/password', {
      as: someone,
      body: { current_password: PASSWORD, new_password: 'another long password' },
    });
    expect(changed.status).toBe(200);
    for (const token of [someone.token, other.session.access_token])
      expect((await me(token)).status).toBe(401);
    expect((await me(changed.body.access_token)).status).toBe(200);
    expect(
      (
        await harness.call('POST', '/api/auth/login', {
          body: { email: someone.email, password: PASSWORD },
        })
      ).status,
    ).toBe(401);
  });

  it('keeps everything closed but the change while a one-time password waits', async () => {
    const fresh = await harness.person('admin', true);
    expect((await harness.call('GET', '/api/me', { as: fresh })).body).toMatchObject({
      must_change_password: true,
    });
    for (const path of ['/api/balance', '/api/admin/users', '/api/keys']) {
      const answer = await harness.call('GET', path, { as: fresh });
      expect([answer.status, answer.body.code]).toEqual([403, 'password_change_required']);
    }
    const changed = await harness.call('POST', '/api/me/password', {
      as: fresh,
      body: { current_password: PASSWORD, new_password: 'chosen by myself' },
    });
    expect(
      (await harness.call('GET', '/api/balance', { as: { token: changed.body.access_token } }))
        .status,
    ).toBe(200);
  });

  it('ends the sessions of a user whom an admin suspends', async () => {
    const admin = await harness.person('admin');
    const victim = await harness.person();
    expect(
      (
        await harness.call('PATCH', `/api/admin/users/${victim.id}`, {
          as: admin,
          body: { active: false },
        })
      ).status,
    ).toBe(200);
    expect((await me(victim.token)).status).toBe(401);
    expect((await refresh(victim.cookie)).status).toBe(401);
    expect(
      (
        await harness.call('POST', '/api/auth/login', {
          body: { email: victim.email, password: PASSWORD },
        })
      ).status,
    ).toBe(401);
  });

  describe('forged tokens', () => {
    const parts = () => {
      const [head = '', body = '', signature = ''] = person.token.split('.');
      return { head, body, signature, header: decode(head), claims: decode(body) };
    };
    const hs256 = (header: unknown, claims: unknown, secret: string | Buffer = SECRET) => {
      const signed = `${encode(header)}.${encode(claims)}`;
      return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
    };

    it('accepts the genuine one, so that the refusals below mean something', async () => {
      const { header, claims } = parts();
      expect((await me(hs256(header, claims))).status).toBe(200);
    });

    it.each<[string, () => string]>([
      ['alg none', () => `${encode({ ...parts().header, alg: 'none' })}.${parts().body}.`],
      [
        'alg None',
        () => `${encode({ ...parts().header, alg: 'None' })}.${parts().body}.${parts().signature}`,
      ],
      ['another type', () => hs256({ ...parts().header, typ: 'JWT' }, parts().claims)],
      ['no key id', () => hs256({ alg: 'HS256', typ: 'at+jwt' }, parts().claims)],
      [
        'an unknown key id',
        () => hs256({ ...parts().header, kid: '../../dev/null' }, parts().claims),
      ],
      [
        'a key of its own',
        () => hs256({ ...parts().header, jwk: { kty: 'oct', k: 'eA' } }, parts().claims, 'x'),
      ],
      [
        'a key by address',
        () => hs256({ ...parts().header, jku: 'http://127.0.0.1:1/keys' }, parts().claims, 'x'),
      ],
      ['another audience', () => hs256(parts().header, { ...parts().claims, aud: 'somewhere' })],
      ['another issuer', () => hs256(parts().header, { ...parts().claims, iss: 'somebody' })],
      ['an expired time', () => hs256(parts().header, { ...parts().claims, exp: 1 })],
      [
        'another user',
        () =>
          hs256(parts().header, { ...parts().claims, sub: '0199d6b2-0000-7000-8000-000000000001' }),
      ],
      ['an older token version', () => hs256(parts().header, { ...parts().claims, ver: -1 })],
      [
        'claims changed under the old signature',
        () =>
          `${parts().head}.${encode({ ...parts().claims, exp: 9_999_999_999 })}.${parts().signature}`,
      ],
      [
        'an RSA signature',
        () => {
          const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
          const signed = `${encode({ ...parts().header, alg: 'RS256' })}.${parts().body}`;
          return `${signed}.${createSign('sha256').update(signed).sign(privateKey, 'base64url')}`;
        },
      ],
      ['no token at all', () => 'x'],
    ])('refuses a token with %s', async (_, forge) => {
      const answer = await me(forge());
      expect([answer.status, answer.body.code]).toEqual([401, 'unauthenticated']);
    });

    it('takes no token from the query or a cookie', async () => {
      expect((await harness.call('GET', `/api/me?access_token=${person.token}`)).status).toBe(401);
      expect(
        (
          await harness.call('GET', '/api/me', {
            headers: { cookie: `access_token=${person.token}` },
          })
        ).status,
      ).toBe(401);
    });
  });
});

describe('guessing passwords', () => {
  let harness: ConsoleHarness;
  beforeAll(async () => {
    harness = await ConsoleHarness.start(await startTestDatabase());
  });
  afterAll(() => harness.stop());

  it('evaluates at most ten of many parallel guesses, tells when to come back and leaves good sessions alone', async () => {
    const victim = await harness.person();
    const guesses = await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        harness.call('POST', '/api/auth/login', {
          body: { email: victim.email, password: `guess ${i}` },
        }),
      ),
    );
    const evaluated = guesses.filter((guess) => guess.status === 401);
    const refused = guesses.filter((guess) => guess.status === 429);
    expect(evaluated.length).toBeLessThanOrEqual(10);
    expect(evaluated.length + refused.length).toBe(60);
    expect(refused[0]?.body.code).toBe('too_many_attempts');
    expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await harness.call('GET', '/api/me', { as: victim })).status).toBe(200);
    expect(
      (
        await harness.call('POST', '/api/auth/refresh', {
          headers: { cookie: victim.cookie, ...CSRF },
        })
      ).status,
    ).toBe(200);
  });
});
