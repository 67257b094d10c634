import { ModulesContainer } from '@nestjs/core';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { RequestMethod } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestDatabase } from '@weir/test-kit';
import { allows, ACCESS_METADATA, type AccessRule } from './access.js';
import { ConsoleHarness, type Person } from '../testing/console-harness.js';

interface Route {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly rule: AccessRule | undefined;
}

const ROLES = ['user', 'operator', 'admin'] as const;
const SOME_ID = '0199d6b2-0000-7000-8000-000000000001';

describe('access to routes', () => {
  let harness: ConsoleHarness;
  let routes: Route[];
  const people = new Map<string, Person>();
  beforeAll(async () => {
    harness = await ConsoleHarness.start(await startTestDatabase());
    routes = routesOf(harness);
    for (const role of ROLES) people.set(role, await harness.person(role));
  });
  afterAll(() => harness.stop());

  it('finds every route of the application', () => {
    expect(routes.length).toBeGreaterThan(80);
  });

  it('gives every route a rule, and makes only the known ones public', () => {
    expect(routes.filter((route) => route.rule === undefined)).toEqual([]);
    expect(
      routes
        .filter((route) => route.rule === 'public')
        .map(({ method, path }) => `${method} ${path}`)
        .sort(),
    ).toEqual([
      'GET /*',
      'GET /api/openapi.json',
      'GET /healthz',
      'GET /metrics',
      'GET /readyz',
      'POST /api/auth/login',
      'POST /api/auth/logout',
      'POST /api/auth/refresh',
    ]);
  });

  it('puts nothing but admins’ routes under /api/admin, and nothing for users under /api/operator', () => {
    for (const { path, rule } of routes) {
      if (path.startsWith('/api/admin')) expect(rule, path).toBe('admin');
      if (path.startsWith('/api/operator')) expect(rule, path).toBe('operator');
    }
  });

  it('refuses every route without a session, and every role below its rule', async () => {
    for (const { name, method, path, rule } of routes) {
      if (rule === undefined || rule === 'public') continue;
      const url = path.replace(/:[a-z_]+/g, SOME_ID);
      const body = method === 'GET' || method === 'DELETE' ? {} : { body: {} };
      expect((await harness.call(method, url, body)).status, `${name} without a session`).toBe(401);
      for (const role of ROLES) {
        const { status, body: problem } = await harness.call(method, url, {
          ...body,
          as: people.get(role)!,
        });
        if (allows(rule, role))
          expect(
            [200, 201, 202, 204, 404, 409, 422],
            `${name} as ${role}: ${JSON.stringify(problem)}`,
          ).toContain(status);
        else expect(status, `${name} as ${role}`).toBe(403);
      }
    }
  });
});

describe('what every answer carries', () => {
  let harness: ConsoleHarness;
  let person: Person;
  beforeAll(async () => {
    harness = await ConsoleHarness.start(await startTestDatabase());
    person = await harness.person('admin');
  });
  afterAll(() => harness.stop());

  it('keeps a harmless request id and replaces any other', async () => {
    const kept = await harness.call('GET', '/healthz', {
      headers: { 'x-request-id': 'abc-1.2_3' },
    });
    expect(kept.headers.get('x-request-id')).toBe('abc-1.2_3');
    const replaced = await harness.call('GET', '/api/nothing', {
      headers: { 'x-request-id': 'a b' },
    });
    expect(replaced.headers.get('x-request-id')).not.toBe('a b');
    expect(replaced.body).toMatchObject({
      code: 'not_found',
      status: 404,
      request_id: replaced.headers.get('x-request-id'),
    });
  });

  it('forbids caching, framing and running of data', async () => {
    const { headers } = await harness.call('GET', '/api/me', { as: person });
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  it.each(['role', 'account', 'tenantId', 'balance', 'isAdmin', 'id'])(
    'refuses the unknown field %s on every write',
    async (field) => {
      const document = (await harness.call('GET', '/api/openapi.json')).body;
      for (const [path, operations] of Object.entries<Record<string, { requestBody?: object }>>(
        document.paths,
      )) {
        for (const [method, operation] of Object.entries(operations)) {
          if (!operation.requestBody || path === '/api/auth/login') continue;
          const url = path.replace(/\{[a-z_]+\}/g, SOME_ID);
          const known = JSON.stringify(operation.requestBody).includes(`"${field}":`);
          if (known) continue;
          const answer = await harness.call(method.toUpperCase(), url, {
            as: person,
            body: { [field]: 'x' },
          });
          expect([answer.status, JSON.stringify(answer.body)], `${method} ${path}`).toEqual([
            422,
            expect.stringContaining(field),
          ]);
        }
      }
    },
  );

  it.each([
    '{"__proto__":{"role":"admin"}}',
    '{"constructor":{"prototype":{"role":"admin"}}}',
    '{"label":',
    '[1,2',
  ])('refuses the body %s as malformed', async (raw) => {
    const answer = await harness.call('POST', '/api/keys', { as: person, raw });
    expect(answer.status).toBe(400);
    expect(answer.body.code).toBe('invalid_request_error');
  });

  it('takes nothing but JSON', async () => {
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
    ]) {
      const answer = await harness.call('POST', '/api/keys', {
        as: person,
        raw: 'label=x',
        headers: { 'content-type': type },
      });
      expect(answer.status, type).toBe(415);
    }
  });

  it('refuses what is too large, too long a range and a cursor of somebody else’s making', async () => {
    const large = await harness.call('POST', '/api/keys', {
      as: person,
      raw: `{"label":"${'x'.repeat(5 * 1024 * 1024)}"}`,
    });
    expect(large.status).toBe(413);
    for (const query of [
      'limit=1001',
      'limit=0',
      'q=ab',
      'cursor=!!',
      'sort=(select 1)',
      'from=2020-01-01T00:00:00Z',
      'status=%27;drop',
    ])
      expect([200, 422], query).toContain(
        (await harness.call('GET', `/api/requests?${query}`, { as: person })).status,
      );
    expect(
      (await harness.call('GET', '/api/requests?from=2020-01-01T00:00:00Z', { as: person })).status,
    ).toBe(422);
  });
});

function routesOf(harness: ConsoleHarness): Route[] {
  const routes: Route[] = [];
  for (const module of harness.app.get(ModulesContainer).values()) {
    for (const { metatype } of module.controllers.values()) {
      if (!metatype) continue;
      const base: string = Reflect.getMetadata(PATH_METADATA, metatype);
      for (const member of Object.getOwnPropertyNames(metatype.prototype)) {
        const handler = metatype.prototype[member];
        const method: RequestMethod | undefined =
          typeof handler === 'function' ? Reflect.getMetadata(METHOD_METADATA, handler) : undefined;
        if (method === undefined) continue;
        const own: string = Reflect.getMetadata(PATH_METADATA, handler);
        routes.push({
          name: `${metatype.name}.${member}`,
          method: RequestMethod[method],
          path: `/${[base, own]
            .map((part) => part.replace(/^\/|\/$/g, ''))
            .filter(Boolean)
            .join('/')}`,
          rule:
            Reflect.getMetadata(ACCESS_METADATA, handler) ??
            Reflect.getMetadata(ACCESS_METADATA, metatype),
        });
      }
    }
  }
  return routes;
}
