import { Inject, Injectable } from '@nestjs/common';
import { apiKeyPrefix, digestApiKey, makeApiKey } from '@weir/platform';
import { SETTINGS, type ConsoleSettings } from '../settings.js';

/** A new key: the secret, which is shown once, and what is stored of it. */
export interface MintedKey {
  readonly secret: string;
  readonly stored: { readonly prefix: string; readonly last4: string; readonly digest: string };
}

/** Makes keys whose secret nobody can read back (E-K1). */
@Injectable()
export class ApiKeySecrets {
  constructor(@Inject(SETTINGS) private readonly settings: Pick<ConsoleSettings, 'keyPepper'>) {}

  mint(): MintedKey {
    const secret = makeApiKey();
    return {
      secret,
      stored: {
        prefix: apiKeyPrefix(secret),
        last4: secret.slice(-4),
        digest: digestApiKey(secret, this.settings.keyPepper),
      },
    };
  }
}
