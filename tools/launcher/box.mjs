// What a person sees when everything runs: where to go, how to get in, one request to send.

/** The box, as text. */
export function renderBox({ publicUrl, gatewayUrl, login, seconds, logDir, sandbox }) {
  const rows = [
    ['Dashboard', publicUrl],
    ['Login', login.adminEmail],
  ];
  if (login.adminPassword) rows.push(['Password', `${login.adminPassword}   (shown this once)`]);
  if (login.apiKey) rows.push(['API key', `${login.apiKey}   (shown this once)`]);
  else rows.push(['API key', `make one at ${publicUrl}/keys`]);
  rows.push(['Logs', logDir]);
  const title = ` Weir is running (ready in ${seconds.toFixed(1)} s) `;
  const lines = rows.map(([name, value]) => `  ${name.padEnd(11)}${value}`);
  const width = Math.max(title.length + 4, ...lines.map((line) => line.length + 2));
  return [
    '',
    `╭─${title}${'─'.repeat(width - title.length - 1)}╮`,
    ...lines.map((line) => `│${line.padEnd(width)}│`),
    `╰${'─'.repeat(width)}╯`,
    '',
    ...curlLines({ gatewayUrl, apiKey: login.apiKey, sandbox }),
    '',
    'Ctrl-C stops it.',
  ].join('\n');
}

function curlLines({ gatewayUrl, apiKey, sandbox }) {
  const key = apiKey ?? '$WEIR_API_KEY';
  const first = apiKey ? 'Send a request:' : 'Send a request (with WEIR_API_KEY set to your key):';
  if (!sandbox)
    return [first, '', `curl ${gatewayUrl}/v1/models -H "Authorization: Bearer ${key}"`];
  return [
    first,
    '',
    `curl ${gatewayUrl}/v1/chat/completions \\`,
    `  -H "Authorization: Bearer ${key}" -H "Content-Type: application/json" \\`,
    `  -d '{"model": "sandbox/chat-small", "messages": [{"role": "user", "content": "Hello!"}]}'`,
  ];
}
