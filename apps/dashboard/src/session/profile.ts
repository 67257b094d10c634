import { httpResource } from '@angular/common/http';
import { computed, inject, Service } from '@angular/core';
import type { Me } from '@weir/contracts';
import { Session } from './session';

/** The signed-in person as `/api/me` tells: name, account, tier, zone, and where SDKs send requests. */
@Service()
export class Profile {
  private readonly session = inject(Session);
  readonly resource = httpResource<Me>(() => (this.session.active() ? '/api/me' : undefined));
  readonly me = computed(() => (this.resource.hasValue() ? this.resource.value() : null));
  /** Base URL of the gateway, with `/v1`. */
  readonly gatewayUrl = computed(() => this.me()?.gateway_url ?? 'http://127.0.0.1:4000/v1');
}
