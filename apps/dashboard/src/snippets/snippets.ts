import type { Snippet } from '../ui/code';

/** Asked for when the catalogue is not known: the sandbox answers it without any provider. */
export const SNIPPET_MODEL = 'sandbox-exact';

/** A first request, three ways. `baseUrl` ends in `/v1`; `key` is a secret or a placeholder. */
export function snippetsFor(
  baseUrl: string,
  key: string,
  model: string = SNIPPET_MODEL,
): Snippet[] {
  return [
    {
      id: 'curl',
      label: 'curl',
      text: [
        `curl ${baseUrl}/chat/completions \\`,
        `  -H "Authorization: Bearer ${key}" \\`,
        '  -H "Content-Type: application/json" \\',
        `  -d '{"model": "${model}",`,
        `       "messages": [{"role": "user", "content": "Hello"}]}'`,
      ].join('\n'),
    },
    {
      id: 'python',
      label: 'OpenAI Python',
      text: [
        'from openai import OpenAI',
        '',
        `client = OpenAI(base_url="${baseUrl}", api_key="${key}")`,
        '',
        'answer = client.chat.completions.create(',
        `    model="${model}",`,
        '    messages=[{"role": "user", "content": "Hello"}],',
        ')',
        'print(answer.choices[0].message.content)',
      ].join('\n'),
    },
    {
      id: 'node',
      label: 'OpenAI Node',
      text: [
        "import OpenAI from 'openai';",
        '',
        `const client = new OpenAI({ baseURL: '${baseUrl}', apiKey: '${key}' });`,
        '',
        'const answer = await client.chat.completions.create({',
        `  model: '${model}',`,
        "  messages: [{ role: 'user', content: 'Hello' }],",
        '});',
        'console.log(answer.choices[0].message.content);',
      ].join('\n'),
    },
  ];
}
