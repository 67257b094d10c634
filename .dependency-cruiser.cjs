/**
 * Who may import whom. This file is the dependency rule of ARCHITECTURE.md; `npm run boundaries` checks it.
 * `MAY` lists, for each project, the workspace projects it may import.
 */
const MAY = {
  'libs/units': [],
  'libs/contracts': ['libs/units'],
  'libs/domain': ['libs/units'],
  'libs/providers': ['libs/domain', 'libs/units'],
  'libs/data': ['libs/units', 'libs/domain', 'libs/contracts'],
  'libs/platform': ['libs/contracts', 'libs/units', 'libs/data'],
  'libs/test-kit': ['libs/platform', 'libs/data', 'libs/domain', 'libs/contracts', 'libs/units'],
  'apps/gateway': [
    'libs/units',
    'libs/contracts',
    'libs/domain',
    'libs/providers',
    'libs/data',
    'libs/platform',
  ],
  'apps/console': [
    'libs/units',
    'libs/contracts',
    'libs/domain',
    'libs/providers',
    'libs/data',
    'libs/platform',
  ],
  'apps/worker': [
    'libs/units',
    'libs/contracts',
    'libs/domain',
    'libs/providers',
    'libs/data',
    'libs/platform',
  ],
  'apps/sandbox': ['libs/contracts', 'libs/units'],
  'apps/dashboard': ['libs/contracts', 'libs/units'],
  'apps/e2e': ['libs/test-kit', 'libs/contracts'],
};

const boundary = ([project, allowed]) => ({
  name: `${project} imports only ${allowed.join(', ') || 'itself'}`,
  severity: 'error',
  from: { path: `^${project}/`, pathNot: '\\.spec\\.ts$' },
  to: { path: '^(libs|apps)/', pathNot: [project, ...allowed].map((one) => `^${one}/`) },
});

/** Specs of servers may also use the test-kit. */
const specs = {
  name: 'specs import their own project, its libraries and the test-kit',
  severity: 'error',
  from: { path: '^apps/(gateway|console|worker|sandbox)/.*\\.spec\\.ts$' },
  to: { path: '^apps/', pathNot: '^apps/(gateway|console|worker|sandbox)/' },
};

module.exports = {
  forbidden: [
    ...Object.entries(MAY).map(boundary),
    specs,
    {
      name: 'no cycles',
      severity: 'error',
      from: {},
      to: { circular: true, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'the core is pure',
      severity: 'error',
      from: { path: '^libs/(units|domain|providers)/src/', pathNot: '\\.spec\\.ts$|/simulation/' },
      to: { dependencyTypes: ['core', 'npm', 'npm-dev'] },
    },
    {
      name: 'only queues/ and redis/ know Redis’ client and BullMQ’s backends',
      severity: 'error',
      from: {
        path: '^(libs|apps)/',
        pathNot:
          '^libs/platform/src/(queues|redis)/|^apps/console/src/live/live\\.adapter\\.ts$|\\.spec\\.ts$',
      },
      to: { path: 'node_modules/ioredis|node_modules/bullmq/dist/esm/backends' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/|\\.angular/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@weir/source', 'import', 'node', 'default'],
      extensions: ['.ts', '.js', '.json'],
    },
  },
};
