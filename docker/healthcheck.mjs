// Asks the server of this container whether it is alive. HEALTH_PORT says which; the gateway's by default.
const port = process.env.HEALTH_PORT ?? process.env.WEIR_GATEWAY_PORT ?? '4000';
const answer = await fetch(`http://127.0.0.1:${port}/healthz`, {
  signal: AbortSignal.timeout(2_500),
}).catch(() => null);
process.exit(answer?.ok ? 0 : 1);
