/** A simulated model as the catalogue names it; prices per million tokens. */
export interface SandboxModel {
  readonly id: string;
  readonly upstream: string;
  readonly name: string;
  readonly description: string;
  readonly kind: 'chat' | 'embeddings';
  readonly hiddenOutput: boolean;
  readonly capabilities: readonly string[];
  readonly input: string;
  readonly output: string;
}

/** A simulated provider: a wire format at the sandbox's address. */
export interface SandboxProvider {
  readonly slug: string;
  readonly name: string;
  readonly kind: 'openai' | 'anthropic' | 'gemini';
  /** Where its API begins at the sandbox. */
  readonly path: string;
  readonly models: readonly SandboxModel[];
}

const CHAT = {
  kind: 'chat',
  hiddenOutput: false,
  capabilities: ['streaming', 'tools', 'json'],
} as const;
const SEEING = { ...CHAT, capabilities: [...CHAT.capabilities, 'vision'] } as const;

const OPENAI_MODELS: readonly SandboxModel[] = [
  {
    ...CHAT,
    id: 'sandbox/chat-small',
    upstream: 'sandbox-small',
    name: 'Sandbox small',
    description: 'Simulated: quick and cheap.',
    input: '0.15',
    output: '0.60',
  },
  {
    ...SEEING,
    id: 'sandbox/chat-large',
    upstream: 'sandbox-large',
    name: 'Sandbox large',
    description: 'Simulated: slower, longer answers.',
    input: '2.50',
    output: '10.00',
  },
  {
    ...CHAT,
    id: 'sandbox/reasoner',
    upstream: 'sandbox-reasoner',
    name: 'Sandbox reasoner',
    description: 'Simulated: thinks before it answers.',
    hiddenOutput: true,
    capabilities: [...CHAT.capabilities, 'reasoning'],
    input: '1.10',
    output: '4.40',
  },
  {
    ...CHAT,
    id: 'sandbox/exact',
    upstream: 'sandbox-exact',
    name: 'Sandbox exact',
    description: 'Simulated: answers exactly max_tokens, and only output costs.',
    input: '0',
    output: '10.00',
  },
  {
    ...CHAT,
    id: 'sandbox/fast',
    upstream: 'sandbox-fast',
    name: 'Sandbox fast',
    description: 'Simulated: answers from memory, for benchmarks.',
    input: '0.10',
    output: '0.40',
  },
  {
    id: 'sandbox/embed',
    upstream: 'sandbox-embed',
    name: 'Sandbox embed',
    description: 'Simulated: embeddings.',
    kind: 'embeddings',
    hiddenOutput: false,
    capabilities: [],
    input: '0.02',
    output: '0',
  },
];

/** Every simulated provider with its models. The first one's slug is the sandbox's own name. */
export const SANDBOX_PROVIDERS: readonly SandboxProvider[] = [
  {
    slug: 'sandbox',
    name: 'Sandbox',
    kind: 'openai',
    path: 'openai/v1',
    models: OPENAI_MODELS,
  },
  {
    slug: 'sandbox-anthropic',
    name: 'Sandbox Anthropic',
    kind: 'anthropic',
    path: 'anthropic/v1',
    models: [
      {
        ...SEEING,
        id: 'sandbox/anthropic-small',
        upstream: 'sandbox-small',
        name: 'Sandbox small over Anthropic',
        description: 'Simulated: speaks Anthropic’s Messages, thinks when asked, keeps prompts.',
        capabilities: [...SEEING.capabilities, 'reasoning'],
        input: '0.80',
        output: '4.00',
      },
    ],
  },
  {
    slug: 'sandbox-gemini',
    name: 'Sandbox Gemini',
    kind: 'gemini',
    path: 'gemini/v1beta',
    models: [
      {
        ...SEEING,
        id: 'sandbox/gemini-small',
        upstream: 'sandbox-small',
        name: 'Sandbox small over Gemini',
        description: 'Simulated: speaks Gemini’s generateContent.',
        input: '0.30',
        output: '2.50',
      },
    ],
  },
];
