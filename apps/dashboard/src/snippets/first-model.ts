import { httpResource } from '@angular/common/http';
import { computed, inject, Service } from '@angular/core';
import type { ModelView, Page } from '@weir/contracts';
import { toPixels } from '../format/pixels';
import { Session } from '../session/session';
import { SNIPPET_MODEL } from './snippets';

/** A model that shown code can ask for: one that exists here and has an endpoint, the cheapest for chat. */
@Service()
export class FirstModel {
  private readonly session = inject(Session);
  private readonly models = httpResource<Page<ModelView>>(() =>
    this.session.usable() ? '/api/models?limit=200' : undefined,
  );

  readonly id = computed(() => {
    const models = this.models.hasValue() ? this.models.value().items : [];
    const usable = models.filter((model) => model.enabled && model.endpoints > 0);
    const outputPrice = (model: ModelView): number => toPixels(model.price?.output ?? '1000000');
    const [chat] = usable
      .filter((model) => model.kind === 'chat')
      .sort((one, other) => outputPrice(one) - outputPrice(other));
    return chat?.id ?? usable[0]?.id ?? SNIPPET_MODEL;
  });
}
