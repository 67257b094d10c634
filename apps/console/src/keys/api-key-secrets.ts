import { Injectable } from '@nestjs/common';
@Injectable()
export class ApiKeySecrets {
  mint(): { secret: string; stored: { prefix: string; last4: string; digest: string } } { throw new Error('x'); }
}
